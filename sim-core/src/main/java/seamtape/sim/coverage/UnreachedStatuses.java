package seamtape.sim.coverage;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import seamtape.catalog.Call;
import seamtape.catalog.TextTable;

/** Statuses that a leaf's row lists and that this machine has no way to give, with the reason. */
public final class UnreachedStatuses {
  /**
   * @param leaves a pattern of names
   * @param statuses without TDX_
   */
  public record Row(String leaves, TreeSet<String> statuses, String reason) {
    public boolean names(Call leaf, String status) {
      return leaf.name().matches(leaves) && statuses.contains(status);
    }
  }

  private static final List<Row> ROWS =
      TextTable.rows(UnreachedStatuses.class, "unreached-statuses.txt").stream()
          .map(UnreachedStatuses::row)
          .toList();

  private UnreachedStatuses() {}

  private static Row row(String[] words) {
    String reason = String.join(" ", Arrays.copyOfRange(words, 2, words.length));
    return new Row(words[0], new TreeSet<>(List.of(words[1].split(","))), reason);
  }

  public static List<Row> rows() {
    return ROWS;
  }

  public static boolean names(Call leaf, String status) {
    return ROWS.stream().anyMatch(row -> row.names(leaf, status));
  }
}
