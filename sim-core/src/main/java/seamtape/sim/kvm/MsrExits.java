package seamtape.sim.kvm;

import seamtape.sim.guest.GuestBus.Answer;
import seamtape.sim.kvm.irq.LocalApic;
import seamtape.sim.kvm.tdx.TdMsrs;
import seamtape.sim.kvm.vcpu.Vcpu;

/** RDMSR and WRMSR of the guest: the filter, the registers, and what goes to user space instead. */
final class MsrExits {
  private static final int REASON_INVAL = 1;
  private static final int REASON_UNKNOWN = 2;
  private static final int REASON_FILTER = 4;

  /** The MSRs of the x2APIC: one for each register of the page. */
  private static final int X2APIC_FIRST = 0x800;

  private static final int X2APIC_LAST = 0x83f;

  private final Vm vm;
  private final Vcpu state;
  private final LocalApic lapic;

  /** Null in a VM that is no TD. */
  private final TdMsrs td;

  private int reason;

  /**
   * @param lapic null without one in the kernel
   */
  MsrExits(Vm vm, Vcpu state, LocalApic lapic) {
    this.vm = vm;
    this.state = state;
    this.lapic = lapic;
    this.td = vm.tdx == null ? null : new TdMsrs(state.msrs);
  }

  /** KVM_MSR_EXIT_REASON_* of the last access that was left to user space. */
  int reason() {
    return reason;
  }

  Answer read(int index, long[] value) {
    if (!vm.msrFilter.allows(index, MsrFilter.READ)) {
      return refused(REASON_FILTER);
    }
    if (!(td == null ? state.msrs.read(index, false) : td.read(index))) {
      return refused(reasonOf(index));
    }
    value[0] = state.msrs.value;
    return Answer.DONE;
  }

  Answer write(int index, long value) {
    if (!vm.msrFilter.allows(index, MsrFilter.WRITE)) {
      return refused(REASON_FILTER);
    }
    if (td == null && vm.xen.isHypercallMsr(index)) {
      return vm.xen.writePage(value, state) ? Answer.DONE : refused(REASON_INVAL);
    }
    if (!(td == null ? state.msrs.write(index, value, false) : td.write(index, value))) {
      return refused(reasonOf(index));
    }
    if (index >= X2APIC_FIRST && index <= X2APIC_LAST && lapic != null) {
      lapic.writeX2apic(index - X2APIC_FIRST << 4, value);
    }
    return Answer.DONE;
  }

  private int reasonOf(int index) {
    boolean known =
        td != null && !TdMsrs.emulates(index)
            || vm.host.profile.msrAdvertised(vm.host.cpuModel, index);
    return known ? REASON_INVAL : REASON_UNKNOWN;
  }

  private Answer refused(int why) {
    reason = why;
    return (vm.settings.userSpaceMsrs & why) != 0 ? Answer.EXIT : Answer.FAULT;
  }
}
