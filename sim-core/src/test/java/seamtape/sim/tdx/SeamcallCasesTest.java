package seamtape.sim.tdx;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Field;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.CaseTable;
import seamtape.sim.coverage.Coverage;
import seamtape.sim.coverage.Status;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.profile.Fixture;

/**
 * Every SEAMCALL leaf of the catalog by the cases of seamcall-cases.txt, each made on a module and
 * held against its row: the status it must have, within those of the row; the registers it must
 * have; and no register changed that the row does not give back.
 */
class SeamcallCasesTest {
  private static final long UNTOUCHED = 0x5a5a_5a5a_5a5a_5a5aL;

  /** Always succeed. */
  private static final Set<Seamcall> ONE_ANSWER =
      Set.of(
          Seamcall.TDH_MNG_KEY_RECLAIMID, Seamcall.TDH_SYS_LP_SHUTDOWN, Seamcall.TDH_SYS_SHUTDOWN);

  record Case(
      Seamcall leaf, int version, String state, String operands, String status, String out) {
    @Override
    public String toString() {
      return leaf + (version > 0 ? "/" + version : "") + " " + state + " -> " + status;
    }

    boolean succeeds() {
      return status.startsWith("SUCCESS") || status.startsWith("METADATA_FIRST");
    }
  }

  static Stream<Case> cases() throws IOException {
    return CaseTable.rows(SeamcallCasesTest.class, "seamcall-cases.txt", 5)
        .map(SeamcallCasesTest::parse);
  }

  private static Case parse(String[] cells) {
    String[] leaf = cells[0].split("/");
    return new Case(
        Seamcall.valueOf(leaf[0]),
        leaf.length > 1 ? Integer.parseInt(leaf[1]) : 0,
        cells[1],
        cells[2],
        cells[3],
        cells[4]);
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" +"));
  }

  /** Two independent witnesses: the life that the coverage leads, and these cases. */
  @Test
  void whatTheCoverageCallsModelledSucceedsInSomeCaseAndNothingElseDoes() throws IOException {
    Set<Seamcall> succeeding = cases().filter(Case::succeeds).map(Case::leaf).collect(toSet());
    for (Seamcall leaf : Seamcall.values()) {
      boolean modelled = Coverage.of("linux-7.3").status(leaf) == Status.MODELLED;
      assertEquals(modelled, succeeding.contains(leaf), leaf.label());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void answersAsItsRowSays(Case c) throws IOException {
    LeafHost at = LeafHost.in(c.state);
    long[] gpr = at.host.regs.gpr;
    long[] operands = words(c.operands).stream().mapToLong(at::value).toArray();
    Arrays.fill(gpr, UNTOUCHED);
    int[] order = {Gpr.RCX, Gpr.RDX, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11};
    for (int i = 0; i < order.length; i++) {
      gpr[order[i]] = i < operands.length ? operands[i] : 0;
    }
    boolean loader = c.leaf.name().startsWith("SEAMLDR");
    gpr[Gpr.RAX] = loader ? 1L << 63 | c.leaf.number() & 0xff : c.leaf.number() | c.version << 16;
    long[] before = gpr.clone();
    at.host.module.seamcall(at.host.lp, at.host.regs);

    assertEquals("TDX_" + c.status, TdxStatus.text(gpr[Gpr.RAX]));
    assertTrue(loader || new StatusRows().allows(c.leaf.number(), gpr[Gpr.RAX]), "not in the row");
    for (String out : words(c.out)) {
      String[] pair = out.split("=");
      assertEquals(at.value(pair[1]), gpr[Gpr.number(pair[0])], pair[0]);
    }
    Set<String> given = c.leaf.out().stream().map(Field::name).collect(Collectors.toSet());
    for (int register = Gpr.RCX; register < Gpr.COUNT; register++) {
      if (!given.contains(Gpr.name(register))) {
        assertEquals(before[register], gpr[register], "changes " + Gpr.name(register));
      }
    }
  }

  /** The list is the catalog's: a leaf without a case fails here. */
  @Test
  void everyLeafHasACaseAndEveryModelledOneSucceedsAndIsRefused() throws IOException {
    Map<Seamcall, Set<Boolean>> seen = new TreeMap<>();
    cases().forEach(c -> seen.computeIfAbsent(c.leaf, l -> new TreeSet<>()).add(c.succeeds()));
    int leaves = 0;
    for (Seamcall leaf : Seamcall.values()) {
      if (leaf == Seamcall.SEAMCALL_UNKNOWN) {
        continue;
      }
      leaves++;
      assertTrue(seen.containsKey(leaf), "no case: " + leaf);
      boolean modelled = Coverage.of("linux-7.3").status(leaf) == Status.MODELLED;
      int answers = modelled && !ONE_ANSWER.contains(leaf) ? 2 : 1;
      assertTrue(seen.get(leaf).size() >= answers, "only succeeds or only is refused: " + leaf);
    }
    assertEquals(Fixture.csv("tdx-seamcall-leaves.csv").size(), leaves);
  }
}
