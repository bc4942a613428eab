package seamtape.replayer.diff;

/**
 * The calls of one actor of one recording, in order, as five numbers each: where it begins and
 * ends, its name, what was asked (name and stable stimuli), what was answered. 40 bytes a call that
 * is not let go yet.
 */
final class CallStream {
  private final LongArray enters = new LongArray();
  private final LongArray asked = new LongArray();
  private final LongArray names = new LongArray();
  private final LongArray answered = new LongArray();
  private final LongArray returns = new LongArray();
  private final LongArray open = new LongArray();

  /** Adds a call that begins inside those that have not returned. */
  void begin(long enterEvent, long name, long askedHash) {
    enters.add(enterEvent);
    names.add(name);
    asked.add(askedHash);
    answered.add(0);
    returns.add(0);
    open.add(enters.size() - 1);
  }

  /** Ends the innermost call; a return without one is passed over. */
  void answer(long returnEvent, long hash) {
    if (open.size() > 0) {
      int index = (int) open.removeLast();
      returns.put(index, returnEvent);
      answered.put(index, hash);
    }
  }

  /** Calls before this one have returned, and those before it too. */
  int settled() {
    return open.size() > 0 ? (int) open.at(0) : size();
  }

  /** Lets go of the calls before one that has settled: nothing is asked of them any more. */
  void dropBefore(int index) {
    enters.dropBefore(index);
    asked.dropBefore(index);
    names.dropBefore(index);
    answered.dropBefore(index);
    returns.dropBefore(index);
  }

  /** The return event; 0 while the call has not returned. */
  long returns(int index) {
    return returns.at(index);
  }

  int size() {
    return enters.size();
  }

  long enter(int index) {
    return enters.at(index);
  }

  /** Equal where the call is the same and was asked the same. */
  long asked(int index) {
    return asked.at(index);
  }

  /** Equal where the call is the same, whatever was asked. */
  long name(int index) {
    return names.at(index);
  }

  long answered(int index) {
    return answered.at(index);
  }
}
