package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.tdx.LongModeTd.CODE;
import static seamtape.sim.tdx.LongModeTd.HANDLER;
import static seamtape.sim.tdx.LongModeTd.LOOP;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.sim.marshal.Gpr;

/** CPUID in a TD: the classes of tdx-ve.md, section 2, and what is computed while it runs. */
class TdCpuidTest {
  private static final long XFAM_AVX_AND_CET = 0x1807;

  private final LongModeTd td =
      new LongModeTd(TdxModuleVersion.V1_5, params -> Bytes.put64(params, 8, XFAM_AVX_AND_CET));

  /** True when the guest got an answer; false for #VE. */
  private boolean cpuid(int leaf, int subleaf) {
    td.code(HANDLER, LOOP);
    td.code(CODE, "0fa2" + LOOP);
    td.vcpu.veInfo.valid = false;
    td.vcpu.cpu.gpr[Gpr.RAX] = Integer.toUnsignedLong(leaf);
    td.vcpu.cpu.gpr[Gpr.RCX] = subleaf;
    td.vcpu.cpu.rip = CODE;
    assertEquals(1, td.enter());
    return td.vcpu.cpu.rip == CODE + 2;
  }

  private int ebx(int leaf, int subleaf) {
    cpuid(leaf, subleaf);
    return (int) td.gpr(Gpr.RBX);
  }

  private int ecx(int leaf, int subleaf) {
    cpuid(leaf, subleaf);
    return (int) td.gpr(Gpr.RCX);
  }

  /** A leaf of the table of tdx-ve.md, section 2: 0x1F.0..5, 4.0-3, 0x40000000..0x4FFFFFFF. */
  private static final Pattern LEAVES =
      Pattern.compile("\\b(?:0x)?([0-9A-F]+)(?:\\.(\\d+))?(?:(?:\\.\\.|-)(?:0x)?([0-9A-F]+))?\\+?");

  record Row(String kind, int leaf, int subleaf) {
    @Override
    public String toString() {
      return kind + ": " + Integer.toHexString(leaf) + "." + subleaf;
    }
  }

  /** Each leaf and sub-leaf that the table names; of ranges the first and the last. */
  static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (List<String> cells : VeDocument.table(2)) {
      Matcher token = LEAVES.matcher(cells.get(1));
      while (token.find()) {
        int leaf = Integer.parseUnsignedInt(token.group(1), 16);
        boolean leaves = token.group(2) == null;
        int subleaf = leaves ? 0 : Integer.parseInt(token.group(2));
        rows.add(new Row(cells.get(0), leaf, subleaf));
        String last = token.group(3);
        if (last != null) {
          rows.add(
              leaves
                  ? new Row(cells.get(0), Integer.parseUnsignedInt(last, 16), 0)
                  : new Row(cells.get(0), leaf, Integer.parseInt(last)));
        }
      }
    }
    return rows;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachLeafIsOfItsClass(Row row) {
    boolean answered = cpuid(row.leaf, row.subleaf);
    assertEquals(!row.kind.startsWith("#VE"), answered);
    if (!answered) {
      assertEquals(10, td.vcpu.veInfo.exitReason);
      assertEquals(0, td.vcpu.veInfo.exitQualification);
    }
    if (row.kind.equals("all zero")) {
      long[] gpr = td.vcpu.cpu.gpr;
      assertArrayEquals(
          new long[4], new long[] {gpr[Gpr.RAX], gpr[Gpr.RBX], gpr[Gpr.RCX], gpr[Gpr.RDX]});
    }
  }

  @Test
  void theTableHasTheseManyLeaves() throws IOException {
    assertEquals(61, rows().size());
  }

  @ParameterizedTest
  @CsvSource({"24, 0", "7fffffff, 3", "80000009, 1", "50000000, 2"})
  void aLeafOutOfRangeIsReadAsLeaf23(String leaf, int subleaf) {
    cpuid(0x23, subleaf);
    long[] expected = td.vcpu.cpu.gpr.clone();
    assertEquals(true, cpuid((int) Long.parseLong(leaf, 16), subleaf));
    assertArrayEquals(expected, td.vcpu.cpu.gpr);
  }

  @Test
  void theModuleNamesItselfInLeaf21() {
    assertEquals(0x65746e49, ebx(0x21, 0));
    assertEquals(0x20202020, (int) td.gpr(Gpr.RCX));
    assertEquals(0x5844546c, (int) td.gpr(Gpr.RDX));
    assertEquals(0, td.gpr(Gpr.RAX));
  }

  @Test
  void whatDependsOnTheVcpuIsComputedAtTheInstruction() {
    assertEquals(0, ebx(1, 0) >>> 24, "vCPU index");
    assertEquals(0, ecx(1, 0) >>> 27 & 1, "OSXSAVE");
    td.vcpu.cpu.cr4 |= 1 << 18;
    assertEquals(1, ecx(1, 0) >>> 27 & 1, "OSXSAVE");
    assertEquals(0, ecx(7, 0) >>> 4 & 1, "OSPKE");
    td.vcpu.cpu.cr4 |= 1 << 22;
    assertEquals(1, ecx(7, 0) >>> 4 & 1, "OSPKE");
    assertEquals(576, ebx(0xd, 0), "x87 alone");
    td.vcpu.xcr0 = 7;
    assertEquals(576 + 256, ebx(0xd, 0), "with AVX");
    assertEquals(576 + 256, ebx(0xd, 1), "and compacted");
    td.vcpu.xss = 3 << 11;
    assertEquals(576 + 256, ebx(0xd, 0), "components of XSS are in the compacted form only");
    assertEquals(576 + 256 + 16 + 24, ebx(0xd, 1), "with both components of CET");
    cpuid(0x8000_0001, 0);
    assertEquals(1, td.gpr(Gpr.RDX) >>> 11 & 1, "SYSCALL in 64-bit mode");
  }
}
