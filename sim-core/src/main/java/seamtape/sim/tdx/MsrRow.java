package seamtape.sim.tdx;

import java.util.List;
import seamtape.catalog.TextTable;

/** A row of tdx-msr.csv: who answers RDMSR and WRMSR of the MSRs of a range in a TD. */
public record MsrRow(int first, int last, Rule read, Rule write) {
  /** What becomes of an access. */
  public enum Access {
    /** The CPU executes it. */
    NATIVE,
    /** The module answers. */
    MODULE,
    GP,
    VE
  }

  /** An access where a condition holds, and another where it does not. */
  public record Rule(MsrCondition condition, Access met, Access otherwise) {
    public Access of(Td td) {
      return condition.holds(td) ? met : otherwise;
    }
  }

  private static final List<MsrRow> ALL =
      TextTable.rows(MsrRow.class, "tdx-msr.txt").stream().map(MsrRow::parse).toList();

  /** The row of an MSR; null for one that is not listed. */
  public static MsrRow of(int msr) {
    for (MsrRow row : ALL) {
      if (Integer.compareUnsigned(msr, row.first) >= 0
          && Integer.compareUnsigned(msr, row.last) <= 0) {
        return row;
      }
    }
    return null;
  }

  private static MsrRow parse(String[] words) {
    return new MsrRow(
        TextTable.u32(words[0]),
        TextTable.u32(words[1]),
        rule(words[2], words[4]),
        rule(words[3], words[4]));
  }

  /** {@code native}, {@code native_if_PERFMON_else_#GP}, or {@code #GP_or_#VE} by the note. */
  private static Rule rule(String text, String note) {
    if (text.equals("#GP_or_#VE")) {
      return new Rule(MsrCondition.named(note.split("_0_")[0]), Access.VE, Access.GP);
    }
    String[] parts = text.split("_if_|_else_");
    return parts.length == 1
        ? new Rule(MsrCondition.ALWAYS, access(text), access(text))
        : new Rule(MsrCondition.named(parts[1]), access(parts[0]), access(parts[2]));
  }

  private static Access access(String word) {
    return switch (word) {
      case "native" -> Access.NATIVE;
      case "module" -> Access.MODULE;
      case "#GP" -> Access.GP;
      case "#VE" -> Access.VE;
      default -> throw new IllegalArgumentException("tdx-msr.txt: " + word);
    };
  }
}
