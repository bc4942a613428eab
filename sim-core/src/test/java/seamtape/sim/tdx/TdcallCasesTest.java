package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.tdx.LongModeTd.CODE;
import static seamtape.sim.tdx.LongModeTd.LOOP;
import static seamtape.sim.tdx.LongModeTd.TDCALL;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Field;
import seamtape.catalog.Tdcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.CaseTable;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.profile.Fixture;

/**
 * Every TDCALL leaf of the catalog by the cases of tdcall-cases.txt: guest code makes the call, and
 * status and registers are held against its row.
 */
class TdcallCasesTest {
  private static final long UNTOUCHED = 0x5a5a_5a5a_5a5a_5a5aL;
  private static final int EXTERNAL_INTERRUPT = 1;
  private static final int EPT_VIOLATION = 48;
  private static final int TDVMCALL = 77;
  private static final int[] OPERANDS = {Gpr.RCX, Gpr.RDX, Gpr.R8, Gpr.R9};

  /**
   * @param before what happens before the call
   */
  record Case(
      Tdcall leaf, int version, String before, String operands, String outcome, String out) {
    @Override
    public String toString() {
      return leaf + (version > 0 ? "/" + version : "") + before + " " + operands + " -> " + outcome;
    }

    /** The status that is shown; a TDVMCALL that is answered has succeeded. */
    String status() {
      return outcome.equals("tdvmcall") ? "SUCCESS" : outcome.replaceAll("\\(.*", "");
    }
  }

  static Stream<Case> cases() throws IOException {
    return CaseTable.rows(TdcallCasesTest.class, "tdcall-cases.txt", 4).map(TdcallCasesTest::parse);
  }

  private static Case parse(String[] cells) {
    String[] first = cells[0].split("@");
    String[] leaf = first[0].split("/");
    int version = leaf.length > 1 ? Integer.parseInt(leaf[1]) : 0;
    return new Case(
        Tdcall.valueOf(leaf[0]),
        version,
        first.length > 1 ? first[1] : "",
        cells[1],
        cells[2],
        cells[3]);
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" +"));
  }

  private static long value(String word) {
    return word.startsWith("0x")
        ? Long.parseUnsignedLong(word.substring(2), 16)
        : Long.parseLong(word);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void answersAsItsRowSays(Case c) throws IOException {
    LongModeTd td = new LongModeTd(TdxModuleVersion.V1_5);
    TdBefore.happens(c.before, td);
    td.code(CODE, TDCALL + LOOP);
    long[] gpr = td.vcpu.cpu.gpr;
    Arrays.fill(gpr, Gpr.RSI, gpr.length, UNTOUCHED);
    gpr[Gpr.RBX] = UNTOUCHED;
    List<String> operands = words(c.operands);
    for (int i = 0; i < OPERANDS.length; i++) {
      gpr[OPERANDS[i]] = i < operands.size() ? value(operands.get(i)) : 0;
    }
    gpr[Gpr.RAX] = c.leaf.number() | c.version << 16;
    td.vcpu.cpu.rip = CODE;
    long[] before = gpr.clone();
    int reason = td.enter();
    long advanced = td.vcpu.cpu.rip - CODE;
    switch (c.outcome) {
      case "exit" -> {
        assertEquals(EPT_VIOLATION, reason);
        assertEquals(0, advanced, "the TDCALL starts again");
        assertEquals(value(operands.get(0)) & -4096L, td.tdx.r8());
      }
      case "tdvmcall" -> {
        assertEquals(TDVMCALL, reason);
        assertEquals(4, advanced);
        td.enter();
        assertEquals(0, gpr[Gpr.RAX], "TDX_SUCCESS, once the VMM has answered");
      }
      default -> {
        assertEquals(EXTERNAL_INTERRUPT, reason, "served by the module");
        assertEquals(4, advanced);
        assertAnswer(c, before, gpr);
      }
    }
  }

  private static void assertAnswer(Case c, long[] before, long[] gpr) throws IOException {
    assertEquals("TDX_" + c.outcome, TdxStatus.text(gpr[Gpr.RAX]));
    assertTrue(TdcallRows.allows(c.leaf, gpr[Gpr.RAX]), "not in the row");
    for (String out : words(c.out)) {
      String[] pair = out.split("=");
      assertEquals(value(pair[1]), gpr[Gpr.number(pair[0])], pair[0]);
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
  void everyLeafHasACase() throws IOException {
    Set<Tdcall> missing = EnumSet.complementOf(EnumSet.of(Tdcall.TDCALL_UNKNOWN));
    assertEquals(Fixture.csv("tdx-tdcall-leaves.csv").size(), missing.size());
    cases().forEach(c -> missing.remove(c.leaf));
    assertEquals(Set.of(), missing);
  }
}
