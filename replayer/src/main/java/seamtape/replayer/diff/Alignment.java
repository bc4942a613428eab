package seamtape.replayer.diff;

/**
 * Walks two streams of calls of one actor and pairs what belongs together. Greedy with a bounded
 * look ahead: linear in the streams' length, in as many steps as the caller likes, and an insertion
 * or deletion of up to {@link #WINDOW} calls is found exactly.
 */
final class Alignment {
  /** Calls looked ahead in each stream to find the next equal one. */
  static final int WINDOW = 512;

  /** Calls with the same name but another question are a pair, unless an equal one is this near. */
  private static final int NEAR = 32;

  /**
   * Calls that must be there behind one before its pairing is certain, and have returned, as a step
   * tells at most so many of them.
   */
  private static final int REACH = WINDOW + 2;

  /** What the walk finds. */
  interface Visitor {
    void pair(int a, int b);

    void onlyA(int a);

    void onlyB(int b);
  }

  private final CallStream a;
  private final CallStream b;

  /** The next call of each stream. */
  private int i;

  private int j;

  /** No two calls at or behind the place reached whose numbers add up to this or less are equal. */
  private long searched = -1;

  Alignment(CallStream a, CallStream b) {
    this.a = a;
    this.b = b;
  }

  /**
   * Goes on as far as what comes cannot change how the calls are paired.
   *
   * @param endedA true when no more calls come in the first stream
   * @param endedB true when no more come in the second
   */
  void walk(Visitor visitor, boolean endedA, boolean endedB) {
    int endA = endedA ? a.size() : a.settled() - REACH;
    int endB = endedB ? b.size() : b.settled() - REACH;
    while (i < endA && j < endB) {
      step(visitor);
    }
    while (endedB && j == b.size() && i < a.settled()) {
      visitor.onlyA(i++);
    }
    while (endedA && i == a.size() && j < b.settled()) {
      visitor.onlyB(j++);
    }
    if (endedA && endedB) {
      rest(visitor);
    }
    a.dropBefore(i);
    b.dropBefore(j);
  }

  /** Calls that have not returned when the recording ends are told all the same. */
  private void rest(Visitor visitor) {
    while (i < a.size()) {
      visitor.onlyA(i++);
    }
    while (j < b.size()) {
      visitor.onlyB(j++);
    }
  }

  private void step(Visitor visitor) {
    if (a.asked(i) == b.asked(j)) {
      visitor.pair(i++, j++);
      return;
    }
    boolean sameName = a.name(i) == b.name(j);
    int distance = resync(i, j, sameName ? NEAR : WINDOW);
    if (distance < 0 && sameName) {
      visitor.pair(i++, j++);
    } else if (distance < 0) {
      visitor.onlyA(i++);
      visitor.onlyB(j++);
    } else {
      skip(visitor, distance >>> 16, distance & 0xffff);
    }
  }

  private void skip(Visitor visitor, int inA, int inB) {
    for (int k = 0; k < inA; k++) {
      visitor.onlyA(i++);
    }
    for (int k = 0; k < inB; k++) {
      visitor.onlyB(j++);
    }
  }

  /**
   * The nearest place where both streams ask the same, as skips packed 16:16; -1 for none. What a
   * search in vain has seen is not looked at again, so that streams with nothing in common take
   * {@link #WINDOW} steps a call and not its square.
   */
  private int resync(int atA, int atB, int window) {
    long from = (long) atA + atB;
    for (int sum = (int) Math.max(1, searched - from + 1); sum <= window; sum++) {
      for (int skipA = 0; skipA <= sum; skipA++) {
        int skipB = sum - skipA;
        if (equalAndFollowed(atA + skipA, atB + skipB)) {
          return skipA << 16 | skipB;
        }
      }
    }
    searched = Math.max(searched, from + window);
    return -1;
  }

  /** One equal call may be chance; its successors must be equal too, as far as there are any. */
  private boolean equalAndFollowed(int atA, int atB) {
    if (atA >= a.size() || atB >= b.size() || a.asked(atA) != b.asked(atB)) {
      return false;
    }
    boolean last = atA + 1 >= a.size() || atB + 1 >= b.size();
    return last || a.name(atA + 1) == b.name(atB + 1);
  }
}
