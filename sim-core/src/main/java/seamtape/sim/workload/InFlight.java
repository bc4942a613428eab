package seamtape.sim.workload;

import seamtape.machine.Machine;
import seamtape.machine.Vmm;

/** One ioctl of a thread, until it ends. A KVM_RUN without end is ended by a signal. */
final class InFlight {
  /** Guest instructions that one KVM_RUN may be given before the thread gets a signal. */
  static final long MAX_INSTRUCTIONS = 200_000_000;

  /** Signals that a call may ignore before its thread is given up. */
  private static final int MAX_SIGNALS = 4;

  private final Vmm vmm;
  private final int tid;
  private boolean entered;
  private long given;
  private int signals;

  InFlight(Vmm vmm, int tid) {
    this.vmm = vmm;
    this.tid = tid;
  }

  /** The result, or {@link Machine#IN_PROGRESS}. */
  long advance(int fd, int request, long argument, long instructions) {
    long result =
        entered
            ? vmm.resume(tid, instructions)
            : vmm.ioctl(tid, fd, request, argument, instructions);
    entered = result == Machine.IN_PROGRESS;
    given = entered ? given + instructions : 0;
    if (given > MAX_INSTRUCTIONS) {
      interrupt();
      given = 0;
    }
    return result;
  }

  boolean entered() {
    return entered;
  }

  /**
   * @throws StepFailure when the call has ignored too many signals
   */
  void interrupt() {
    if (++signals > MAX_SIGNALS) {
      throw new StepFailure("the call does not end, not even by a signal");
    }
    vmm.signal(tid);
  }
}
