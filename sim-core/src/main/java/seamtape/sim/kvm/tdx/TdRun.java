package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;

import java.util.function.IntSupplier;
import seamtape.catalog.KvmExit;
import seamtape.catalog.TdxStatus;
import seamtape.machine.Machine;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.kvm.ExitWriter;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.mem.MemoryAttributes;
import seamtape.sim.kvm.vcpu.Vcpu;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.tdx.TdVcpu;

/** KVM_RUN of a TD's vCPU: guest entry by TDH.VP.ENTER, and what its exits lead to. */
public final class TdRun {
  private static final int EXIT_REASON_EXCEPTION_NMI = 0;
  private static final int EXIT_REASON_EXTERNAL_INTERRUPT = 1;
  private static final int EXIT_REASON_TRIPLE_FAULT = 2;
  private static final int EXIT_REASON_OTHER_SMI = 6;
  private static final int EXIT_REASON_EPT_VIOLATION = 48;
  private static final int EXIT_REASON_TDCALL = 77;
  private static final int BASIC = 0xffff;
  private static final long ERROR = 1L << 63 | 1L << 62;

  /** Bits 3:0 of the extended exit qualification: an access to a page that is pending. */
  private static final int PENDING_EPT_VIOLATION = 6;

  /** Bit of the exit qualification: an instruction fetch. */
  private static final int FETCH = 1 << 2;

  private final VcpuTdx vcpu;
  private final KvmTdx tdx;
  private final ExitWriter exits;
  private final GuestBus bus;
  private final TdExits handlers;
  private boolean linked;

  public TdRun(VcpuTdx vcpu, GuestBus bus, ExitWriter exits, IntSupplier msrExitReason) {
    this.vcpu = vcpu;
    this.tdx = vcpu.tdx;
    this.exits = exits;
    this.bus = bus;
    this.handlers = new TdExits(vcpu, bus, exits, msrExitReason);
  }

  /** tdx_vcpu_pre_run: EINVAL before both vCPU and TD are ready to run. */
  public long check() {
    boolean ready = vcpu.initialized() && tdx.state == KvmTdx.State.RUNNABLE;
    return ready ? 0 : EINVAL.result();
  }

  /** Takes over what user space answered; 0 where that leads to another exit at once. */
  public long complete() {
    return handlers.complete();
  }

  /** The halted vCPU has something to do. */
  public boolean wakes() {
    return handlers.wakes();
  }

  /**
   * Enters the guest once and handles its exit.
   *
   * @return IN_PROGRESS to go on, 0 with an exit to user space, or a negative errno
   */
  public long enter() {
    if (!linked) {
      link();
    }
    long status = vcpu.enter();
    int reason = (int) status & BASIC;
    boolean failed = (status & ERROR) != 0 && reason != EXIT_REASON_TRIPLE_FAULT;
    if (failed || SeamcallChannel.instructionFailed(status)) {
      return unexpected(status);
    }
    return switch (reason) {
      case EXIT_REASON_TDCALL -> handlers.tdvmcall();
      case EXIT_REASON_EXTERNAL_INTERRUPT, EXIT_REASON_OTHER_SMI, EXIT_REASON_EXCEPTION_NMI ->
          Machine.IN_PROGRESS;
      case EXIT_REASON_EPT_VIOLATION -> eptViolation();
      case EXIT_REASON_TRIPLE_FAULT -> {
        exits.reason(KvmExit.KVM_EXIT_SHUTDOWN);
        yield 0;
      }
      default -> unexpected(status);
    };
  }

  /** The module's view of this vCPU and TD learns where KVM's parts are. */
  private void link() {
    TdVcpu inModule = tdx.host.module().vcpu(vcpu.tdvpr());
    if (inModule != null) {
      inModule.interrupts = bus;
      inModule.td.shared = tdx.shared;
      linked = true;
    }
  }

  private long unexpected(long status) {
    boolean busy = TdxStatus.of(status).orElse(null) == TdxStatus.TDX_OPERAND_BUSY;
    if (busy) {
      return Machine.IN_PROGRESS;
    }
    exits.unexpectedExit(status, vcpu.lastLp());
    return 0;
  }

  /** tdx_handle_ept_violation. */
  private long eptViolation() {
    long gpa = vcpu.gpr[Gpr.R8];
    if (!tdx.isPrivate(gpa)) {
      boolean fetch = (vcpu.gpr[Gpr.RCX] & FETCH) != 0;
      if (fetch) {
        tdx.vm.die();
        return EIO.result();
      }
      return sharedFault(gpa & ~tdx.sharedBit());
    }
    boolean pending = (vcpu.gpr[Gpr.RDX] & 0xf) == PENDING_EPT_VIOLATION;
    if (pending) {
      tdx.vm.die();
      return EIO.result();
    }
    long gfn = gpa >>> Limits.PAGE_SHIFT;
    if (!tdx.vm.attributes.isPrivate(gfn)) {
      return memoryFault(gpa, MemoryAttributes.KVM_MEMORY_ATTRIBUTE_PRIVATE);
    }
    long error = tdx.memory.fault(gfn);
    if (error == EFAULT.result()) {
      return memoryFault(gpa, MemoryAttributes.KVM_MEMORY_ATTRIBUTE_PRIVATE);
    }
    return error == 0 ? Machine.IN_PROGRESS : error;
  }

  private long sharedFault(long gpa) {
    if (tdx.vm.attributes.isPrivate(gpa >>> Limits.PAGE_SHIFT)) {
      return memoryFault(gpa, 0);
    }
    return tdx.shared.fault(gpa) ? Machine.IN_PROGRESS : memoryFault(gpa, 0);
  }

  private long memoryFault(long gpa, long flags) {
    exits.memoryFault(gpa & -Limits.PAGE_SIZE, flags);
    return EFAULT.result();
  }

  /** The vCPU waits for an interrupt. */
  public boolean halted() {
    return vcpu.state.mpState == Vcpu.MP_STATE_HALTED;
  }
}
