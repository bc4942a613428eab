package seamtape.replayer.diff;

/**
 * Walks two streams of calls of one actor and pairs what belongs together. Greedy with a bounded
 * look ahead: linear in the streams' length, and an insertion or deletion of up to {@link #WINDOW}
 * calls is found exactly.
 */
final class Alignment {
  /** Calls looked ahead in each stream to find the next equal one. */
  static final int WINDOW = 512;

  /** Calls with the same name but another question are a pair, unless an equal one is this near. */
  private static final int NEAR = 32;

  /** What the walk finds. */
  interface Visitor {
    void pair(int a, int b);

    void onlyA(int a);

    void onlyB(int b);
  }

  private final CallStream a;
  private final CallStream b;

  /** No two calls at or behind the place reached whose numbers add up to this or less are equal. */
  private long searched = -1;

  Alignment(CallStream a, CallStream b) {
    this.a = a;
    this.b = b;
  }

  void walk(Visitor visitor) {
    int i = 0;
    int j = 0;
    while (i < a.size() && j < b.size()) {
      if (a.asked(i) == b.asked(j)) {
        visitor.pair(i++, j++);
        continue;
      }
      boolean sameName = a.name(i) == b.name(j);
      int distance = resync(i, j, sameName ? NEAR : WINDOW);
      if (distance < 0) {
        if (sameName) {
          visitor.pair(i++, j++);
        } else {
          visitor.onlyA(i++);
          visitor.onlyB(j++);
        }
        continue;
      }
      int skipA = distance >>> 16;
      int skipB = distance & 0xffff;
      for (int k = 0; k < skipA; k++) {
        visitor.onlyA(i++);
      }
      for (int k = 0; k < skipB; k++) {
        visitor.onlyB(j++);
      }
    }
    while (i < a.size()) {
      visitor.onlyA(i++);
    }
    while (j < b.size()) {
      visitor.onlyB(j++);
    }
  }

  /**
   * The nearest place where both streams ask the same, as skips packed 16:16; -1 for none. What a
   * search in vain has seen is not looked at again, so that streams with nothing in common take
   * {@link #WINDOW} steps a call and not its square.
   */
  private int resync(int i, int j, int window) {
    long from = (long) i + j;
    for (int sum = (int) Math.max(1, searched - from + 1); sum <= window; sum++) {
      for (int skipA = 0; skipA <= sum; skipA++) {
        int skipB = sum - skipA;
        if (equalAndFollowed(i + skipA, j + skipB)) {
          return skipA << 16 | skipB;
        }
      }
    }
    searched = Math.max(searched, from + window);
    return -1;
  }

  /** One equal call may be chance; its successors must be equal too, as far as there are any. */
  private boolean equalAndFollowed(int i, int j) {
    if (i >= a.size() || j >= b.size() || a.asked(i) != b.asked(j)) {
      return false;
    }
    boolean last = i + 1 >= a.size() || j + 1 >= b.size();
    return last || a.name(i + 1) == b.name(j + 1);
  }
}
