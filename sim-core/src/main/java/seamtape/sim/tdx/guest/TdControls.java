package seamtape.sim.tdx.guest;

import static seamtape.sim.guest.GuestBus.NONE;
import static seamtape.sim.guest.GuestBus.UNDEFINED_OPCODE;

import seamtape.sim.guest.CpuState;
import seamtape.sim.tdx.Td;
import seamtape.sim.tdx.TdVcpu;

/**
 * What a TD may do to its control registers, and instructions beyond KVM's emulator: the rules of
 * tdx-ve.md, section 1. Each answer is NONE, or the exception: #GP, #UD, or #VE.
 */
final class TdControls {
  static final int GP = 13;
  static final int VE = 20;
  static final int RDPMC = 15;
  static final int MWAIT = 36;
  static final int MONITOR = 39;
  static final int RDTSCP = 51;
  static final int XSETBV = 55;
  static final int RDRAND = 57;
  static final int INVPCID = 58;
  static final int RDSEED = 61;
  static final int PCONFIG = 65;
  static final int ENQCMD = 72;

  /** CR4.VMXE is the module's: always set, and read as 0. */
  static final long CR4_VMXE = 1 << 13;

  private static final long CR0_NE = 1 << 5;
  private static final long CR0_WP = 1 << 16;
  private static final long CR0_NW = 1 << 29;
  private static final long CR0_CD = 1 << 30;
  private static final long CR4_MCE = 1 << 6;
  private static final long CR4_PCE = 1 << 8;
  private static final long CR4_LA57 = 1 << 12;
  private static final long CR4_PCIDE = 1 << 17;
  private static final long CR4_SMXE = 1 << 14;
  private static final long CR4_OSXSAVE = 1 << 18;
  private static final long CR4_KL = 1 << 19;
  private static final long CR4_PKE = 1 << 22;
  private static final long CR4_CET = 1 << 23;
  private static final long CR4_PKS = 1 << 24;
  private static final long CR4_UINTR = 1 << 25;
  private static final long CR4_RESERVED = ~0x3ff_7fffL | 1 << 15;
  private static final long XFAM_PKRU = 1 << 9;
  private static final long XFAM_CET = 3 << 11;
  private static final long XFAM_UINTR = 1 << 14;
  private static final long ATTRIBUTE_PKS = 1L << 30;
  private static final int CPUID_1_ECX_MONITOR = 1 << 3;
  private static final long XCR0_X87 = 1;
  private static final long XCR0_SSE = 2;
  private static final long XCR0_AVX = 4;
  private static final long XCR0_AVX512 = 7 << 5;
  private static final long XCR0_AMX = 3 << 17;

  /** Components that XCR0 enables: x87, SSE, AVX, AVX-512, PKRU, AMX. */
  private static final long XCR0_COMPONENTS = 7 | 7 << 5 | 1 << 9 | 3 << 17;

  private final TdVcpu vcpu;
  private final Td td;
  private final CpuState cpu;

  TdControls(TdVcpu vcpu) {
    this.vcpu = vcpu;
    this.td = vcpu.td;
    this.cpu = vcpu.cpu;
  }

  int writeCr0(long value) {
    boolean protectedMode = (value & CpuState.CR0_PE) != 0;
    boolean paging = (value & CpuState.CR0_PG) != 0;
    boolean unprotected = (value & CR0_WP) == 0 && (cpu.cr4 & CR4_CET) != 0;
    boolean noCache = (value & CR0_NW) != 0 && (value & CR0_CD) == 0;
    boolean keepsPcid = !paging && (cpu.cr4 & CR4_PCIDE) != 0;
    if (paging && !protectedMode || unprotected || noCache || keepsPcid) {
      return GP;
    }
    boolean exits = !protectedMode || (value & CR0_NE) == 0 || (value & (CR0_NW | CR0_CD)) != 0;
    return exits || value >>> 32 != 0 ? VE : NONE;
  }

