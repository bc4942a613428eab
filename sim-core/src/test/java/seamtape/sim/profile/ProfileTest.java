package seamtape.sim.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import seamtape.catalog.TextTable;

/** Profiles and their tables, held against fixtures/abi. */
class ProfileTest {
  private static final CpuModel INTEL = CpuModel.of("intel");
  private static final CpuModel AMD = CpuModel.of("amd");
  private static final List<String> LINES = List.of("6.2", "6.12", "7.3");

  @Test
  void namesTheKernelLinesAndTheirVariantsOldestFirst() {
    List<String> expected =
        List.of("linux-6.2", "linux-6.2+tdx-shm", "linux-6.12", "linux-7.3", "linux-7.3+regindex");
    assertEquals(expected, Profile.names());
  }

  @Test
  void aVariantDiffersFromItsLineInItsOwnSwitchOnly() {
    Profile line = Profile.of("linux-7.3");
    Profile variant = Profile.of("linux-7.3+regindex");
    assertTrue(variant.regindex());
    assertFalse(line.regindex());
    assertEquals(line.line(), variant.line());
    assertTrue(Profile.of("linux-6.2+tdx-shm").tdxShm());
    assertFalse(Profile.of("linux-6.2").tdxShm());
  }

  @Test
  void refusesAnUnknownNameAndListsTheKnownOnes() {
    var profile = assertThrows(IllegalArgumentException.class, () -> Profile.of("linux-5.0"));
    assertTrue(profile.getMessage().contains("linux-6.12"), profile.getMessage());
    assertThrows(IllegalArgumentException.class, () -> CpuModel.of("via"));
  }

  @Test
  void theLinesDifferWhereTheRulesSayTheyDo() {
    Profile old = Profile.of("linux-6.2");
    Profile middle = Profile.of("linux-6.12");
    Profile newest = Profile.of("linux-7.3");
    assertTrue(old.traceIoctlsKnown() && old.vcpuIdTruncated());
    assertFalse(old.vmTypes() || old.guestMemfd() || old.preFaultMemory() || old.oneReg());
    assertTrue(middle.vmTypes() && middle.guestMemfd() && middle.preFaultMemory());
    assertFalse(middle.duplicateVcpuCheckedFirst() || middle.oneReg());
    assertTrue(newest.duplicateVcpuCheckedFirst() && newest.oneReg());
    assertTrue(newest.cpuidProcessedAtCreation() && !middle.cpuidProcessedAtCreation());
  }

  /** The number in front of a cell, or the vendor's in "Intel a; AMD b". */
  private static long expected(String cell, CpuModel model) {
    if (cell.startsWith("min(online")) {
      return model.onlineCpus();
    }
    if (cell.contains("CONFIG_X86_SGX_KVM")) {
      return 0;
    }
    String vendor = model.intel() ? "Intel " : "AMD ";
    Matcher number = Pattern.compile("0x[0-9a-f]+|[0-9]+").matcher(cell);
    assertTrue(number.find(Math.max(cell.indexOf(vendor), 0)), cell);
    return Long.decode(number.group());
  }

  @Test
  void capabilitiesOfTheSystemFdAreThoseOfTheTable() throws IOException {
    for (Map<String, String> row : Fixture.csv("cpu-capabilities.csv")) {
      int number = Integer.parseInt(row.get("number"));
      for (String line : LINES) {
        for (CpuModel model : List.of(INTEL, AMD)) {
          long value = Profile.of("linux-" + line).capability(number, model, false);
          String what = row.get("name") + " in " + line + " on " + model.vendor();
          assertEquals(expected(row.get("value_" + line), model), value, what);
        }
      }
    }
  }

  @Test
  void aDefaultVmHasNoPrivateMemoryToOffer() {
    Profile profile = Profile.of("linux-7.3");
    assertEquals(8, profile.capability(233, INTEL, false));
    assertEquals(0, profile.capability(233, INTEL, true));
    assertEquals(0xf, profile.capability(129, INTEL, false));
    assertEquals(0xb, profile.capability(129, INTEL, true));
    assertEquals(0, Profile.of("linux-6.12").capability(234, INTEL, true));
  }

  @Test
  void anUnknownCapabilityIsZero() {
    for (int number : new int[] {-1, 5, 252, 99999, Integer.MIN_VALUE}) {
      assertEquals(0, Profile.of("linux-7.3").capability(number, AMD, true));
    }
  }

  @Test
  void theModelCpusAnswerTheCpuidOfTheTable() throws IOException {
    for (Map<String, String> row : Fixture.csv("cpu-cpuid.csv")) {
      String subleaf = row.get("subleaf");
      int leaf = (int) Fixture.number(row.get("leaf"));
      CpuidEntry entry =
          CpuModel.of(row.get("vendor"))
              .cpuid(leaf, subleaf.isEmpty() ? 0 : Integer.parseInt(subleaf));
      List<String> registers = List.of("eax", "ebx", "ecx", "edx");
      for (int i = 0; i < 4; i++) {
        assertEquals((int) Fixture.number(row.get(registers.get(i))), entry.register(i), row + "");
      }
    }
  }

