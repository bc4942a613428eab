package seamtape.sim.tdx;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.TextTable;

/**
 * How the module virtualizes a leaf of CPUID: masks of eax, ebx, ecx and edx.
 *
 * @param subleaf -1 where the leaf has none
 * @param configIndex place in the list of configurable leaves, or -1
 * @param configurable bits that TD_PARAMS sets freely
 * @param mayClear native bits that TD_PARAMS may leave out
 * @param xfamGated bits that go with a component of XFAM
 */
record CpuidRow(
    int leaf,
    int subleaf,
    int configIndex,
    Kind kind,
    int[] fixed1,
    int[] configurable,
    int[] mayClear,
    int[] xfamGated,
    int[] asNative) {
  enum Kind {
    SERVED,
    VE,
    ZERO
  }

  static final int NO_SUBLEAF = -1;

  /** In the order of the module's own table, which look-ups follow. */
  static final List<CpuidRow> ALL = load();

  /** The configurable leaves in the order of TD_PARAMS. */
  static final List<CpuidRow> CONFIGURABLE = configurableRows();

  private static List<CpuidRow> load() {
    List<CpuidRow> rows = new ArrayList<>();
    CpuidRow row = null;
    for (String[] words : TextTable.rows(CpuidRow.class, "tdx-cpuid.txt")) {
      int leaf = TextTable.u32(words[0]);
      int subleaf = words[1].equals("-") ? NO_SUBLEAF : TextTable.u32(words[1]);
      if (row == null || row.leaf != leaf || row.subleaf != subleaf) {
        row = row(leaf, subleaf, words);
        rows.add(row);
      }
      int register = List.of("eax", "ebx", "ecx", "edx").indexOf(words[4]);
      if (register >= 0) {
        row.fill(register, words);
      }
    }
    return List.copyOf(rows);
  }

  private static CpuidRow row(int leaf, int subleaf, String[] words) {
    Kind kind =
        switch (words[3]) {
          case "served" -> Kind.SERVED;
          case "zero" -> Kind.ZERO;
          default -> Kind.VE;
        };
    int index = words[2].equals("-") ? -1 : TextTable.u32(words[2]);
    return new CpuidRow(
        leaf, subleaf, index, kind, new int[4], new int[4], new int[4], new int[4], new int[4]);
  }

  private void fill(int register, String[] words) {
    fixed1[register] = TextTable.u32(words[5]);
    configurable[register] = TextTable.u32(words[7]);
    mayClear[register] = TextTable.u32(words[8]);
    xfamGated[register] = TextTable.u32(words[9]);
    asNative[register] = TextTable.u32(words[10]);
  }

  private static List<CpuidRow> configurableRows() {
    CpuidRow[] rows = new CpuidRow[(int) ALL.stream().filter(r -> r.configIndex >= 0).count()];
    for (CpuidRow row : ALL) {
      if (row.configIndex >= 0) {
        rows[row.configIndex] = row;
      }
    }
    return List.of(rows);
  }

  /** The row that the module uses for a leaf, or null: such a leaf gives #VE. */
  static CpuidRow of(int leaf, int subleaf) {
    for (CpuidRow row : ALL) {
      if (row.leaf == leaf && (row.subleaf == NO_SUBLEAF || row.subleaf == subleaf)) {
        return row;
      }
    }
    return null;
  }

  /** Bits of a register that TD_PARAMS may set on a CPU. */
  int allowed(int register, int nativeValue) {
    return configurable[register] | mayClear[register] & nativeValue;
  }
}
