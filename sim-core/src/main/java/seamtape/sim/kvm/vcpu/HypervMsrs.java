package seamtape.sim.kvm.vcpu;

import java.util.Map;
import java.util.TreeMap;

/**
 * The synthetic MSRs of Hyper-V that KVM emulates; mostly stored, without what they would start.
 */
final class HypervMsrs {
  private static final int HYPERCALL = 0x4000_0001;
  private static final int VP_INDEX = 0x4000_0002;
  private static final int RESET = 0x4000_0003;
  private static final int VP_RUNTIME = 0x4000_0010;
  private static final int TIME_REF_COUNT = 0x4000_0020;
  private static final int TSC_FREQUENCY = 0x4000_0022;
  private static final int APIC_FREQUENCY = 0x4000_0023;
  private static final int EOI = 0x4000_0070;
  private static final int VP_ASSIST_PAGE = 0x4000_0073;
  private static final int SCONTROL = 0x4000_0080;
  private static final int SVERSION = 0x4000_0081;
  private static final int SIEFP = 0x4000_0082;
  private static final int SIMP = 0x4000_0083;
  private static final int EOM = 0x4000_0084;
  private static final int SYNDBG_CONTROL = 0x4000_00f1;
  private static final int SYNDBG_PENDING_BUFFER = 0x4000_00f5;
  private static final int SYNDBG_OPTIONS = 0x4000_00ff;
  private static final int SINT15 = 0x4000_009f;
  private static final int STIMER0_CONFIG = 0x4000_00b0;
  private static final int STIMER3_COUNT = 0x4000_00b7;
  private static final int INTERFACE_SIGNATURE = 0x3123_7648;
  private static final long APIC_HZ = 1_000_000_000;
  private static final int MAX_VCPUS = 1024;

  private final Vcpu vcpu;
  private final Map<Integer, Long> values = new TreeMap<>();

  HypervMsrs(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  static boolean covers(int index) {
    return switch (index) {
      case VP_INDEX, RESET, VP_RUNTIME, TIME_REF_COUNT, TSC_FREQUENCY, APIC_FREQUENCY -> true;
      case Msr.HV_FIRST, Msr.HV_FIRST + 1, 0x4000_0021, 0x4000_0071, 0x4000_0072 -> true;
      case EOI, VP_ASSIST_PAGE, 0x4000_00ff, Msr.HV_LAST -> true;
      default ->
          index >= SCONTROL && index <= 0x4000_0084
              || index >= 0x4000_0090 && index <= SINT15
              || index >= STIMER0_CONFIG && index <= STIMER3_COUNT
              || index >= 0x4000_00f1 && index <= 0x4000_00f5
              || index >= 0x4000_0100 && index <= 0x4000_0108;
    };
  }

  /** The value last stored in an MSR that KVM only keeps. */
  long stored(int index) {
    return values.getOrDefault(index, 0L);
  }

  boolean enabled() {
    return vcpu.cpuid.register(0x4000_0001, 0, 0) == INTERFACE_SIGNATURE;
  }

  private boolean synthetic(int index) {
    return index >= SCONTROL && index <= SINT15
        || index >= STIMER0_CONFIG && index <= STIMER3_COUNT;
  }

  private boolean ofDebugger(int index) {
    return index >= SYNDBG_CONTROL && index <= SYNDBG_PENDING_BUFFER || index == SYNDBG_OPTIONS;
  }

  /** What the guest may not touch at all. */
  private boolean forbidden(int index) {
    return !enabled()
        || synthetic(index) && !vcpu.synicActive
        || ofDebugger(index) && !new HypervGuest(vcpu).debuggerActive();
  }

  /** synic_exit, syndbg_exit: user space hears of it before the guest goes on. */
  private static boolean tellsUserSpace(int index) {
    return switch (index) {
      case SCONTROL, SIEFP, SIMP, SYNDBG_CONTROL, SYNDBG_PENDING_BUFFER -> true;
      default -> false;
    };
  }

  MsrAccess read(int index, boolean host, Msrs result) {
    if (!host && forbidden(index)) {
      return MsrAccess.REFUSED;
    }
    result.value =
        switch (index) {
          case Msr.HV_FIRST -> vcpu.vm().hyperv().guestOsId();
          case HYPERCALL -> vcpu.vm().hyperv().hypercall();
          case VP_INDEX -> values.getOrDefault(index, (long) vcpu.id());
          case TSC_FREQUENCY -> vcpu.tscKhz * 1000L;
          case APIC_FREQUENCY -> APIC_HZ;
          case TIME_REF_COUNT -> vcpu.vm().tsc() / (vcpu.vm().cpuModel().tscKhz() / 10_000);
          default -> values.getOrDefault(index, 0L);
        };
    return MsrAccess.DONE;
  }

  MsrAccess write(int index, long value, boolean host) {
    boolean refused =
        switch (index) {
          case VP_INDEX -> !host || Long.compareUnsigned(value, MAX_VCPUS) >= 0;
          case TSC_FREQUENCY, APIC_FREQUENCY, TIME_REF_COUNT, VP_RUNTIME -> !host;
          case SVERSION -> !host || !vcpu.synicActive && value != 0;
          default -> synthetic(index) && !vcpu.synicActive && (!host || value != 0);
        };
    if (refused || !host && forbidden(index)) {
      return MsrAccess.REFUSED;
    }
    if (index == HYPERCALL) {
      return MsrAccess.of(vcpu.vm().hyperv().hypercall(value, vcpu.vm()));
    }
    if (index == Msr.HV_FIRST) {
      vcpu.vm().hyperv().guestOsId(value);
    } else if (index != RESET && index != EOI && index != EOM) {
      values.put(index, value);
    }
    vcpu.hypervExitMsr = !host && tellsUserSpace(index) ? index : vcpu.hypervExitMsr;
    return MsrAccess.DONE;
  }
}