  int writeCr4(long value) {
    long xfam = vcpu.xfam;
    boolean withoutFeature =
        (value & CR4_PKE) != 0 && (xfam & XFAM_PKRU) == 0
            || (value & CR4_CET) != 0 && (xfam & XFAM_CET) != XFAM_CET
            || (value & CR4_UINTR) != 0 && (xfam & XFAM_UINTR) == 0
            || (value & CR4_PKS) != 0 && (td.attributes() & ATTRIBUTE_PKS) == 0;
    boolean unprotected = (value & CR4_CET) != 0 && (cpu.cr0 & CR0_WP) == 0;
    boolean illegal = (value & CR4_RESERVED) != 0 || !agrees(value);
    if (withoutFeature || unprotected || illegal) {
      return GP;
    }
    boolean exits = (value & (CR4_VMXE | CR4_SMXE | CR4_KL)) != 0 || (value & CR4_MCE) == 0;
    return exits ? VE : NONE;
  }

  /** What long mode and CR3 allow the CPU to change: PAE, LA57, PCIDE. */
  private boolean agrees(long value) {
    boolean longMode = (cpu.efer & CpuState.EFER_LMA) != 0;
    long changed = value ^ cpu.cr4;
    boolean levels = (changed & CR4_LA57) == 0 || !longMode;
    boolean pcid = (value & changed & CR4_PCIDE) == 0 || longMode && (cpu.cr3 & 0xfff) == 0;
    return levels && pcid && (!longMode || (value & CpuState.CR4_PAE) != 0);
  }

  /** By VMX exit reason. */
  int execute(int reason) {
    return switch (reason) {
      case XSETBV -> setXcr();
      case RDPMC -> readCounter();
      case MONITOR, MWAIT -> hasMonitor() ? VE : UNDEFINED_OPCODE;
      case RDTSCP, RDRAND, RDSEED -> NONE;
      case INVPCID -> cpu.cpl() == 0 ? NONE : GP;
      case ENQCMD -> GP;
      default -> cpu.cpl() == 0 ? VE : GP;
    };
  }

  private int setXcr() {
    if ((cpu.cr4 & CR4_OSXSAVE) == 0) {
      return UNDEFINED_OPCODE;
    }
    long[] gpr = cpu.gpr;
    long value = gpr[CpuState.RDX] << 32 | gpr[CpuState.RAX] & 0xffff_ffffL;
    if (cpu.cpl() != 0 || (int) gpr[CpuState.RCX] != 0 || !legalXcr0(value)) {
      return GP;
    }
    vcpu.xcr0 = value;
    return NONE;
  }

  private boolean legalXcr0(long value) {
    boolean needs =
        (value & XCR0_X87) != 0
            && ((value & XCR0_AVX) == 0 || (value & XCR0_SSE) != 0)
            && ((value & XCR0_AVX512) == 0 || (value & XCR0_AVX) != 0);
    boolean whole = all(value, XCR0_AVX512) && all(value, XCR0_AMX);
    return needs && whole && (value & ~(vcpu.xfam & XCR0_COMPONENTS)) == 0;
  }

  private static boolean all(long value, long component) {
    return (value & component) == 0 || (value & component) == component;
  }

  /** Counters do not count here. */
  private int readCounter() {
    boolean allowed = cpu.cpl() == 0 || (cpu.cr4 & CR4_PCE) != 0;
    if (!allowed || (td.attributes() & Td.ATTRIBUTE_PERFMON) == 0) {
      return GP;
    }
    cpu.gpr[CpuState.RAX] = 0;
    cpu.gpr[CpuState.RDX] = 0;
    return NONE;
  }

  private boolean hasMonitor() {
    int[] out = new int[4];
    return td.cpuid.read(1, 0, out) && (out[2] & CPUID_1_ECX_MONITOR) != 0;
  }
}
