package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_INCONSISTENT_MSR;
import static seamtape.catalog.TdxStatus.TDX_LIMIT_CPUID_MAXVAL_SET;

/** What the module looks at on the logical processors that make SEAMCALLs. */
final class LogicalProcessors {
  static final int IA32_TSC_ADJUST = 0x3b;
  static final int IA32_MISC_ENABLE = 0x1a0;
  private static final long LIMIT_CPUID_MAXVAL = 1L << 22;

  private final boolean[] vmxOff;
  private final long[] miscEnable;
  private final long[] tscAdjust;

  /** IA32_TSC_ADJUST where TDH.SYS.INIT ran; it must be the same everywhere and stay so. */
  private long tscAdjustAtInit;

  LogicalProcessors(int count) {
    vmxOff = new boolean[count];
    miscEnable = new long[count];
    tscAdjust = new long[count];
  }

  void vmx(int lp, boolean on) {
    vmxOff[lp] = !on;
  }

  boolean vmxOff(int lp) {
    return vmxOff[lp];
  }

  void write(int lp, int msr, long value) {
    switch (msr) {
      case IA32_TSC_ADJUST -> tscAdjust[lp] = value;
      case IA32_MISC_ENABLE -> miscEnable[lp] = value;
      default -> throw new IllegalArgumentException("not an MSR that the module looks at: " + msr);
    }
  }

  void sysInit(int lp) {
    tscAdjustAtInit = tscAdjust[lp];
  }

  /** CPUID must not be cut short. */
  long cpuidLimit(int lp) {
    boolean limited = (miscEnable[lp] & LIMIT_CPUID_MAXVAL) != 0;
    return limited ? TDX_LIMIT_CPUID_MAXVAL_SET.value() : Leaf.SUCCESS;
  }

  /** The status names the MSR in its low half. */
  long tscAdjust(int lp) {
    boolean same = tscAdjust[lp] == tscAdjustAtInit;
    return same ? Leaf.SUCCESS : TDX_INCONSISTENT_MSR.value() | IA32_TSC_ADJUST;
  }
}
