package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_OP_STATE_INCORRECT;
import static seamtape.sim.tdx.TestTdx.assertStatus;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdOpState;
import seamtape.catalog.Tdcall;
import seamtape.catalog.TdxMetadata;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TextTable;
import seamtape.sim.coverage.Coverage;
import seamtape.sim.coverage.Status;
import seamtape.sim.profile.Fixture;

/** The module against tdx-op-state-matrix.csv, tdx-sept-matrix.csv and the tables it carries. */
class MatrixTest {
  private static final Map<String, Integer> RULES =
      Map.ofEntries(
          Map.entry("TDH.MEM.PAGE.ADD", SeptRule.ADD_PAGE),
          Map.entry("TDH.MEM.SEPT.ADD", SeptRule.ADD_SEPT),
          Map.entry("TDH.MEM.PAGE.RELOCATE", SeptRule.RELOCATE),
          Map.entry("TDH.MEM.PAGE.AUG", SeptRule.AUG),
          Map.entry("TDH.MEM.RANGE.BLOCK", SeptRule.BLOCK),
          Map.entry("TDH.MEM.RD", SeptRule.READ),
          Map.entry("TDH.MEM.WR", SeptRule.WRITE),
          Map.entry("TDH.MEM.PAGE.DEMOTE", SeptRule.DEMOTE),
          Map.entry("TDH.MR.EXTEND", SeptRule.EXTEND),
          Map.entry("TDH.MEM.PAGE.PROMOTE", SeptRule.PROMOTE),
          Map.entry("TDH.MEM.PAGE.REMOVE", SeptRule.REMOVE),
          Map.entry("TDH.MEM.SEPT.REMOVE", SeptRule.REMOVE_SEPT),
          Map.entry("TDH.MEM.RANGE.UNBLOCK", SeptRule.UNBLOCK),
          Map.entry("TDG.MEM.PAGE.ACCEPT", SeptRule.ACCEPT));

  /**
   * Rows of the S-EPT table that the module has no rule of its own for: properties that only the
   * leaves of migration ask for, those leaves, SEPT.RD, which is allowed always, and the leaves of
   * page attributes of L2 VMs.
   */
  private static final Set<String> NOT_MODELLED =
      Set.of(
          "(mapped_or_pending)",
          "(any_pending_and_guest_acceptable)",
          "(any_blockedw)",
          "(any_exported)",
          "(tlb_tracking_required)",
          "TDH.MEM.SEPT.RD",
          "TDH.EXPORT.BLOCKW",
          "TDH.EXPORT.RESTORE",
          "TDH.EXPORT.MEM",
          "TDH.EXPORT.UNBLOCKW",
          "TDH.IMPORT.MEM",
          "TDG.MEM.PAGE.ATTR.RD",
          "TDG.MEM.PAGE.ATTR.WR");

  private static final String ON_RCX =
      "TDH_(EXPORT_(ABORT|PAUSE|TRACK|STATE_.*)|IMPORT_(ABORT|END|COMMIT|TRACK|STATE_.*))";

  @Test
  void septStatesAllowTheLeavesOfTheTable() throws IOException {
    for (Map<String, String> row : Fixture.csv("tdx-sept-matrix.csv")) {
      String name = row.get("leaf_or_property");
      for (SeptState state : SeptState.values()) {
        String cell = row.get(state.name());
        Integer rule = RULES.get(name);
        String what = name + " in " + state;
        switch (name) {
          case "(internal encoding)" -> assertEquals(Fixture.number(cell), state.encoding(), what);
          case "(public state number in RDX 15:8)" ->
              assertEquals(Fixture.number(cell), state.number(), what);
          case "(any_pending)" -> assertEquals(cell.equals("1"), state.pending(), what);
          case "(any_blocked)" -> assertEquals(cell.equals("1"), state.blocked(), what);
          case "(guest_accessible_leaf)" ->
              assertEquals(cell.equals("1"), state.guestReadable(), what);
          case "(guest_fully_accessible_leaf)" ->
              assertEquals(cell.equals("1"), state.guestWritable(), what);
          default -> {
            if (rule == null) {
              assertTrue(
                  NOT_MODELLED.contains(name), "a row that nothing here is held against: " + name);
            } else {
              assertEquals(cell.equals("1"), state.allows(rule), what);
            }
          }
        }
      }
    }
  }

  @Test
  void eachLeafIsRefusedInTheOpStatesOfTheMatrix() throws IOException {
    TestTdx host = TestTdx.ready();
    long tdr = host.initializedTd(TestTdx.KEY);
    long tdvpr = host.vcpu(tdr);
    Td td = host.module.td(tdr);
    int cells = 0;
    for (Map<String, String> row : Fixture.csv("tdx-op-state-matrix.csv")) {
      if (row.get("instruction").equals("TDCALL")) {
        continue;
      }
      Seamcall leaf = Seamcall.of(Fixture.number(row.get("leaf")));
      for (TdOpState state : TdOpState.values()) {
        cells++;
        td.opState = state;
        long status = call(host, leaf, tdr, tdvpr);
        String what = leaf + " in " + state;
        if (row.get(state.name()).equals("0")) {
          assertStatus(TDX_OP_STATE_INCORRECT.value(), status);
        } else {
          assertNotEquals(TDX_OP_STATE_INCORRECT.value(), status, what);
        }
      }
    }
    assertEquals(48 * TdOpState.values().length, cells);
  }

