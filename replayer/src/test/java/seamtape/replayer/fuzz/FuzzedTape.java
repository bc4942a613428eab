package seamtape.replayer.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import seamtape.event.Event;
import seamtape.event.EventText;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.Verification;

/** A recording of which something was made of any bytes. */
final class FuzzedTape {
  /** What is read of one besides its events. */
  interface More {
    void read(Tape tape) throws TapeException;
  }

  private FuzzedTape() {}

  /** What verification calls whole must read to its end. */
  static void read(Path tape, More more) throws IOException {
    boolean whole = Verification.of(tape).whole();
    try (Tape opened = Tape.open(tape)) {
      long events = events(opened);
      if (whole && events != opened.eventCount()) {
        throw new IllegalStateException(events + " of " + opened.eventCount() + " whole events");
      }
      more.read(opened);
    } catch (TapeException e) {
      if (whole) {
        throw new IllegalStateException("verified as whole", e);
      }
    }
  }

  /** Shows all events, which are numbered from 1; how many there are. */
  static long events(Tape tape) throws TapeException {
    long events = 0;
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        EventText.event(event, null, "intel");
        if (event.number != ++events) {
          throw new IllegalStateException("event " + event.number + " instead of " + events);
        }
      }
    }
    return events;
  }
}
