package seamtape.replayer.state;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import seamtape.event.Event;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.TapeException;

/**
 * What one call and the calls beneath it changed, and not what other threads did meanwhile: of each
 * of its events, the parts of the state before and after it.
 */
public final class CallChanges {
  /** Told a part before and after one of the call's events. */
  public interface Sink {
    void changed(StatePart part, MachineState before, MachineState after);
  }

  private static final int EVENTS_A_LOOK = 256;

  private final long enter;
  private final long last;
  private final Sink sink;
  private final MachineState behind;
  private final MachineState state;

  /** Enter events of the call and of those beneath it that have not returned. */
  private final Set<Long> own = new HashSet<>();

  /**
   * @param before the state before the call's enter event; not changed
   * @param last its return event, or its enter event without one
   */
  public CallChanges(MachineState before, long enter, long last, Sink sink) {
    this.enter = enter;
    this.last = last;
    this.sink = sink;
    behind = before.copy();
    state = before.copy();
  }

  public long enter() {
    return enter;
  }

  public long last() {
    return last;
  }

  /** Goes on; false when the deadline came first. The cursor stands anywhere. */
  public boolean advance(Cursor cursor, long deadline) throws TapeException {
    cursor.seek(state.event() + 1);
    while (state.event() < last && cursor.next()) {
      take(cursor.event());
      if (state.event() % EVENTS_A_LOOK == 0 && System.nanoTime() - deadline >= 0) {
        return state.event() >= last;
      }
    }
    return true;
  }

  private void take(Event event) {
    state.apply(event);
    if (isOwn(event)) {
      for (StatePart part : new LinkedHashSet<>(state.touched())) {
        sink.changed(part, behind, state);
      }
    }
    behind.apply(event);
  }

  private boolean isOwn(Event event) {
    return switch (event.phase) {
      case ENTER -> {
        boolean nested = event.call.family().nests() && event.link > 0;
        boolean mine = event.number == enter || nested && own.contains(event.number - event.link);
        yield mine && own.add(event.number);
      }
      case RETURN -> own.remove(event.number - event.link);
      case INPUT -> false;
    };
  }
}
