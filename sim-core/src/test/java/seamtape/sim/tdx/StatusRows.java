package seamtape.sim.tdx;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.profile.Fixture;

/**
 * The statuses of each leaf: the column of tdx-seamcall-leaves.csv with the corrections of
 * tdx-common-status.md, sections 1, 4 and 5.
 */
final class StatusRows {
  private static final List<String> COMMON =
      List.of("SUCCESS", "OPERAND_INVALID", "SYS_SHUTDOWN", "SYS_NOT_READY");
  private static final List<String> METADATA =
      List.of(
          "METADATA_FIRST_FIELD_ID_IN_CONTEXT",
          "METADATA_FIELD_ID_INCORRECT",
          "METADATA_FIELD_NOT_READABLE",
          "METADATA_FIELD_NOT_WRITABLE",
          "METADATA_FIELD_VALUE_NOT_VALID",
          "METADATA_WR_MASK_NOT_VALID");
  private static final Set<Integer> METADATA_LEAVES = Set.of(11, 13, 26, 34, 37, 43);

  private final Map<Integer, Set<String>> byLeaf = new TreeMap<>();

  /** The words of the rows as they stand there, operands and all. */
  private final Map<Integer, Set<String>> words = new TreeMap<>();

  StatusRows() throws IOException {
    for (Map<String, String> row : Fixture.csv("tdx-seamcall-leaves.csv")) {
      long leaf = Long.parseUnsignedLong(row.get("leaf"));
      if (leaf < 128 && leaf >= 0) {
        words.put((int) leaf, listed(row));
        byLeaf.put((int) leaf, statuses((int) leaf));
      }
    }
  }

  private static Set<String> listed(Map<String, String> row) {
    Set<String> words = new HashSet<>();
    for (Map.Entry<String, String> cell : row.entrySet()) {
      if (cell.getKey().startsWith("completion_statuses")) {
        Arrays.stream(cell.getValue().split("\\|"))
            .filter(word -> !word.isBlank())
            .forEach(words::add);
      }
    }
    return words;
  }

  private Set<String> statuses(int leaf) {
    Set<String> statuses = new HashSet<>(COMMON);
    statuses.addAll(names(leaf));
    if (METADATA_LEAVES.contains(leaf)) {
      statuses.addAll(METADATA);
    }
    if (leaf == 0) {
      statuses.addAll(List.of("VCPU_ASSOCIATED", "VCPU_STATE_INCORRECT"));
    }
    return statuses;
  }

  /** The column locks_taken of a leaf. */
  static String locks(Seamcall leaf) throws IOException {
    for (Map<String, String> row : Fixture.csv("tdx-seamcall-leaves.csv")) {
      if (row.get("leaf").equals(Long.toString(leaf.number()))) {
        return row.get("locks_taken");
      }
    }
    throw new IllegalArgumentException("no row of " + leaf);
  }

  /** The statuses that the column itself lists, without operands. */
  Set<String> names(int leaf) {
    Set<String> names = new TreeSet<>();
    words.getOrDefault(leaf, Set.of()).forEach(word -> names.add(word.replaceAll("\\(.*", "")));
    return names;
  }

  /** True when a leaf's row lists a status, with or without what stands behind it there. */
  boolean lists(Seamcall leaf, String word) {
    Set<String> row = words.getOrDefault(leaf.number(), Set.of());
    return row.contains(word) || !word.contains("(") && names(leaf.number()).contains(word);
  }

  /** True when the module may answer a leaf with a word; of an unknown leaf only the common. */
  boolean allows(int leaf, long word) {
    TdxStatus status = TdxStatus.of(word).orElseThrow();
    String name = status.name().substring("TDX_".length());
    Set<String> row = byLeaf.get(leaf);
    return row == null ? COMMON.contains(name) : row.contains(name);
  }
}
