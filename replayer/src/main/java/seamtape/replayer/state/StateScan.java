package seamtape.replayer.state;

import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;

/** A pass that makes a {@link StateIndex}, in slices; it ends where the recording is damaged. */
public final class StateScan implements AutoCloseable {
  private final Cursor cursor;
  private final StateIndex index;

  public StateScan(Tape tape) {
    this(tape, new StateIndex());
  }

  /** Goes on with an index after the last event that it has taken. */
  public StateScan(Tape tape, StateIndex index) {
    this.index = index;
    cursor = tape.cursor();
    cursor.seek(index.reached() + 1);
  }

  /** Reads up to so many events; false at the end of what there is to read. */
  public boolean advance(int events) {
    try {
      for (int i = 0; i < events; i++) {
        if (!cursor.next()) {
          return false;
        }
        index.take(cursor.event());
      }
      return true;
    } catch (TapeException e) {
      return false; // who asks for a state beyond is told of the damage by its own cursor
    }
  }

  public StateIndex index() {
    return index;
  }

  @Override
  public void close() {
    cursor.close();
  }
}
