package seamtape.sim.kvm.vcpu;

import java.util.Map;
import java.util.TreeMap;
import seamtape.sim.profile.CpuFeature;
import seamtape.sim.profile.FeatureMsrs;

/** The VMX capability MSRs of a guest that has VMX in its CPUID. */
final class VmxMsrs {
  private final Vcpu vcpu;
  private final Map<Integer, Long> values = new TreeMap<>();

  VmxMsrs(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  static boolean covers(int index) {
    return index >= Msr.VMX_BASIC && index <= Msr.VMX_VMFUNC;
  }

  private boolean offered() {
    return vcpu.vm().cpuModel().intel() && vcpu.cpuid.has(CpuFeature.VMX);
  }

  private long supported(int index) {
    return FeatureMsrs.value(index, vcpu.vm().cpuModel());
  }

  MsrAccess read(int index, Msrs result) {
    result.value = values.getOrDefault(index, supported(index));
    return MsrAccess.of(offered());
  }

  /** User space may take capabilities away, but not add any. */
  MsrAccess write(int index, long value, boolean host) {
    if (!host || !offered() || !within(index, value)) {
      return MsrAccess.REFUSED;
    }
    values.put(index, value);
    return MsrAccess.DONE;
  }

  private boolean within(int index, long value) {
    long supported = supported(index);
    return switch (index) {
      case 0x481, 0x482, 0x483, 0x484, 0x48b, 0x48d, 0x48e, 0x48f, 0x490 -> {
        long required = supported & 0xffff_ffffL;
        long mayBeSet = supported >>> 32;
        yield (required & ~value) == 0 && (value >>> 32 & ~mayBeSet) == 0;
      }
      case 0x486, 0x488 -> (supported & ~value) == 0;
      case 0x48a -> true;
      case 0x487, 0x489 -> false;
      default -> (value & ~supported) == 0;
    };
  }
}
