package seamtape.sim.tdx;

import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.CpuidEntry;

/**
 * CPUID of a TD as TDH.MNG.INIT computes it. What changes while the TD runs (vCPU index, OSXSAVE,
 * OSPKE, sizes of the current XSAVE area) is left at its value for a new vCPU.
 */
public final class TdCpuid {
  private static final long AVX = 1 << 2;
  private static final long AVX512 = 7 << 5;
  private static final long PT = 1 << 8;
  private static final long PKRU = 1 << 9;
  private static final long CET = 3 << 11;
  private static final long UINTR = 1 << 14;
  private static final long LBR = 1 << 15;
  private static final long AMX = 3 << 17;
  private static final long ATTRIBUTE_PKS = 1L << 30;
  private static final int EAX = 0;
  private static final int EBX = 1;
  private static final int ECX = 2;
  private static final int EDX = 3;

  private final int[][] values = new int[CpuidRow.ALL.size()][4];

  /** All zero, for a TD before MNG.INIT. */
  TdCpuid() {}

  TdCpuid(TdParams params, CpuModel cpu) {
    for (int i = 0; i < values.length; i++) {
      CpuidRow row = CpuidRow.ALL.get(i);
      if (row.kind() == CpuidRow.Kind.SERVED && present(row, params)) {
        compute(row, params, cpu, values[i]);
      }
    }
  }

  /**
   * Reads a leaf as the guest does.
   *
   * @param out eax, ebx, ecx, edx
   * @return false where the instruction gives #VE
   */
  public boolean read(int leaf, int subleaf, int[] out) {
    CpuidRow row = row(leaf, subleaf);
    if (row == null || row.kind() == CpuidRow.Kind.VE) {
      return false;
    }
    System.arraycopy(values[CpuidRow.ALL.indexOf(row)], 0, out, 0, 4);
    return true;
  }

  private static CpuidRow row(int leaf, int subleaf) {
    return CpuidRow.of(beyond(leaf) ? 0x23 : leaf, subleaf);
  }

  /** The place of a leaf in the module's table; -1 for one that is not there. */
  static int index(int leaf, int subleaf) {
    return CpuidRow.ALL.indexOf(row(leaf, subleaf));
  }

  private static boolean beyond(int leaf) {
    boolean hypervisor = leaf >>> 28 == 4;
    return Integer.compareUnsigned(leaf, 0x8000_0008) > 0 || leaf > 0x23 && !hypervisor;
  }

  int[] values(CpuidRow row) {
    return values[CpuidRow.ALL.indexOf(row)];
  }

  /** Leaves that are zero without what they describe. */
  private static boolean present(CpuidRow row, TdParams params) {
    long xfam = params.xfam();
    return switch (row.leaf()) {
      case 0xa, 0x23 -> (params.attributes() & Td.ATTRIBUTE_PERFMON) != 0;
      case 0xd -> row.subleaf() < 2 || (xfam >>> row.subleaf() & 1) != 0;
      case 0x14 -> (xfam & PT) != 0;
      case 0x1c -> (xfam & LBR) != 0;
      case 0x1d, 0x1e -> (xfam & AMX) == AMX;
      default -> true;
    };
  }

  private static void compute(CpuidRow row, TdParams params, CpuModel cpu, int[] out) {
    int[] hardware = hardware(cpu, row);
    for (int i = 0; i < 4; i++) {
      int asked = row.configIndex() < 0 ? 0 : params.cpuid()[4 * row.configIndex() + i];
      int open = row.xfamGated()[i] & ~row.mayClear()[i] | row.asNative()[i];
      int value = asked & row.allowed(i, hardware[i]) | hardware[i] & open | row.fixed1()[i];
      out[i] = value & ~(row.xfamGated()[i] & ~gate(row, i, params.xfam()));
    }
    special(row, params, hardware, out);
  }

  private static int[] hardware(CpuModel cpu, CpuidRow row) {
    CpuidEntry entry = cpu.cpuid(row.leaf(), Math.max(row.subleaf(), 0));
    return new int[] {entry.eax(), entry.ebx(), entry.ecx(), entry.edx()};
  }

  private static void special(CpuidRow row, TdParams params, int[] hardware, int[] out) {
    switch (row.leaf()) {
      case 1 -> {
        if (out[EAX] == 0) {
          out[EAX] = hardware[EAX];
        }
      }
      case 7 -> {
        if (row.subleaf() == 0 && (params.attributes() & ATTRIBUTE_PKS) != 0) {
          out[ECX] |= 1 << 31;
        }
      }
      case 0x15 -> {
        out[EAX] = 1;
        out[EBX] = params.tscFrequency();
        out[ECX] = 25_000_000;
      }
      default -> {}
    }
  }

  /** Bits of a register that the components in XFAM open. */
  private static int gate(CpuidRow row, int register, long xfam) {
    int avx = (xfam & AVX) != 0 ? -1 : 0;
    int avx512 = (xfam & AVX512) == AVX512 ? -1 : 0;
    int which = row.leaf() << 8 | Math.max(row.subleaf(), 0) << 4 | register;
    return switch (which) {
      case 0x100 | ECX -> avx;
      case 0x700 | EBX -> avx & 1 << 5 | avx512 & 0xdc23_0000 | open(xfam, PT) & 1 << 25;
      case 0x700 | ECX ->
          avx512 & 0x5842 | open(xfam, PKRU) & 1 << 3 | open(xfam, CET) & 1 << 7 | avx & 0x600;
      case 0x700 | EDX ->
          avx512 & 0x80_010c
              | open(xfam, UINTR) & 1 << 5
              | open(xfam, LBR) & 1 << 19
              | open(xfam, CET) & 1 << 20
              | open(xfam, AMX) & 0x340_0000;
      case 0x710 | EAX -> avx & 1 << 4 | avx512 & 1 << 5;
      case 0xd00 | EAX, 0xd10 | ECX -> (int) xfam;
      default -> -1;
    };
  }

  private static int open(long xfam, long component) {
    return (xfam & component) == component ? -1 : 0;
  }
}
