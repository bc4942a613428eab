package seamtape.recorder;

import seamtape.event.Event;
import seamtape.event.EventSink;

/** A sink, and the number of the event that it took last: links count back from there. */
final class EventLog {
  private final EventSink sink;
  private long last;

  EventLog(EventSink sink) {
    this.sink = sink;
  }

  void append(Event event) {
    last = sink.append(event);
  }

  /** 0 before the first. */
  long last() {
    return last;
  }
}
