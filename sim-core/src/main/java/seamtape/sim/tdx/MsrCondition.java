package seamtape.sim.tdx;

/** What an MSR of a TD depends on: its attributes, its XFAM, or a bit of its CPUID. */
enum MsrCondition {
  ALWAYS,
  PERFMON,
  ATTRIBUTES_PKS,
  XFAM_PT,
  XFAM_CET,
  XFAM_ULI,
  XFAM_LBR,
  CPUID_WAITPKG(7, 0, 2, 1 << 5),
  /** HLE or RTM. */
  CPUID_TSX(7, 0, 1, 1 << 4 | 1 << 11),
  CPUID_XFD(0xd, 1, 0, 1 << 4),
  /** The bit of PCONFIG, which configures the keys. */
  CPUID_MKTME(7, 0, 3, 1 << 18),
  CPUID_TME(7, 0, 2, 1 << 13),
  CPUID_DCA(1, 0, 2, 1 << 18),
  CPUID_TSC_DEADLINE(1, 0, 2, 1 << 24);

  private static final long PKS = 1L << 30;
  private static final long PT = 1 << 8;
  private static final long CET = 3 << 11;
  private static final long ULI = 1 << 14;
  private static final long LBR = 1 << 15;

  private final int leaf;
  private final int subleaf;
  private final int register;
  private final int bits;

  MsrCondition() {
    this(-1, 0, 0, 0);
  }

  /**
   * @param register 0 to 3: EAX, EBX, ECX, EDX
   */
  MsrCondition(int leaf, int subleaf, int register, int bits) {
    this.leaf = leaf;
    this.subleaf = subleaf;
    this.register = register;
    this.bits = bits;
  }

  /** The words of tdx-msr.csv: {@code XFAM.PT}; "special" are PERFMON's own. */
  static MsrCondition named(String words) {
    return words.equals("special") ? PERFMON : valueOf(words.replace('.', '_'));
  }

  boolean holds(Td td) {
    if (leaf >= 0) {
      int[] out = new int[4];
      return td.cpuid.read(leaf, subleaf, out) && (out[register] & bits) != 0;
    }
    long xfam = td.params.xfam();
    return switch (this) {
      case PERFMON -> (td.attributes() & Td.ATTRIBUTE_PERFMON) != 0;
      case ATTRIBUTES_PKS -> (td.attributes() & PKS) != 0;
      case XFAM_PT -> (xfam & PT) != 0;
      case XFAM_CET -> (xfam & CET) != 0;
      case XFAM_ULI -> (xfam & ULI) != 0;
      case XFAM_LBR -> (xfam & LBR) != 0;
      default -> true;
    };
  }
}
