package seamtape.sim.profile;

import java.util.List;

/** The Hyper-V leaves of KVM_GET_SUPPORTED_HV_CPUID; their values are recalled, not measured. */
final class HypervCpuid {
  private static final int HIGHEST = 0x4000_0082;

  private HypervCpuid() {}

  static CpuidTable of(KernelLine line) {
    boolean late = line.compareTo(KernelLine.V6_12) >= 0;
    int privileges = late ? 0xaaff : 0x2aff;
    int flags = late ? 0x10_0830 : 0x830;
    return new CpuidTable(
        List.of(
            leaf(0x4000_0000, HIGHEST, 0x756e_694c, 0x564b_2078, 0x7648_204d),
            leaf(0x4000_0001, 0x3123_7648, 0, 0, 0),
            leaf(0x4000_0002, 0x3839, 0xa_0000, 0, 0),
            leaf(0x4000_0003, privileges, flags, 0, 0x8_0512),
            leaf(0x4000_0004, 0x2_4e2c, 0xfff, 0, 0),
            leaf(0x4000_0005, 0x400, 0x40, 0, 0),
            leaf(0x4000_0080, HIGHEST, 0x756e_694c, 0x564b_2078, 0x7648_204d),
            leaf(0x4000_0081, 0x31535053, 0, 0, 0),
            leaf(HIGHEST, 2, 0, 0, 0),
            leaf(0x4000_000a, 0x8_0101, 0, 0, 0)));
  }

  private static CpuidEntry leaf(int function, int eax, int ebx, int ecx, int edx) {
    return new CpuidEntry(function, 0, 0, eax, ebx, ecx, edx);
  }
}
