package seamtape.replayer.state;

import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;

/** The pass that makes a {@link StateIndex}, in slices; it ends where the recording is damaged. */
public final class StateScan implements AutoCloseable {
  private final Cursor cursor;
  private final StateIndex index = new StateIndex();

  public StateScan(Tape tape) {
    cursor = tape.cursor();
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
