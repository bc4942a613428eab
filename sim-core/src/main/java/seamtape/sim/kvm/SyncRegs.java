package seamtape.sim.kvm;

import seamtape.catalog.KvmIoctl;
import seamtape.sim.kvm.vcpu.Vcpu;
import seamtape.sim.kvm.vcpu.VcpuIoctls;

/**
 * The register copies in struct kvm_run: KVM_SYNC_X86_*. Taken over when dirty, stored when valid.
 */
final class SyncRegs {
  private static final long REGS = 1;
  private static final long SREGS = 2;
  private static final long EVENTS = 4;
  private static final long ALL = REGS | SREGS | EVENTS;

  private final RunPage run;
  private final Vcpu state;
  private final UserCopy page;

  SyncRegs(RunPage run, Vcpu state) {
    this.run = run;
    this.state = state;
    this.page = new UserCopy(run.asMemory());
  }

  private long validRegs() {
    return run.fields().getLong(RunPage.VALID_REGS);
  }

  private long dirtyRegs() {
    return run.fields().getLong(RunPage.DIRTY_REGS);
  }

  /** Of a VM whose registers are protected, no set is valid. */
  boolean valid(boolean isProtected) {
    return ((validRegs() | dirtyRegs()) & ~(isProtected ? 0 : ALL)) == 0;
  }

  /** Takes the dirty sets over; false when one of them is refused. */
  boolean apply() {
    return dirtyRegs() == 0
        || apply(REGS, KvmIoctl.KVM_SET_REGS, RunPage.SYNC_REGS)
            && apply(SREGS, KvmIoctl.KVM_SET_SREGS, RunPage.SYNC_SREGS)
            && apply(EVENTS, KvmIoctl.KVM_SET_VCPU_EVENTS, RunPage.SYNC_EVENTS);
  }

  private boolean apply(long set, KvmIoctl ioctl, int offset) {
    long dirty = dirtyRegs();
    if ((dirty & set) == 0) {
      return true;
    }
    if (VcpuIoctls.handle(ioctl, state, offset, page) < 0) {
      return false;
    }
    run.fields().putLong(RunPage.DIRTY_REGS, dirty & ~set);
    return true;
  }

  /** Stores the sets that user space asked for, as KVM_RUN ends. */
  void store() {
    long wanted = validRegs();
    if ((wanted & REGS) != 0) {
      VcpuIoctls.handle(KvmIoctl.KVM_GET_REGS, state, RunPage.SYNC_REGS, page);
    }
    if ((wanted & SREGS) != 0) {
      VcpuIoctls.handle(KvmIoctl.KVM_GET_SREGS, state, RunPage.SYNC_SREGS, page);
    }
    if ((wanted & EVENTS) != 0) {
      VcpuIoctls.handle(KvmIoctl.KVM_GET_VCPU_EVENTS, state, RunPage.SYNC_EVENTS, page);
    }
  }
}
