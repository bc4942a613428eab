package seamtape.sim.kvm;

import seamtape.sim.guest.CpuState;
import seamtape.sim.kvm.irq.LocalApic;
import seamtape.sim.kvm.vcpu.Vcpu;

/** What a halted vCPU waits for. */
final class VcpuWaits {
  /** KVM_X86_DISABLE_EXITS_HLT: the processor itself waits in HLT. */
  private static final long DISABLE_EXITS_HLT = 2;

  private final Vm vm;
  private final Vcpu state;
  private final LocalApic lapic;
  private final VcpuBus bus;
  private final VcpuStats stats;

  /** The guest is in a HLT that does not exit. */
  private boolean haltedInGuest;

  VcpuWaits(VcpuRunner runner, VcpuBus bus) {
    this.vm = runner.vm();
    this.state = runner.state();
    this.lapic = runner.lapic();
    this.stats = runner.stats;
    this.bus = bus;
  }

  /** HLT: true when it waits in the kernel or in the guest, false when it is an exit. */
  boolean halt() {
    haltedInGuest = (vm.settings.disabledExits & DISABLE_EXITS_HLT) != 0;
    if (lapic != null && !haltedInGuest) {
      state.mpState = Vcpu.MP_STATE_HALTED;
      stats.halted();
    }
    return lapic != null || haltedInGuest;
  }

  /** True while a HLT that did not exit goes on. */
  boolean haltedInGuest() {
    haltedInGuest &= !hasEvents();
    return haltedInGuest;
  }

  /** A HLT that waits in the kernel is over. */
  boolean wakes() {
    return state.pvUnhalted || hasEvents();
  }

  private boolean hasEvents() {
    CpuState cpu = state.cpu;
    vm.xen.expireTimer(state);
    return cpu.nmiPending && !cpu.nmiMasked
        || cpu.nmiInjected
        || cpu.smiPending && !cpu.smm
        || cpu.interruptInjected
        || cpu.exceptionPending
        || state.xen.eventsWait()
        || vm.xen.pollEnds(state)
        || open() && bus.interruptPending();
  }

  private boolean open() {
    return state.cpu.flag(CpuState.IF) && state.cpu.interruptShadow == 0;
  }

  /**
   * kvm_cpu_accept_dm_intr, asked where no PIC is in the kernel: there is a place for the vector
   * that user space has.
   */
  boolean acceptsInjection() {
    if (lapic == null) {
      return true;
    }
    boolean free = state.pendingExternalVector == Vcpu.NO_VECTOR;
    return vm.splitIrqchip() && lapic.acceptsPic() && free;
  }

  /** kvm_vcpu_ready_for_interrupt_injection: nothing is half delivered, and the guest is open. */
  boolean readyForInjection() {
    CpuState cpu = state.cpu;
    boolean delivering = cpu.exceptionPending || cpu.interruptInjected || cpu.nmiInjected;
    return open() && !delivering && acceptsInjection();
  }

  /** The vCPU is reset. */
  void forget() {
    haltedInGuest = false;
    state.xen.poll(null, 0);
  }

  /** Whatever ends a run or a halt ends Xen's SCHEDOP_poll, which has its result already. */
  void endPoll() {
    if (state.xen.polled() != null) {
      state.xen.poll(null, 0);
      state.mpState = Vcpu.MP_STATE_RUNNABLE;
    }
  }
}
