package seamtape.sim.kvm.tdx;

import seamtape.sim.guest.GuestBus;
import seamtape.sim.guest.GuestBus.Answer;

/** The MSRs that KVM emulates for a TD (tdx_has_emulated_msr); all others raise #GP. */
final class TdMsrs {
  private static final int TSC_DEADLINE = 0x6e0;
  private static final int APICBASE = 0x1b;
  private static final int FEAT_CTL = 0x3a;
  private static final int EFER = 0xc000_0080;

  private final GuestBus bus;

  TdMsrs(GuestBus bus) {
    this.bus = bus;
  }

  Answer read(int index, long[] value) {
    return emulated(index) ? bus.readMsr(index, value) : Answer.FAULT;
  }

  Answer write(int index, long value) {
    return emulated(index) && !readOnly(index) ? bus.writeMsr(index, value) : Answer.FAULT;
  }

  /** tdx_is_read_only_msr. */
  private static boolean readOnly(int index) {
    return index == APICBASE || index == EFER || index == FEAT_CTL;
  }

  private static boolean emulated(int index) {
    return switch (index) {
      // UCODE_REV, ARCH_CAPABILITIES, POWER_CTL, CR_PAT, TSC_DEADLINE, MISC_ENABLE.
      case 0x8b, 0x10a, 0x1fc, 0x277, TSC_DEADLINE, 0x1a0 -> true;
      // PLATFORM_INFO, MISC_FEATURES_ENABLES, APICBASE, EFER, FEAT_CTL.
      case 0xce, 0x140, APICBASE, EFER, FEAT_CTL -> true;
      // MCG_CAP, MCG_STATUS, MCG_CTL, MCG_EXT_CTL.
      case 0x179, 0x17a, 0x17b, 0x4d0 -> true;
      // KVM_STEAL_TIME, KVM_POLL_CONTROL.
      case 0x4b56_4d03, 0x4b56_4d05 -> true;
      default -> machineCheckBank(index) || x2apicOfKvm(index);
    };
  }

  /** MC0_CTL2 and on, MC0_CTL and on: 32 banks. */
  private static boolean machineCheckBank(int index) {
    return index >= 0x280 && index < 0x2a0 || index >= 0x400 && index < 0x480;
  }

  /**
   * x2APIC registers that the module does not virtualize with its APIC page: TPR, PPR, EOI, ISR …
   */
  private static boolean x2apicOfKvm(int index) {
    if (index < 0x800 || index > 0x8ff) {
      return false;
    }
    return switch (index) {
      // TASKPRI, PROCPRI, EOI, SELF_IPI.
      case 0x808, 0x80a, 0x80b, 0x83f -> false;
      default -> index < 0x810 || index > 0x827;
    };
  }
}
