package seamtape.sim.kvm.vcpu;

import java.util.Map;
import java.util.TreeMap;
import seamtape.sim.profile.CpuFeature;
import seamtape.sim.profile.FeatureMsrs;

/**
 * The registers of the guest's PMU, as many as its CPUID says. Nothing counts: RDPMC and RDMSR give
 * what was written, and KVM_SET_PMU_EVENT_FILTER has nothing to keep from counting.
 */
final class PmuMsrs {
  private static final int MAX_COUNTERS = 8;
  private static final int MAX_FIXED = 3;
  private static final int CORE_COUNTERS = 6;
  private static final int AMD_COUNTERS = 4;

  /** Upper half of RDPMC's operand for a fixed counter. */
  private static final int RDPMC_FIXED = 0x4000;

  private static final long COUNTER_BITS = (1L << 48) - 1;
  private static final long EVENTSEL_RESERVED = 0xffff_ffff_0020_0000L;

  private final Vcpu vcpu;
  private final Map<Integer, Long> values = new TreeMap<>();

  PmuMsrs(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  /** Counter and selector MSRs that are ignored where the guest has no such counter. */
  static boolean ignoredWithoutCounter(int index) {
    return index >= Msr.K7_EVNTSEL0 && index <= Msr.K7_PERFCTR3
        || index == Msr.PERFCTR0
        || index == Msr.PERFCTR0 + 1
        || index == Msr.EVENTSEL0
        || index == Msr.EVENTSEL0 + 1;
  }

  private int version() {
    return Math.min(vcpu.cpuid.register(0xa, 0, 0) & 0xff, 2);
  }

  private int counters() {
    return Math.min(vcpu.cpuid.register(0xa, 0, 0) >> 8 & 0xff, MAX_COUNTERS);
  }

  private int fixedCounters() {
    return version() < 2 ? 0 : Math.min(vcpu.cpuid.register(0xa, 0, 3) & 0x1f, MAX_FIXED);
  }

  /** True where the guest's PMU has this register. */
  boolean has(int index) {
    if (!vcpu.vm().pmuEnabled()) {
      return false;
    }
    return vcpu.vm().cpuModel().intel() ? hasIntel(index) : hasAmd(index);
  }

  private boolean hasIntel(int index) {
    if (version() == 0) {
      return false;
    }
    return switch (index) {
      case Msr.FIXED_CTR_CTRL, Msr.GLOBAL_STATUS, Msr.GLOBAL_CTRL, Msr.GLOBAL_OVF_CTRL ->
          version() > 1;
      case Msr.DS_AREA -> vcpu.cpuid.has(CpuFeature.DS);
      case Msr.PEBS_ENABLE, Msr.PEBS_DATA_CFG -> false;
      default ->
          within(index, Msr.PERFCTR0, counters())
              || within(index, Msr.EVENTSEL0, counters())
              || within(index, Msr.FIXED_CTR0, fixedCounters())
              || fullWidth() && within(index, Msr.PMC0, counters());
    };
  }

  private boolean hasAmd(int index) {
    boolean core = vcpu.cpuid.has(CpuFeature.PERFCTR_CORE);
    return index >= Msr.K7_EVNTSEL0 && index <= Msr.K7_PERFCTR3
        || core && within(index, Msr.F15H_PERF_CTL0, 2 * CORE_COUNTERS);
  }

  private boolean fullWidth() {
    return (vcpu.msrs.capabilities.perfCapabilities() & FeatureMsrs.PERF_CAP_FW_WRITES) != 0
        && vcpu.cpuid.has(CpuFeature.PDCM);
  }

  private static boolean within(int index, int first, int count) {
    return index >= first && index < first + count;
  }

  /** The MSR of the counter that RDPMC names, or 0: Intel's fixed counters have bit 30. */
  int counterMsr(int index) {
    if (!vcpu.vm().pmuEnabled()) {
      return 0;
    }
    int number = index & 0xffff;
    if (!vcpu.vm().cpuModel().intel()) {
      return (index & ~(3 << 30)) == number && number < AMD_COUNTERS
          ? Msr.K7_PERFCTR3 - 3 + number
          : 0;
    }
    int type = index >>> 16;
    boolean general = type == 0 && version() > 0 && number < counters();
    boolean fixed = type == RDPMC_FIXED && number < fixedCounters();
    return general ? Msr.PERFCTR0 + number : fixed ? Msr.FIXED_CTR0 + number : 0;
  }

  long read(int index) {
    int register = within(index, Msr.PMC0, MAX_COUNTERS) ? index - Msr.PMC0 + Msr.PERFCTR0 : index;
    return values.getOrDefault(register, 0L);
  }

  MsrAccess write(int index, long value, boolean host) {
    return MsrAccess.of(
        vcpu.vm().cpuModel().intel() ? writeIntel(index, value, host) : store(index, value));
  }

  private boolean writeIntel(int index, long value, boolean host) {
    long global = (1L << counters()) - 1 | (1L << fixedCounters()) - 1 << 32;
    return switch (index) {
      case Msr.FIXED_CTR_CTRL ->
          (value & ~(0xbbbL & (1L << 4 * fixedCounters()) - 1)) == 0 && store(index, value);
      case Msr.GLOBAL_STATUS -> host && (value & ~global) == 0 && store(index, value);
      case Msr.GLOBAL_CTRL -> (value & ~global) == 0 && store(index, value);
      case Msr.GLOBAL_OVF_CTRL -> clearOverflow(value, global);
      case Msr.DS_AREA -> store(index, value);
      default -> writeCounter(index, value, host);
    };
  }

  private boolean clearOverflow(long value, long global) {
    boolean valid = (value & ~(global | 3L << 62)) == 0;
    return valid && store(Msr.GLOBAL_STATUS, read(Msr.GLOBAL_STATUS) & ~value);
  }

  private boolean writeCounter(int index, long value, boolean host) {
    if (within(index, Msr.EVENTSEL0, MAX_COUNTERS)) {
      return (value & EVENTSEL_RESERVED) == 0 && store(index, value);
    }
    if (within(index, Msr.PMC0, MAX_COUNTERS)) {
      boolean fits = (value & ~COUNTER_BITS) == 0;
      return fits && store(index - Msr.PMC0 + Msr.PERFCTR0, value);
    }
    boolean general = within(index, Msr.PERFCTR0, MAX_COUNTERS);
    return store(index, (general && !host ? (int) value : value) & COUNTER_BITS);
  }

  private boolean store(int index, long value) {
    values.put(index, value);
    return true;
  }
}
