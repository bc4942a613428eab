package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EAGAIN;
import static seamtape.catalog.Errno.EINTR;

import seamtape.catalog.KvmExit;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * How the guest's part of a KVM_RUN ends where guests do not execute.
 *
 * @param result 0 or a negative errno
 * @param exitReason -1 leaves struct kvm_run as it is
 */
public record ScriptedExit(long result, int exitReason) {
  /** What a run gives for which the script says nothing: it was interrupted. */
  public static final ScriptedExit INTERRUPTED =
      new ScriptedExit(EINTR.result(), KvmExit.KVM_EXIT_INTR.number());

  long applyTo(Vcpu state, ExitWriter exits) {
    if (exitReason != -1) {
      exits.reason(exitReason);
    }
    boolean started = result == 0 || result == EAGAIN.result();
    if (started && state.mpState != Vcpu.MP_STATE_HALTED) {
      state.mpState = Vcpu.MP_STATE_RUNNABLE;
    }
    return result;
  }
}
