package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.profile.Fixture;

/**
 * Every cell of tdx-sept-matrix.csv that a SEAMCALL of a host can show: the entry is brought to the
 * state, the leaf is called; where the cell is 0 it is refused and the entry is as before, where it
 * is 1 it is not refused for the state.
 *
 * <p>Not shown: leaves of migration, which answer by their rows alone; and states of a table's
 * entry for leaves that take pages of 4 KiB only, whose walk never ends at such an entry.
 */
class SeptMatrixTest {
  private static final long SMALL = 0x1000;
  private static final long LARGE = 0x20_0000;

  /** Leaves on entries of 2 MiB; the others are called on one of 4 KiB. */
  private static final Set<Seamcall> ON_LARGE =
      EnumSet.of(
          Seamcall.TDH_MEM_SEPT_ADD,
          Seamcall.TDH_MEM_SEPT_REMOVE,
          Seamcall.TDH_MEM_PAGE_PROMOTE,
          Seamcall.TDH_MEM_PAGE_DEMOTE);

  /** Leaves that take no level but 4 KiB. */
  private static final Set<Seamcall> ONLY_SMALL =
      EnumSet.of(
          Seamcall.TDH_MEM_PAGE_ADD,
          Seamcall.TDH_MEM_PAGE_RELOCATE,
          Seamcall.TDH_MEM_RD,
          Seamcall.TDH_MEM_WR,
          Seamcall.TDH_MR_EXTEND);

  /** How a leaf says that the entry is not in a state for it. */
  private static final Set<TdxStatus> REFUSALS =
      EnumSet.of(
          TdxStatus.TDX_EPT_WALK_FAILED,
          TdxStatus.TDX_EPT_ENTRY_STATE_INCORRECT,
          TdxStatus.TDX_EPT_ENTRY_NOT_PRESENT,
          TdxStatus.TDX_GPA_RANGE_ALREADY_BLOCKED,
          TdxStatus.TDX_GPA_RANGE_NOT_BLOCKED,
          TdxStatus.TDX_EPT_INVALID_PROMOTE_CONDITIONS);

  static Stream<Arguments> cells() throws IOException {
    return Fixture.csv("tdx-sept-matrix.csv").stream()
        .filter(row -> row.get("leaf_or_property").matches("TDH\\.(MEM|MR)\\..*"))
        .flatMap(SeptMatrixTest::cellsOf);
  }

  private static Stream<Arguments> cellsOf(Map<String, String> row) {
    Seamcall leaf = Seamcall.valueOf(row.get("leaf_or_property").replace('.', '_'));
    return Stream.of(SeptState.values())
        .filter(state -> !(state.nonLeaf() && ONLY_SMALL.contains(leaf)))
        .map(state -> Arguments.of(leaf, state, row.get(state.name()).equals("1")));
  }

  private final TestTdx host = TestTdx.ready();

  @ParameterizedTest
  @MethodSource("cells")
  void aLeafIsAllowedInTheStatesOfItsRow(Seamcall leaf, SeptState state, boolean allowed) {
    long tdr = host.initializedTd(TestTdx.KEY, Td.ATTRIBUTE_DEBUG);
    boolean large = ON_LARGE.contains(leaf) || state.nonLeaf();
    long gpa = large ? LARGE : SMALL;
    int level = large ? 1 : 0;
    build(tdr, state, large);
    SecureEpt sept = host.module.td(tdr).sept();
    sept.walk(gpa, level);
    if (state != SeptState.FREE) {
      sept.state(state);
    }
    assertEquals(state, sept.state());

    long status = call(leaf, gpa, level, tdr);
    TdxStatus answer = TdxStatus.of(status).orElseThrow();
    if (allowed) {
      assertNotEquals(TdxStatus.TDX_EPT_ENTRY_STATE_INCORRECT, answer, leaf + " in " + state);
    } else {
      assertTrue(REFUSALS.contains(answer), leaf + " in " + state + ": " + TdxStatus.text(status));
      sept.walk(gpa, level);
      assertEquals(state, sept.state(), "as before");
    }
  }

  /** An entry with a page or a table behind it, where the state is of one that has. */
  private void build(long tdr, SeptState state, boolean large) {
    if (!large) {
      host.sept(tdr, SMALL);
      if (state != SeptState.FREE) {
        host.addPage(tdr, SMALL, 1);
      }
      return;
    }
    host.septTo(tdr, LARGE, 2);
    if (state.nonLeaf()) {
      host.must(Seamcall.TDH_MEM_SEPT_ADD, LARGE | 1, tdr, host.page());
    } else if (state != SeptState.FREE) {
      long page = host.memory.allocateBlock(16L << 20, LARGE) & -LARGE;
      host.must(Seamcall.TDH_MEM_PAGE_AUG, LARGE | 1, tdr, page);
    }
  }

  private long call(Seamcall leaf, long gpa, int level, long tdr) {
    long page =
        level == 1 && leaf == Seamcall.TDH_MEM_PAGE_AUG
            ? host.memory.allocateBlock(16L << 20, LARGE) & -LARGE
            : host.page();
    List<Seamcall> byAddress =
        List.of(Seamcall.TDH_MEM_RD, Seamcall.TDH_MEM_WR, Seamcall.TDH_MR_EXTEND);
    long mapping = byAddress.contains(leaf) ? gpa : gpa | level;
    if (leaf == Seamcall.TDH_MEM_SEPT_ADD) {
      // Version 1 lets tables be that are there already; version 0 takes none.
      return host.callVersion(leaf, 1, mapping, tdr | 1, page, -1, -1, -1);
    }
    return host.call(leaf, mapping, tdr, page, host.page());
  }
}
