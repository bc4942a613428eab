package seamtape.sim.kvm.tdx;

import seamtape.sim.kvm.vcpu.Msrs;

/** The MSRs that KVM emulates for a TD (tdx_has_emulated_msr); all others raise #GP. */
public final class TdMsrs {
  private static final int TSC_DEADLINE = 0x6e0;
  private static final int APICBASE = 0x1b;
  private static final int FEAT_CTL = 0x3a;
  private static final int EFER = 0xc000_0080;

  private static final int MCG_CAP = 0x179;
  private static final int MCG_EXT_CTL = 0x4d0;
  private static final long FEAT_CTL_LOCKED = 1;
  private static final long FEAT_CTL_LMCE_ENABLED = 1 << 20;
  private static final long MCG_LMCE_P = 1 << 27;
  private static final long MCG_EXT_CTL_LMCE_EN = 1;

  private final Msrs msrs;
  private long extendedControl;

  public TdMsrs(Msrs msrs) {
    this.msrs = msrs;
  }

  /** tdx_get_msr: true with the value in {@link Msrs#value}. */
  public boolean read(int index) {
    boolean lmce = hasLmce();
    switch (index) {
      case FEAT_CTL -> {
        msrs.value = lmce ? FEAT_CTL_LOCKED | FEAT_CTL_LMCE_ENABLED : FEAT_CTL_LOCKED;
        return true;
      }
      case MCG_EXT_CTL -> {
        msrs.value = extendedControl;
        return lmce;
      }
      default -> {
        return emulates(index) && msrs.read(index, false);
      }
    }
  }

  /** tdx_set_msr. */
  public boolean write(int index, long value) {
    if (index == MCG_EXT_CTL) {
      boolean valid = hasLmce() && (value & ~MCG_EXT_CTL_LMCE_EN) == 0;
      extendedControl = valid ? value : extendedControl;
      return valid;
    }
    return writable(index) && msrs.write(index, value, false);
  }

  private boolean hasLmce() {
    return msrs.read(MCG_CAP, false) && (msrs.value & MCG_LMCE_P) != 0;
  }

  /** What KVM_SET_MSRS and a TDVMCALL can write. */
  public static boolean writable(int index) {
    return emulates(index) && !readOnly(index);
  }

  /** tdx_is_read_only_msr. */
  private static boolean readOnly(int index) {
    return index == APICBASE || index == EFER || index == FEAT_CTL;
  }

  /** tdx_has_emulated_msr. */
  public static boolean emulates(int index) {
    return switch (index) {
      // UCODE_REV, ARCH_CAPABILITIES, POWER_CTL, CR_PAT, TSC_DEADLINE, MISC_ENABLE.
      case 0x8b, 0x10a, 0x1fc, 0x277, TSC_DEADLINE, 0x1a0 -> true;
      // PLATFORM_INFO, MISC_FEATURES_ENABLES, APICBASE, EFER, FEAT_CTL.
      case 0xce, 0x140, APICBASE, EFER, FEAT_CTL -> true;
      // MCG_STATUS, MCG_CTL.
      case MCG_CAP, 0x17a, 0x17b -> true;
      // KVM_POLL_CONTROL, of the paravirtual ones alone.
      case 0x4b56_4d05 -> true;
      default -> mtrr(index) || machineCheckBank(index) || x2apicOfKvm(index);
    };
  }

  /** MTRRcap, variable and fixed ranges, MTRRdefType. */
  private static boolean mtrr(int index) {
    return index == 0xfe || index >= 0x200 && index <= 0x26f || index == 0x2ff;
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
