package seamtape.sim.tdx;

import static seamtape.catalog.TdxOperand.ATTRIBUTES;
import static seamtape.catalog.TdxOperand.CPUID_CONFIG;
import static seamtape.catalog.TdxOperand.EPTP_CONTROLS;
import static seamtape.catalog.TdxOperand.EXEC_CONTROLS;
import static seamtape.catalog.TdxOperand.IA32_ARCH_CAPABILITIES_CONFIG;
import static seamtape.catalog.TdxOperand.MAX_VCPUS;
import static seamtape.catalog.TdxOperand.NUM_L2_VMS;
import static seamtape.catalog.TdxOperand.RDX;
import static seamtape.catalog.TdxOperand.TSC_FREQUENCY;
import static seamtape.catalog.TdxOperand.XFAM;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_TDCS_NOT_ALLOCATED;

import java.util.Arrays;
import seamtape.catalog.TdxOperand;
import seamtape.sim.profile.CpuModel;

/** TD_PARAMS in memory, checked in TDH.MNG.INIT's order. */
final class TdParamsReader {
  static final int SIZE = 1024;
  static final int CPUID_AT = 256;

  /** Bits that may be 1 in ATTRIBUTES: DEBUG, SEPT_VE_DISABLE, MIGRATABLE, PKS, PERFMON. */
  private static final long ATTRIBUTES_FIXED0 = 0x8000_0000_7000_0001L;

  /** Bits that must be 1 in XFAM: x87 and SSE. */
  static final long XFAM_FIXED1 = 3;

  static final long CONFIG_FLAGS_FIXED0 = 7;

  private static final long XFAM_KNOWN = 0x6dbe7;
  private static final long AVX = 1 << 2;
  private static final long AVX512 = 7 << 5;
  private static final long CET = 3 << 11;
  private static final long AMX = 3 << 17;
  private static final int MAX_L2_VMS = 3;
  private static final int HLE = 1 << 4;
  private static final int RTM = 1 << 11;

  private final TdxModuleVersion version;
  private final CpuModel cpu;
  private final int numTdcx;
  private byte[] bytes;
  private int at;
  private long badCpuidLeaf;

  TdParamsReader(TdxModuleVersion version, CpuModel cpu, int numTdcx) {
    this.version = version;
    this.cpu = cpu;
    this.numTdcx = numTdcx;
  }

  /** XFAM bits that this CPU has. */
  static long xfamFixed0(CpuModel cpu) {
    long supported = cpu.cpuid(0xd, 0).eax() | cpu.cpuid(0xd, 1).ecx();
    return XFAM_KNOWN & supported;
  }

  /** Leaf (31:0) and subleaf (63:32) of the CPUID entry that was refused; else 0. */
  long badCpuidLeaf() {
    return badCpuidLeaf;
  }

  /**
   * Reads 1024 bytes; 0 when all is as the module wants it.
   *
   * @param tscAdjust a status about IA32_TSC_ADJUST, which has its place among these checks
   */
  long read(byte[] page, int offset, long tscAdjust) {
    bytes = page;
    at = offset;
    TdxOperand bad = identity();
    if (bad != null) {
      return TDX_OPERAND_INVALID.with(bad);
    }
    if (numTdcx < Td.MIN_TDCX + l2Vms()) {
      return TDX_TDCS_NOT_ALLOCATED.value();
    }
    bad = controls();
    if (bad == null && tscAdjust != 0) {
      return tscAdjust;
    }
    if (bad == null) {
      bad = rest();
    }
    if (bad == null) {
      bad = cpuid();
    }
    return bad == null ? Leaf.SUCCESS : TDX_OPERAND_INVALID.with(bad);
  }

  /** Bits that may be 1 in ATTRIBUTES; before 1.5 no TD is migratable. */
  static long attributesFixed0(TdxModuleVersion version) {
    return version.is15() ? ATTRIBUTES_FIXED0 : ATTRIBUTES_FIXED0 & ~Td.ATTRIBUTE_MIGRATABLE;
  }

  private TdxOperand identity() {
    long attributes = Bytes.u64(bytes, at);
    if ((attributes & ~attributesFixed0(version)) != 0 || !together(attributes)) {
      return ATTRIBUTES;
    }
    if (!xfam(Bytes.u64(bytes, at + 8))) {
      return XFAM;
    }
    if (Bytes.u16(bytes, at + 16) == 0) {
      return MAX_VCPUS;
    }
    return l2Vms() > MAX_L2_VMS ? NUM_L2_VMS : null;
  }

  /** A migratable TD can be neither debugged nor profiled. */
  private boolean together(long attributes) {
    boolean migratable = (attributes & Td.ATTRIBUTE_MIGRATABLE) != 0;
    long excluded = Td.ATTRIBUTE_DEBUG | Td.ATTRIBUTE_PERFMON;
    return !migratable || (attributes & excluded) == 0;
  }

