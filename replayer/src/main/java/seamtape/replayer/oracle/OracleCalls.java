package seamtape.replayer.oracle;

import seamtape.machine.Machine;

/** Ioctls made to their end, with an alarm that may ring while one is in flight. */
final class OracleCalls {
  /** Guest instructions in one go, and after how many goes an alarm rings. */
  private static final long SLICE = 10_000;

  private static final int ALARM_SLICES = 20;

  /** A call that has not ended by then never will. */
  private static final int MAX_SLICES = 400;

  /** All calls of a case together. */
  private static final int MAX_CASE_SLICES = 2_000;

  private final Machine machine;
  private final int tid;
  private int alarm = -1;
  private int slices;

  OracleCalls(Machine machine, int tid) {
    this.machine = machine;
    this.tid = tid;
  }

  /** No call took more than one go: the case may be run on other machines at little cost. */
  boolean wereShort() {
    return slices == 0;
  }

  /** SIGALRM rings in the next call that blocks or runs for long. */
  long alarm(int milliseconds) {
    alarm = milliseconds;
    return 0;
  }

  /** An alarm that is due in the meantime rings outside of any call. */
  long sleep(int milliseconds) {
    if (milliseconds >= alarm) {
      alarm = -1;
    }
    return 0;
  }

  long ioctl(int fd, int request, long arg) {
    long result = machine.ioctl(tid, fd, request, arg, SLICE);
    for (int slice = 1; result == Machine.IN_PROGRESS; slice++) {
      if (slice == ALARM_SLICES && alarm >= 0) {
        alarm = -1;
        machine.signal(tid);
      }
      if (slice == MAX_SLICES || ++slices == MAX_CASE_SLICES) {
        throw new Inexpressible("a call that blocks for ever, or guests that run too long");
      }
      result = machine.resume(tid, SLICE);
    }
    return result;
  }
}
