package seamtape.recorder.tape;

/**
 * Where the events of one block lie: every {@link #STRIDE}-th, as far as they were passed over. A
 * step back within the block then begins at a mark, not at the block's start. Reused from block to
 * block.
 */
final class Marks {
  /** Events from mark to mark. */
  static final int STRIDE = 64;

  private final int[] ats = new int[Block.MAX_EVENTS / STRIDE + 1];
  private final long[] times = new long[ats.length];
  private final long[] calls = new long[ats.length];
  private int count;

  /** Starts anew, with the mark before the first event. */
  void begin(BlockHeader block) {
    count = 0;
    put(0, 0, block.baseTime, block.firstCall);
  }

  /** Events from the block's start to the first mark after so many. */
  static int after(int events) {
    return events / STRIDE * STRIDE + STRIDE;
  }

  /** Keeps a place when it is that of the next mark. */
  void put(int events, int at, long time, long callsBefore) {
    if (events == count * STRIDE && count < ats.length) {
      ats[count] = at;
      times[count] = time;
      calls[count++] = callsBefore;
    }
  }

  /** The last mark with at most so many events before it. */
  int before(int events) {
    return Math.min(count - 1, events / STRIDE);
  }

  /** The last mark that a call does not lie before; the first mark when all do. */
  int beforeCall(long call) {
    int low = 1;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (calls[middle] <= call) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  int at(int mark) {
    return ats[mark];
  }

  int events(int mark) {
    return mark * STRIDE;
  }

  long time(int mark) {
    return times[mark];
  }

  long calls(int mark) {
    return calls[mark];
  }
}