  @Test
  void theMasksOfSupportedCpuidAreThoseOfTheTable() throws IOException {
    List<Map<String, String>> given = Fixture.csv("cpu-kvm-cpuid.csv");
    List<String[]> rows = TextTable.rows(CpuModel.class, "kvm-cpuid.txt");
    assertEquals(given.size(), rows.size());
    List<String> columns =
        List.of(
            "and_with_host_mask",
            "vendor_module_decides",
            "always_set_emulated",
            "set_if_kernel_says_so");
    for (int i = 0; i < rows.size(); i++) {
      Map<String, String> row = given.get(i);
      String[] words = rows.get(i);
      assertTrue(row.get("kernel").startsWith(words[0]), row + "");
      assertEquals(row.get("leaf"), words[1]);
      assertEquals(row.get("subleaf"), words[2].replace("-", ""));
      assertEquals(row.get("reg"), words[3]);
      for (int c = 0; c < 4; c++) {
        String cell = row.get(columns.get(c));
        assertEquals(cell.isEmpty() ? "0" : cell, words[4 + c], row + "");
      }
    }
  }

  @Test
  void supportedCpuidFollowsItsRules() {
    CpuidTable table = Profile.of("linux-7.3").supportedCpuid(INTEL);
    assertEquals(0x20, table.register(0, 0, 0));
    assertEquals(0x806f8, table.register(1, 0, 0));
    assertEquals(4, table.register(6, 0, 0));
    assertEquals(2, table.register(7, 0, 0));
    assertEquals(0x0830_0802, table.register(0xa, 0, 0));
    assertEquals(0x8603, table.register(0xa, 0, 3));
    assertEquals(0x2e7, table.register(0xd, 0, 0));
    assertEquals(0xa88, table.register(0xd, 0, 1));
    assertEquals(0x1800, table.register(0xd, 1, 2));
    assertEquals(0x34_3934, table.register(0x8000_0008, 0, 0));
    assertEquals(0x0100_7efb, table.register(0x4000_0001, 0, 0));
    assertEquals(0x4b4d_564b, table.register(0x4000_0000, 0, 1));
  }

  @Test
  void newerKernelsListMoreCpuidThanOlderOnes() {
    CpuidTable old = Profile.of("linux-6.2").supportedCpuid(INTEL);
    CpuidTable newest = Profile.of("linux-7.3").supportedCpuid(INTEL);
    assertEquals(0x1f, old.register(0, 0, 0));
    assertEquals(0x3934, old.register(0x8000_0008, 0, 0));
    assertEquals(0, old.register(0xd, 1, 2));
    assertFalse(old.has(CpuFeature.SHSTK));
    assertTrue(newest.has(CpuFeature.SHSTK));
    int hypervisor = 1 << 31;
    assertEquals(0, old.register(1, 0, 2) & hypervisor);
    assertEquals(hypervisor, newest.register(1, 0, 2) & hypervisor);
  }

  @Test
  void amdIsOfferedNestedSvmAndIntelNestedVmx() {
    for (String line : LINES) {
      CpuidTable intel = Profile.of("linux-" + line).supportedCpuid(INTEL);
      CpuidTable amd = Profile.of("linux-" + line).supportedCpuid(AMD);
      assertTrue(intel.has(CpuFeature.VMX) && !intel.has(CpuFeature.SVM), line);
      assertTrue(amd.has(CpuFeature.SVM) && !amd.has(CpuFeature.VMX), line);
    }
    CpuidTable amd = Profile.of("linux-7.3").supportedCpuid(AMD);
    assertEquals(8, amd.register(0x8000_000a, 0, 1));
    assertEquals(0x30_3030, amd.register(0x8000_0008, 0, 0));
  }

  @Test
  void emulatedCpuidHasThreeEntries() {
    assertEquals(3, Profile.of("linux-7.3").emulatedCpuid().entries().size());
  }

  @Test
  void msrListsAreTheKernelsArraysFiltered() throws IOException {
    for (String line : LINES) {
      String position = line.equals("6.2") ? "pos_6.2(from_6.1)" : "pos_" + line;
      for (CpuModel model : List.of(INTEL, AMD)) {
        String column = model.intel() ? "intel_spr" : "amd_milan";
        Profile profile = Profile.of("linux-" + line);
        int[] listed = profile.msrIndexList(model);
        for (Map<String, String> row : Fixture.csv("cpu-msrs.csv")) {
          int index = (int) Fixture.number(row.get("index"));
          boolean feature = row.get("list").equals("feature");
          String cell = row.get(column);
          boolean present = !cell.equals("0") && !cell.startsWith("Milan 0");
          present &= !(cell.startsWith("6.2 0") && line.equals("6.2"));
          boolean expected = !row.get(position).isEmpty() && present;
          int[] list = feature ? profile.msrFeatureList(model) : listed;
          assertEquals(expected, contains(list, index), line + ' ' + model.vendor() + ' ' + row);
        }
      }
    }
  }

  private static boolean contains(int[] list, int value) {
    for (int member : list) {
      if (member == value) {
        return true;
      }
    }
    return false;
  }

  @Test
  void theSaveListComesBeforeTheEmulatedOneInArrayOrder() {
    int[] list = Profile.of("linux-7.3").msrIndexList(INTEL);
    assertEquals(0x174, list[0]);
    assertEquals(0x12, list[indexOf(list, 0x12)]);
    assertTrue(indexOf(list, 0x309) < indexOf(list, 0x12));
    assertEquals(0x4b56_4d05, list[list.length - 1]);
    assertEquals(22, Profile.of("linux-7.3").msrFeatureList(INTEL).length);
    assertEquals(21, Profile.of("linux-6.12").msrFeatureList(INTEL).length);
  }

  private static int indexOf(int[] list, int value) {
    for (int i = 0; i < list.length; i++) {
      if (list[i] == value) {
        return i;
      }
    }
    return -1;
  }
}