  /**
   * The two TDCALL rows, TDG.SERVTD.RD and WR, are about the state of the TD that a service TD is
   * bound to. None is ever bound, so what names the binding is refused before any state counts.
   */
  @Test
  void aServiceTdWithoutABindingIsRefusedWhateverTheStateOfTheTd() throws IOException {
    LongModeTd td = new LongModeTd(TdxModuleVersion.V1_5);
    Set<Tdcall> leaves = EnumSet.noneOf(Tdcall.class);
    for (Map<String, String> row : Fixture.csv("tdx-op-state-matrix.csv")) {
      if (row.get("instruction").equals("TDCALL")) {
        Tdcall leaf = Tdcall.of(Fixture.number(row.get("leaf")));
        leaves.add(leaf);
        for (TdOpState running :
            List.of(TdOpState.RUNNABLE, TdOpState.LIVE_EXPORT, TdOpState.LIVE_IMPORT)) {
          td.vcpu.td.opState = running;
          assertStatus(TDX_OPERAND_INVALID.with(TdxOperand.RCX), td.tdcall(leaf, 1, 0, 0));
        }
      }
    }
    assertEquals(EnumSet.of(Tdcall.TDG_SERVTD_RD, Tdcall.TDG_SERVTD_WR), leaves);
  }

  private static long call(TestTdx host, Seamcall leaf, long tdr, long tdvpr) {
    return switch (leaf) {
      case TDH_VP_ENTER,
          TDH_VP_FLUSH,
          TDH_VP_INIT,
          TDH_VP_RD,
          TDH_VP_WR,
          TDH_EXPORT_STATE_VP,
          TDH_IMPORT_STATE_VP ->
          host.call(leaf, tdvpr);
      case TDH_SERVTD_BIND, TDH_SERVTD_PREBIND -> host.call(leaf, tdr);
      case TDH_VP_ADDCX -> host.call(leaf, 0, tdvpr);
      case TDH_MEM_SEPT_ADD, TDH_MEM_SEPT_REMOVE, TDH_MEM_PAGE_DEMOTE, TDH_MEM_PAGE_PROMOTE ->
          host.call(leaf, 1, tdr);
      case TDH_MNG_RD, TDH_MNG_WR, TDH_MNG_INIT, TDH_MR_FINALIZE, TDH_MEM_TRACK ->
          host.call(leaf, tdr, 1);
      default -> host.call(leaf, leaf.name().matches(ON_RCX) ? tdr : 0, tdr);
    };
  }

  @Test
  void everyLeafOfTheTableIsModelledOrInTheListOfRegularOnes() throws IOException {
    List<Map<String, String>> rows = Fixture.csv("tdx-seamcall-leaves.csv");
    assertEquals(74, rows.size());
    int count = 0;
    for (Seamcall leaf : Seamcall.values()) {
      boolean modelled = Coverage.of("linux-7.3").status(leaf) == Status.MODELLED;
      count += modelled ? 1 : 0;
      boolean migration =
          leaf.name().matches("TDH_(EXPORT|IMPORT|MIG|SERVTD)_.*")
              || leaf.name().startsWith("SEAM");
      boolean newer = leaf.since().isEmpty() || !leaf.since().matches("1\\.[05]");
      // An update takes over what an older module left, and none was there.
      boolean update = leaf == Seamcall.TDH_SYS_UPDATE;
      assertEquals(!migration && !newer && !update, modelled, leaf.name());
    }
    assertEquals(46, count);
  }

  @Test
  void theTablesThatTheModuleCarriesAreTheGivenOnes() throws IOException {
    List<Map<String, String>> cpuid = Fixture.csv("tdx-cpuid.csv");
    List<String[]> carried = TextTable.rows(CpuidRow.class, "tdx-cpuid.txt");
    assertEquals(cpuid.size(), carried.size());
    String[] columns = {
      "leaf",
      "subleaf",
      "config_index",
      "class",
      "reg",
      "fixed1",
      "fixed0_or_computed",
      "host_configurable",
      "host_may_clear_native",
      "xfam_gated",
      "as_native"
    };
    for (int i = 0; i < cpuid.size(); i++) {
      for (int c = 0; c < columns.length; c++) {
        assertEquals(word(cpuid.get(i).get(columns[c])), carried.get(i)[c], columns[c] + " " + i);
      }
    }
    List<Map<String, String>> msrs =
        Fixture.csv("tdx-msr.csv").stream().filter(row -> !row.get("first").isEmpty()).toList();
    List<String[]> ranges = TextTable.rows(CpuidRow.class, "tdx-msr.txt");
    assertEquals(msrs.size(), ranges.size());
    String[] cells = {"first", "last", "rdmsr", "wrmsr", "note"};
    for (int i = 0; i < msrs.size(); i++) {
      for (int c = 0; c < cells.length; c++) {
        assertEquals(word(msrs.get(i).get(cells[c])), ranges.get(i)[c], cells[c] + " " + i);
      }
    }
    List<Map<String, String>> metadata = Fixture.csv("tdx-metadata.csv");
    List<String[]> fields = TdxMetadata.rows();
    assertEquals(metadata.size(), fields.size());
    String[] masks = {
      "host_rd_mask",
      "host_wr_mask",
      "debug_td_host_rd_mask",
      "debug_td_host_wr_mask",
      "guest_rd_mask",
      "guest_wr_mask"
    };
    for (int i = 0; i < metadata.size(); i++) {
      assertEquals(word(metadata.get(i).get("name")), fields.get(i)[1]);
      assertEquals(metadata.get(i).get("field_id"), fields.get(i)[2]);
      for (int m = 0; m < masks.length; m++) {
        assertEquals(word(metadata.get(i).get(masks[m])), fields.get(i)[5 + m], masks[m]);
      }
    }
  }

  private static String word(String cell) {
    return cell.isEmpty() ? "-" : cell.strip().replace(' ', '_');
  }
}
