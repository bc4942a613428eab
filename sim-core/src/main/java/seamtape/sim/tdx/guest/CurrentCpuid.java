package seamtape.sim.tdx.guest;

import seamtape.sim.tdx.Td;
import seamtape.sim.tdx.TdVcpu;

/** What CPUID shows of a vCPU as it is now; the rest was computed by TDH.MNG.INIT. */
final class CurrentCpuid {
  private static final int TSX_CTRL = 0x122;
  private static final int TSX_CPUID_CLEAR = 1 << 1;
  private static final int HLE_AND_RTM = 1 << 4 | 1 << 11;
  private static final int OSXSAVE = 1 << 27;
  private static final int OSPKE = 1 << 4;
  private static final int SYSCALL = 1 << 11;
  private static final int CR4_OSXSAVE = 1 << 18;
  private static final int CR4_PKE = 1 << 22;
  private static final int EBX = 1;
  private static final int ECX = 2;
  private static final int EDX = 3;

  /** Legacy region and header of an XSAVE area; the components from 2 on follow. */
  private static final int XSAVE_HEADER_END = 576;

  private static final int COMPONENTS = 19;
  private static final int ALIGNED = 1 << 1;
  private static final int ALIGNMENT = 64;

  private final TdVcpu vcpu;
  private final Td td;
  private final int[] component = new int[4];

  CurrentCpuid(TdVcpu vcpu) {
    this.vcpu = vcpu;
    this.td = vcpu.td;
  }

  void apply(int leaf, int subleaf, int[] out) {
    switch (leaf) {
      case 1 -> {
        out[EBX] = out[EBX] & 0xff_ffff | vcpu.index << 24;
        out[ECX] = shown(out[ECX], OSXSAVE, (vcpu.cpu.cr4 & CR4_OSXSAVE) != 0);
      }
      case 7 -> {
        if (subleaf == 0) {
          out[ECX] = shown(out[ECX], OSPKE, (vcpu.cpu.cr4 & CR4_PKE) != 0);
          boolean hidden = (vcpu.msr(TSX_CTRL) & TSX_CPUID_CLEAR) != 0;
          out[EBX] = hidden ? out[EBX] & ~HLE_AND_RTM : out[EBX];
        }
      }
      case 0xd -> {
        if (subleaf == 0) {
          out[EBX] = standardSize(vcpu.xcr0);
        } else if (subleaf == 1) {
          out[EBX] = compactedSize(vcpu.xcr0 | vcpu.xss);
        }
      }
      case 0x8000_0001 -> out[EDX] = shown(out[EDX], SYSCALL, vcpu.cpu.longMode64());
      default -> {}
    }
  }

  private static int shown(int value, int bit, boolean set) {
    return set ? value | bit : value & ~bit;
  }

  /** Up to the end of the last component that is enabled. */
  private int standardSize(long enabled) {
    int size = XSAVE_HEADER_END;
    for (int i = 2; i < COMPONENTS; i++) {
      if ((enabled >>> i & 1) != 0) {
        td.cpuid.read(0xd, i, component);
        size = Math.max(size, component[EBX] + component[0]);
      }
    }
    return size;
  }

  /** The components that are enabled, one behind the other. */
  private int compactedSize(long enabled) {
    int size = XSAVE_HEADER_END;
    for (int i = 2; i < COMPONENTS; i++) {
      if ((enabled >>> i & 1) != 0) {
        td.cpuid.read(0xd, i, component);
        boolean aligned = (component[ECX] & ALIGNED) != 0;
        size = (aligned ? size + ALIGNMENT - 1 & -ALIGNMENT : size) + component[0];
      }
    }
    return size;
  }
}
