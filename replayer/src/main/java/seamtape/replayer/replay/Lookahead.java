package seamtape.replayer.replay;

import java.util.HashMap;
import java.util.Map;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;

/** How recorded calls end, known when they begin: an imported guest's exits are stimuli. */
final class Lookahead implements AutoCloseable {
  /** A call that has not returned within so many events counts as never returning. */
  private static final long WINDOW = 1_000_000;

  /** What is known of a return event. */
  record Ending(long ret, long exitReason, boolean hasBytes) {}

  private final Cursor cursor;
  private final Map<Long, Ending> endings = new HashMap<>();
  private long read;
  private boolean end;

  Lookahead(Tape tape) throws TapeException {
    this.cursor = tape.cursor();
  }

  /** How the call ends that begins at an enter event; null when it does not. */
  Ending of(long enter) throws TapeException {
    Ending known = endings.remove(enter);
    while (known == null && !end && read < enter + WINDOW) {
      known = readOne(enter);
    }
    return known;
  }

  private Ending readOne(long enter) throws TapeException {
    if (!cursor.next()) {
      end = true;
      return null;
    }
    Event event = cursor.event();
    read = event.number;
    if (event.phase != Phase.RETURN || event.call.family().nests()) {
      return null;
    }
    long exit = event.fieldCount() > 1 ? event.fields[1] : -1;
    Ending ending = new Ending(event.fields[0], exit, event.copyCount() > 0);
    if (event.number - event.link == enter) {
      return ending;
    }
    endings.put(event.number - event.link, ending);
    return null;
  }

  @Override
  public void close() {
    cursor.close();
  }
}