  private boolean xfam(long xfam) {
    boolean masks = (xfam & ~xfamFixed0(cpu)) == 0 && (xfam & XFAM_FIXED1) == XFAM_FIXED1;
    boolean wide = (xfam & AVX512) == 0 || allOrNone(xfam, AVX512) && (xfam & AVX) != 0;
    return masks && wide && allOrNone(xfam, CET) && allOrNone(xfam, AMX);
  }

  private static boolean allOrNone(long xfam, long components) {
    return (xfam & components) == 0 || (xfam & components) == components;
  }

  /** Reserved before 1.5. */
  private int l2Vms() {
    return version.is15() ? u8(18) : 0;
  }

  private TdxOperand controls() {
    if (Bytes.u32(bytes, at + 20) != 0 || u8(18) != l2Vms()) {
      return RDX;
    }
    long flags = Bytes.u64(bytes, at + 32);
    if ((flags & ~(version.is15() ? CONFIG_FLAGS_FIXED0 : Td.CONFIG_GPAW)) != 0) {
      return EXEC_CONTROLS;
    }
    if (!eptpControls(Bytes.u64(bytes, at + 24), flags)) {
      return EPTP_CONTROLS;
    }
    int tsc = Bytes.u16(bytes, at + 40);
    return tsc < 4 || tsc > 400 ? TSC_FREQUENCY : null;
  }

  /** IA32_ARCH_CAPABILITIES_CONFIG_MASK is 0: no bit of that MSR is the host's to choose. */
  private TdxOperand rest() {
    if (!zero(42, 80) || u8(19) > (version.is15() ? 1 : 0)) {
      return RDX;
    }
    if (!zero(224, 232)) {
      return version.is15() ? IA32_ARCH_CAPABILITIES_CONFIG : RDX;
    }
    return zero(232, CPUID_AT) ? null : RDX;
  }

  /** Write-back, 4 or 5 levels; a 52-bit guest address needs 5. */
  private static boolean eptpControls(long controls, long flags) {
    long levels = (controls >>> 3 & 7) + 1;
    boolean good = (controls & 7) == 6 && controls >>> 6 == 0 && (levels == 4 || levels == 5);
    return good && ((flags & Td.CONFIG_GPAW) == 0 || levels == 5);
  }

  private TdxOperand cpuid() {
    for (CpuidRow row : CpuidRow.CONFIGURABLE) {
      if (!allowed(row)) {
        badCpuidLeaf = row.leaf() & 0xffff_ffffL | (long) row.subleaf() << 32;
        return CPUID_CONFIG;
      }
    }
    return zero(CPUID_AT + 16 * CpuidRow.CONFIGURABLE.size(), SIZE) ? null : RDX;
  }

  private boolean allowed(CpuidRow row) {
    var host = cpu.cpuid(row.leaf(), Math.max(row.subleaf(), 0));
    int[] hardware = {host.eax(), host.ebx(), host.ecx(), host.edx()};
    for (int i = 0; i < 4; i++) {
      if ((value(row, i) & ~row.allowed(i, hardware[i])) != 0) {
        return false;
      }
    }
    if (row.leaf() == 1) {
      boolean migratable = (Bytes.u64(bytes, at) & Td.ATTRIBUTE_MIGRATABLE) != 0;
      return value(row, 0) == 0 || value(row, 0) == hardware[0] || migratable;
    }
    int features = value(row, 1);
    boolean leaf7 = row.leaf() == 7 && row.subleaf() == 0;
    return !leaf7 || (features & HLE) == 0 == ((features & RTM) == 0);
  }

  private int value(CpuidRow row, int register) {
    return Bytes.u32(bytes, at + CPUID_AT + 16 * row.configIndex() + 4 * register);
  }

  private int u8(int offset) {
    return bytes[at + offset] & 0xff;
  }

  private boolean zero(int from, int to) {
    return Bytes.zero(bytes, at + from, at + to);
  }

  /** What was read; only after {@link #read} gave 0. */
  TdParams params() {
    int[] cpuid = new int[4 * CpuidRow.CONFIGURABLE.size()];
    for (int i = 0; i < cpuid.length; i++) {
      cpuid[i] = Bytes.u32(bytes, at + CPUID_AT + 4 * i);
    }
    return new TdParams(
        Bytes.u64(bytes, at),
        Bytes.u64(bytes, at + 8),
        Bytes.u16(bytes, at + 16),
        u8(18),
        Bytes.u64(bytes, at + 24),
        Bytes.u64(bytes, at + 32),
        Bytes.u16(bytes, at + 40),
        Arrays.copyOfRange(bytes, at + 80, at + 128),
        Arrays.copyOfRange(bytes, at + 128, at + 176),
        Arrays.copyOfRange(bytes, at + 176, at + 224),
        cpuid);
  }
}
