package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.tdx.LongModeTd.CODE;
import static seamtape.sim.tdx.LongModeTd.HANDLER;
import static seamtape.sim.tdx.LongModeTd.LOOP;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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

  private static int[] leaf(String word) {
    String[] parts = word.split("\\.");
    int subleaf = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
    return new int[] {(int) Long.parseLong(parts[0], 16), subleaf};
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "6",
        "1f.0",
        "1f.5",
        "80000006",
        "2",
        "9",
        "b",
        "c",
        "f",
        "10",
        "16",
        "17",
        "18",
        "1a",
        "1b",
        "40000000",
        "40000001",
        "4fffffff",
        "80000002",
        "80000003",
        "80000004",
        "80000005",
        "4.5",
        "7.3",
        "d.19",
        "14.2",
        "1d.2",
        "1f.6",
        "21.1",
        "23.4"
      })
  void leavesOfClassVeRaiseIt(String word) {
    int[] leaf = leaf(word);
    assertEquals(false, cpuid(leaf[0], leaf[1]));
    assertEquals(10, td.vcpu.veInfo.exitReason);
    assertEquals(0, td.vcpu.veInfo.exitQualification);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "4.4", "8", "e", "11", "12", "13", "20", "22"})
  void leavesThatAreAllZero(String word) {
    int[] leaf = leaf(word);
    assertEquals(true, cpuid(leaf[0], leaf[1]));
    long[] gpr = td.vcpu.cpu.gpr;
    assertArrayEquals(
        new long[4], new long[] {gpr[Gpr.RAX], gpr[Gpr.RBX], gpr[Gpr.RCX], gpr[Gpr.RDX]});
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "1",
        "4.0",
        "4.3",
        "5",
        "7.0",
        "7.1",
        "7.2",
        "a",
        "d.0",
        "d.18",
        "14.0",
        "14.1",
        "15",
        "19",
        "1c",
        "1d.0",
        "1d.1",
        "1e",
        "21.0",
        "23.0",
        "23.3",
        "80000000",
        "80000001",
        "80000007",
        "80000008"
      })
  void leavesThatTheModuleServes(String word) {
    int[] leaf = leaf(word);
    assertEquals(true, cpuid(leaf[0], leaf[1]));
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
