package seamtape.recorder;

import java.util.Arrays;
import seamtape.catalog.Call;
import seamtape.catalog.Row;
import seamtape.event.Event;

/** A thread's system call that has not returned, and what the machine wrote for it so far. */
final class CallInFlight {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_WRITES = 64;

  Call call;
  long actor;
  long subject;
  long base;
  RunPage run;

  /** Enter event numbers of the call and of the calls inside it, outermost first. */
  final long[] enters = new long[MAX_DEPTH];

  /**
   * {@link Row#index} of each; a number, since to store a reference costs the collector's barrier.
   */
  final int[] nested = new int[MAX_DEPTH];

  final long[] nestedActors = new long[MAX_DEPTH];
  int depth;

  final long[] writeAt = new long[MAX_WRITES];
  final int[] writeLength = new int[MAX_WRITES];
  int writes;

  void begin(Event entered, long newBase, RunPage newRun, long enter) {
    call = entered.call;
    actor = entered.actor;
    subject = entered.link;
    base = newBase;
    run = newRun;
    depth = 1;
    enters[0] = enter;
    writes = 0;
  }

  boolean inFlight() {
    return call != null;
  }

  void end() {
    call = null;
    depth = 0;
  }

  void push(Row inner, long innerActor, long enter) {
    if (depth == MAX_DEPTH) {
      throw new IllegalStateException("calls nest deeper than " + MAX_DEPTH);
    }
    nested[depth] = inner.index;
    nestedActors[depth] = innerActor;
    enters[depth++] = enter;
  }

  /** Notes a copy_to_user; adjoining and overlapping ones become one. */
  void wrote(long address, int length) {
    for (int i = 0; i < writes; i++) {
      long end = writeAt[i] + writeLength[i];
      if (address <= end && address + length >= writeAt[i]) {
        long start = Math.min(address, writeAt[i]);
        writeLength[i] = (int) (Math.max(end, address + length) - start);
        writeAt[i] = start;
        return;
      }
    }
    if (writes < MAX_WRITES) {
      writeAt[writes] = address;
      writeLength[writes++] = length;
    }
  }

  @Override
  public String toString() {
    return call + " " + Arrays.toString(Arrays.copyOf(enters, depth));
  }
}
