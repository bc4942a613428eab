package seamtape.recorder.tape;

import java.util.AbstractList;
import java.util.List;

/**
 * Finds calls and events by number, from the headers of the blocks: the recording as it was when
 * {@link Tape#index} was asked. Calls are numbered from 0 here, in the order of their enter events.
 * Any thread.
 */
public final class TapeIndex {
  /**
   * One block.
   *
   * @param firstCall calls whose enter event lies before the block
   * @param minTime least time of its events
   */
  public record Block(long firstEvent, int count, long firstCall, long minTime, long maxTime) {
    public long lastEvent() {
      return firstEvent + count - 1;
    }
  }

  private final Snapshot snapshot;
  private final Cursor cursor;

  TapeIndex(Tape tape, Snapshot snapshot) {
    this.snapshot = snapshot;
    cursor = tape.cursor();
  }

  public List<Block> blocks() {
    return new AbstractList<>() {
      @Override
      public Block get(int index) {
        BlockHeader header = snapshot.rows().get(index).header();
        return new Block(
            header.firstEvent, header.count, header.firstCall, header.minTime, header.maxTime);
      }

      @Override
      public int size() {
        return snapshot.rows().size();
      }
    };
  }

  /** Calls of the recording; of a damaged one those before the end of its last whole block. */
  public long callCount() {
    return snapshot.calls();
  }

  /**
   * The number of the enter event of a call.
   *
   * @throws TapeException when the block that has it is damaged or missing
   */
  public synchronized long enterEventOfCall(long callIndex) throws TapeException {
    if (callIndex < 0 || callIndex >= callCount()) {
      throw new IndexOutOfBoundsException("call " + callIndex + " of " + callCount());
    }
    BlockHeader block = snapshot.rows().get(blockOfCall(callIndex)).header();
    if (cursor.toCall(block, callIndex)) {
      return cursor.event().number;
    }
    long lost = block.lastEvent() + 1;
    throw cursor.lost(lost, snapshot.damageAt(lost));
  }

  /** The last block that starts at or before a call and has it, unless it is lost. */
  private int blockOfCall(long call) {
    int low = 0;
    int high = snapshot.rows().size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (snapshot.rows().get(middle).header().firstCall <= call) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /**
   * The call whose enter event is this event or the last one before it; -1 before the first.
   *
   * @throws TapeException when the event's block is damaged or missing
   */
  public synchronized long callIndexOf(long event) throws TapeException {
    if (event < 1 || event > snapshot.events()) {
      throw new IndexOutOfBoundsException("event " + event + " of " + snapshot.events());
    }
    cursor.seek(event);
    if (cursor.next()) {
      return cursor.calls() - 1;
    }
    throw new IllegalStateException("the headers promise event " + event);
  }
}
