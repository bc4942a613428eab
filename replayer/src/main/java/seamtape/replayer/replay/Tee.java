package seamtape.replayer.replay;

import seamtape.event.Event;
import seamtape.event.EventSink;

/** Numbers events and gives them to one sink or two. */
final class Tee implements EventSink {
  private final EventSink first;
  private final EventSink second;
  private long number;

  /**
   * @param second may be null
   */
  Tee(EventSink first, EventSink second) {
    this.first = first;
    this.second = second;
  }

  @Override
  public long append(Event event) {
    event.number = ++number;
    first.append(event);
    if (second != null) {
      second.append(event);
    }
    return number;
  }
}
