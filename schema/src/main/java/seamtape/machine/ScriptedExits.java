package seamtape.machine;

/**
 * A machine whose guests do not execute (see {@link MachineSpec#scripted}): the caller says how the
 * next KVM_RUN of a thread ends. The rules before guest entry still apply and win.
 */
public interface ScriptedExits {
  /**
   * @param result what the guest's run gives: 0, or a negative errno
   * @param exitReason for struct kvm_run; -1 leaves it as it is
   */
  void nextExit(int tid, long result, int exitReason);
}
