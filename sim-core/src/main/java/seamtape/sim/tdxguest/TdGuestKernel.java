package seamtape.sim.tdxguest;

import seamtape.machine.NestedCalls;
import seamtape.sim.profile.Profile;

/**
 * What a kernel has when it runs in a TD: the way out to VMM and module, and the operation on
 * shared memory where its profile has it.
 */
public final class TdGuestKernel {
  /** Bits of a guest physical address of this TD, the SHARED bit included. */
  static final int GPA_WIDTH = 52;

  final TdMemory memory = new TdMemory();
  final HostVmm vmm = new HostVmm(memory, GPA_WIDTH);
  final TdxCalls calls;
  final KvmPara para;
  private final TdcallInstruction tdcall;
  private final TdxShm shm;

  /**
   * @param module version of the TDX module beneath
   */
  public TdGuestKernel(Profile profile, String module, NestedCalls nested) {
    tdcall = new TdcallInstruction(memory, vmm, nested, GPA_WIDTH, !module.equals("1.0"));
    calls = new TdxCalls(tdcall, profile.line());
    para = KvmPara.inTd(calls);
    shm = new TdxShm(this);
  }

  /** The thread whose system call is served from here on. */
  public void serve(int tid) {
    tdcall.serve(tid);
  }

  /** True once a call that must not fail has failed: no system call comes back any more. */
  public boolean dead() {
    return calls.panicked() != null;
  }

  public TdxShm shm() {
    return shm;
  }
}
