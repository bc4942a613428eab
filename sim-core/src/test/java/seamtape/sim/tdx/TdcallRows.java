package seamtape.sim.tdx;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import seamtape.catalog.Tdcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.profile.Fixture;

/** The statuses of each leaf of TDCALL: tdx-tdcall-leaves.csv and tdx-common-status.md. */
final class TdcallRows {
  /** Sections 2 and 4 of tdx-common-status.md: of leaves that name a field of metadata. */
  private static final List<String> METADATA =
      List.of(
          "METADATA_FIRST_FIELD_ID_IN_CONTEXT",
          "METADATA_FIELD_ID_INCORRECT",
          "METADATA_FIELD_NOT_READABLE",
          "METADATA_FIELD_NOT_WRITABLE",
          "METADATA_FIELD_VALUE_NOT_VALID",
          "METADATA_WR_MASK_NOT_VALID");

  /** Section 2: of every leaf, and all that a number that is no leaf gets. */
  private static final Set<String> COMMON = Set.of("OPERAND_INVALID");

  private static final Map<Tdcall, Set<String>> BY_LEAF = new EnumMap<>(Tdcall.class);

  private TdcallRows() {}

  static synchronized Set<String> of(Tdcall leaf) throws IOException {
    if (BY_LEAF.isEmpty()) {
      for (Map<String, String> row : Fixture.csv("tdx-tdcall-leaves.csv")) {
        Tdcall named = Tdcall.of(Fixture.number(row.get("leaf")));
        BY_LEAF.put(named, statuses(named, row.get("statuses(RAX)")));
      }
    }
    return BY_LEAF.getOrDefault(leaf, COMMON);
  }

  private static Set<String> statuses(Tdcall leaf, String cell) {
    Set<String> statuses =
        Arrays.stream(cell.split("\\|"))
            .map(word -> word.replaceAll("\\(.*", ""))
            .collect(Collectors.toSet());
    statuses.addAll(COMMON);
    if (leaf == Tdcall.TDG_MR_RTMR_EXTEND || leaf == Tdcall.TDG_MR_REPORT) {
      // tdx-structs.md, section 2: the lock of the RTMRs.
      statuses.add("OPERAND_BUSY");
    }
    if (leaf.name().matches("TDG_(VM|VP|SYS)_(RD|WR|RDALL)")) {
      statuses.addAll(METADATA);
    }
    return statuses;
  }

  /** The statuses that the column itself lists, without operands. */
  static Set<String> listed(Tdcall leaf) throws IOException {
    for (Map<String, String> row : Fixture.csv("tdx-tdcall-leaves.csv")) {
      if (Tdcall.of(Fixture.number(row.get("leaf"))) == leaf) {
        return Arrays.stream(row.get("statuses(RAX)").split("\\|"))
            .map(word -> word.replaceAll("\\(.*", ""))
            .collect(Collectors.toSet());
      }
    }
    return Set.of();
  }

  /** True when the module may answer a leaf with a word. */
  static boolean allows(Tdcall leaf, long word) throws IOException {
    TdxStatus status = TdxStatus.of(word).orElse(null);
    return status != null && of(leaf).contains(status.name().substring("TDX_".length()));
  }
}
