package seamtape.sim.tdx;

/**
 * Field codes of CPUID_VALUES: element (0), subleaf (7:1), no subleaf (8), low bits of the leaf
 * (15:9), bit 31 of the leaf (16).
 */
final class CpuidFieldCode {
  private static final int NO_SUBLEAF = 0x1fe;

  private CpuidFieldCode() {}

  static int of(CpuidRow row, int element) {
    int subleaf = row.subleaf() == CpuidRow.NO_SUBLEAF ? NO_SUBLEAF : row.subleaf() << 1;
    return (row.leaf() >>> 31) << 16 | (row.leaf() & 0x7f) << 9 | subleaf | element;
  }

  /** The row of a code, or null. */
  static CpuidRow row(int code) {
    for (CpuidRow row : CpuidRow.ALL) {
      if (of(row, code & 1) == code) {
        return row;
      }
    }
    return null;
  }

  /** The code after one, in the order of the module's table, over leaves that are served; or -1. */
  static int next(int code) {
    if ((code & 1) == 0) {
      return code + 1;
    }
    return first(CpuidRow.ALL.indexOf(row(code)) + 1);
  }

  /** The first code from a row of the table on, or -1. */
  static int first(int from) {
    for (int i = from; i < CpuidRow.ALL.size(); i++) {
      if (CpuidRow.ALL.get(i).kind() != CpuidRow.Kind.VE) {
        return of(CpuidRow.ALL.get(i), 0);
      }
    }
    return -1;
  }
}
