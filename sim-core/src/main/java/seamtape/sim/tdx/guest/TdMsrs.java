package seamtape.sim.tdx.guest;

import seamtape.sim.guest.CpuState;
import seamtape.sim.tdx.MsrRow;
import seamtape.sim.tdx.MsrRow.Access;
import seamtape.sim.tdx.TdVcpu;

/**
 * MSRs of a TD by tdx-msr.csv: those that the CPU or the module answers, those that are #GP, and
 * all others, which are #VE. What a native MSR counts or controls is not simulated; it keeps what
 * is written.
 */
final class TdMsrs {
  private static final int TSC = 0x10;
  private static final int XAPIC_DISABLE_STATUS = 0xbd;
  private static final int ARCH_CAPABILITIES = 0x10a;
  private static final int MISC_ENABLE = 0x1a0;
  private static final int DEBUGCTL = 0x1d9;
  private static final int PAT = 0x277;
  private static final int X2APIC_FIRST = 0x800;
  private static final int X2APIC_TPR = 0x808;
  private static final int X2APIC_EOI = 0x80b;
  private static final int X2APIC_SELF_IPI = 0x83f;
  private static final int X2APIC_LAST = 0x8ff;
  private static final int XSS = 0xda0;
  private static final int EFER = 0xc000_0080;
  private static final int FS_BASE = 0xc000_0100;
  private static final int GS_BASE = 0xc000_0101;
  private static final long EFER_SCE = 1;
  private static final long DEBUGCTL_TR = 1 << 6;
  private static final long DEBUGCTL_BTS = 1 << 7;
  private static final long DEBUGCTL_UNCORE_PMI = 1 << 13;
  private static final long DEBUGCTL_RESERVED = ~0xffc7L;

  /** Fast strings, and what a PMU that is not there shows: BTS and PEBS unavailable, no PERFMON. */
  private static final long MISC_ENABLE_WITHOUT_PERFMON = 1 | 1 << 11 | 1 << 12;

  /** Components that XSAVES saves: PT, PASID, CET, HDC, UINTR, LBR, HWP. */
  private static final long XSS_COMPONENTS = 1 << 8 | 1 << 10 | 3 << 11 | 7 << 13 | 1 << 16;

  private final TdVcpu vcpu;

  TdMsrs(TdVcpu vcpu) {
    this.vcpu = vcpu;
  }

  /** What becomes of the guest's RDMSR or WRMSR, its registers as they are. */
  Access access(boolean write) {
    int msr = (int) vcpu.cpu.gpr[CpuState.RCX];
    MsrRow row = MsrRow.of(msr);
    if (row == null) {
      return Access.VE;
    }
    Access access = (write ? row.write() : row.read()).of(vcpu.td);
    boolean served = access == Access.NATIVE || access == Access.MODULE;
    return served && write ? checked(msr, access) : access;
  }

  /** A write with a value that is refused, or that only the VMM can act on. */
  private Access checked(int msr, Access access) {
    long[] gpr = vcpu.cpu.gpr;
    long value = gpr[CpuState.RDX] << 32 | gpr[CpuState.RAX] & 0xffff_ffffL;
    return switch (msr) {
      case EFER -> changesOnlySce(value) ? access : Access.VE;
      case XSS -> (value & ~(vcpu.xfam & XSS_COMPONENTS)) == 0 ? access : Access.GP;
      case DEBUGCTL -> debugControl(value, access);
      default -> accepted(msr, value) ? access : Access.GP;
    };
  }

  private boolean changesOnlySce(long value) {
    return ((value ^ vcpu.cpu.efer) & ~(EFER_SCE | CpuState.EFER_LMA)) == 0;
  }

  private static Access debugControl(long value, Access access) {
    if ((value & DEBUGCTL_RESERVED) != 0) {
      return Access.GP;
    }
    boolean traces = (value & DEBUGCTL_TR) != 0 && (value & DEBUGCTL_BTS) == 0;
    return traces ? Access.VE : access;
  }

  /** The CPU's own checks. */
  private static boolean accepted(int msr, long value) {
    if (msr >= X2APIC_FIRST && msr <= X2APIC_LAST) {
      return switch (msr) {
        case X2APIC_TPR, X2APIC_SELF_IPI -> value >>> 8 == 0;
        case X2APIC_EOI -> value == 0;
        default -> false;
      };
    }
    return switch (msr) {
      case XAPIC_DISABLE_STATUS, ARCH_CAPABILITIES -> false;
      case PAT -> validTypes(value);
      // SYSENTER_ESP, SYSENTER_EIP, DS_AREA, LSTAR, the bases of FS and GS.
      case 0x175, 0x176, 0x600, 0xc000_0082, FS_BASE, GS_BASE, 0xc000_0102 ->
          value << 16 >> 16 == value;
      default -> true;
    };
  }

  private static boolean validTypes(long pat) {
    for (int i = 0; i < Long.SIZE; i += Byte.SIZE) {
      int type = (int) (pat >>> i) & 0xff;
      if (type > 7 || type == 2 || type == 3) {
        return false;
      }
    }
    return true;
  }

  long read(int msr, long tsc) {
    return switch (msr) {
      case TSC -> tsc;
      case XAPIC_DISABLE_STATUS -> 1;
      case MISC_ENABLE -> MISC_ENABLE_WITHOUT_PERFMON;
      case X2APIC_TPR -> vcpu.cpu.cr8 << 4;
      case XSS -> vcpu.xss;
      case EFER -> vcpu.cpu.efer;
      case FS_BASE -> vcpu.cpu.segments[CpuState.FS].base;
      case GS_BASE -> vcpu.cpu.segments[CpuState.GS].base;
      default -> vcpu.msr(msr);
    };
  }

  void write(int msr, long value) {
    switch (msr) {
      case DEBUGCTL -> vcpu.msr(msr, value & ~DEBUGCTL_UNCORE_PMI);
      case X2APIC_TPR -> vcpu.cpu.cr8 = value >>> 4;
      case X2APIC_EOI, X2APIC_SELF_IPI -> {}
      case XSS -> vcpu.xss = value;
      case EFER -> vcpu.cpu.efer = vcpu.cpu.efer & ~EFER_SCE | value & EFER_SCE;
      case FS_BASE -> vcpu.cpu.segments[CpuState.FS].base = value;
      case GS_BASE -> vcpu.cpu.segments[CpuState.GS].base = value;
      default -> vcpu.msr(msr, value);
    }
  }
}
