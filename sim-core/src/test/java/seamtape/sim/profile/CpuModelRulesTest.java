package seamtape.sim.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cpu-model.md says of KVM_GET_SUPPORTED_CPUID and the MSR lists, by each line and CPU. */
class CpuModelRulesTest {
  private static final List<String> REGISTERS = List.of("eax", "ebx", "ecx", "edx");

  /** What vmx_set_cpu_caps and svm_set_cpu_caps set or take away after the masks. */
  private static final Map<String, Integer> VENDORS =
      Map.of(
          "0x1 ecx",
          1 << 5 | 1 << 2, // VMX, DTES64
          "0x1 edx",
          1 << 21, // DS
          "0x7 ebx",
          1 << 2, // SGX
          "0x7 ecx",
          1 << 30 | 1 << 5, // SGX_LC, WAITPKG
          "0x80000001 ecx",
          1 << 23 | 1 << 2, // PERFCTR_CORE, SVM
          "0x8000000a edx",
          -1, // of nested SVM
          "0x8000001f eax",
          0x1f); // SEV, SEV-ES

  private static int bits(Map<String, String> row, String column) {
    String cell = row.get(column);
    return cell.isEmpty() ? 0 : (int) Long.decode(cell).longValue();
  }

  /** cpu-kvm-cpuid.csv: the host's bits under the mask, those always set, and no others. */
  @ParameterizedTest
  @CsvSource({"6.2, intel", "6.2, amd", "6.12, intel", "6.12, amd", "7.3, intel", "7.3, amd"})
  void theBitsOfALeafAreTheHostsUnderItsMask(String line, String vendor) throws IOException {
    CpuModel cpu = CpuModel.of(vendor);
    CpuidTable table = Profile.of("linux-" + line).supportedCpuid(cpu);
    List<String> wrong = new ArrayList<>();
    for (Map<String, String> row : Fixture.csv("cpu-kvm-cpuid.csv")) {
      int leaf = (int) Fixture.number(row.get("leaf"));
      int subleaf = row.get("subleaf").isEmpty() ? 0 : Integer.parseInt(row.get("subleaf"));
      boolean listed = table.entries().stream().anyMatch(e -> e.function() == leaf);
      if (!row.get("kernel").startsWith(line) || !listed) {
        continue;
      }
      int register = REGISTERS.indexOf(row.get("reg"));
      int host = cpu.cpuid(leaf, subleaf).register(register);
      int mask = bits(row, "and_with_host_mask");
      int decided = bits(row, "vendor_module_decides") | bits(row, "set_if_kernel_says_so");
      boolean first = subleaf == 0;
      decided |= first ? VENDORS.getOrDefault(row.get("leaf") + " " + row.get("reg"), 0) : 0;
      int always = bits(row, "always_set_emulated");
      int never = bits(row, "known_never_advertised");
      int value = table.register(leaf, subleaf, register);
      int expected = host & mask | always;
      int settled = ~(decided & ~never);
      if ((value & settled) != (expected & settled)) {
        wrong.add(
            String.format(
                "%x.%d.%s is %x, not %x", leaf, subleaf, row.get("reg"), value, expected));
      }
    }
    assertEquals(List.of(), wrong);
  }

  /** "any leaf without a rule: all four registers zero (entry is still listed)". */
  @ParameterizedTest
  @CsvSource({"6.2, intel", "6.2, amd", "6.12, intel", "6.12, amd", "7.3, intel", "7.3, amd"})
  void leavesWithoutARuleAreListedAndZero(String line, String vendor) {
    CpuidTable table = Profile.of("linux-" + line).supportedCpuid(CpuModel.of(vendor));
    int last = table.register(0, 0, 0);
    for (int leaf :
        new int[] {3, 5, 8, 9, 0xc, 0xe, 0xf, 0x10, 0x11, 0x13, 0x15, 0x18, 0x1c, 0x20}) {
      boolean listed = table.entries().stream().anyMatch(e -> e.function() == leaf);
      assertEquals(leaf <= last, listed, "leaf " + leaf);
      for (int register = 0; register < 4; register++) {
        assertEquals(0, table.register(leaf, 0, register), "leaf " + leaf);
      }
    }
    for (int leaf : new int[] {0x14, 0x1d, 0x1e, 0x8000_0020}) {
      assertEquals(0, table.register(leaf, 0, 0) | table.register(leaf, 0, 1), "leaf " + leaf);
    }
  }

  /** "Order of leaves: 0..limit, 0x80000000..limit, 0x40000000..0x40000001". */
  @ParameterizedTest
  @CsvSource({"6.2, intel", "6.2, amd", "6.12, intel", "6.12, amd", "7.3, intel", "7.3, amd"})
  void leavesComeInTheKernelsOrder(String line, String vendor) {
    CpuidTable table = Profile.of("linux-" + line).supportedCpuid(CpuModel.of(vendor));
    List<Integer> order = new ArrayList<>();
    for (CpuidEntry entry : table.entries()) {
      if (order.isEmpty() || order.get(order.size() - 1) != entry.function()) {
        order.add(entry.function());
      }
    }
    List<Integer> expected = new ArrayList<>();
    for (int leaf = 0; leaf <= table.register(0, 0, 0); leaf++) {
      expected.add(leaf);
    }
    for (int leaf = 0x8000_0000; leaf <= table.register(0x8000_0000, 0, 0); leaf++) {
      expected.add(leaf);
    }
    expected.addAll(List.of(0x4000_0000, 0x4000_0001));
    assertEquals(expected, order);
  }

  /** "both in array order": the columns of positions. */
  @ParameterizedTest
  @CsvSource({"6.2, intel", "6.2, amd", "6.12, intel", "6.12, amd", "7.3, intel", "7.3, amd"})
  void msrsComeInTheOrderOfTheirPositions(String line, String vendor) throws IOException {
    Profile profile = Profile.of("linux-" + line);
    CpuModel cpu = CpuModel.of(vendor);
    String column = line.equals("6.2") ? "pos_6.2(from_6.1)" : "pos_" + line;
    Map<String, Map<Integer, Integer>> positions = new TreeMap<>();
    for (Map<String, String> row : Fixture.csv("cpu-msrs.csv")) {
      if (!row.get(column).isEmpty()) {
        positions
            .computeIfAbsent(row.get("list"), l -> new TreeMap<>())
            .put((int) Fixture.number(row.get("index")), Integer.parseInt(row.get(column)));
      }
    }
    int[] listed = profile.msrIndexList(cpu);
    int save = 0;
    while (positions.get("save").containsKey(listed[save])) {
      save++;
    }
    ascending(Arrays.copyOf(listed, save), positions.get("save"));
    ascending(Arrays.copyOfRange(listed, save, listed.length), positions.get("emulated"));
    ascending(profile.msrFeatureList(cpu), positions.get("feature"));
  }

  private static void ascending(int[] list, Map<Integer, Integer> positions) {
    int last = -1;
    for (int index : list) {
      int position = positions.get(index);
      assertEquals(true, position > last, "MSR " + Integer.toHexString(index));
      last = position;
    }
  }

  /** The table of feature MSRs. */
  @Test
  void featureMsrsHaveTheModelsValues() {
    Map<Integer, Long> intel =
        Map.of(
            0x8b, 0x2b00_0590_0000_0000L,
            0xce, 0x8000_0000L,
            0x345, 0x2000L,
            0x480, 0x00d8_1000_11e5_7ed0L,
            0x484, 0x0003_ffff_0000_11ffL,
            0x48c, 0x0000_0f01_0673_4141L);
    intel.forEach((msr, v) -> assertEquals(v, FeatureMsrs.value(msr, CpuModel.of("intel"))));
    long capabilities = FeatureMsrs.value(0x10a, CpuModel.of("intel"));
    assertEquals(0, capabilities & ~0x0d30_e17bL, "host AND KVM mask");
    assertEquals(2, FeatureMsrs.value(0xc001_1029, CpuModel.of("amd")));
    assertEquals(0, FeatureMsrs.value(0x345, CpuModel.of("amd")));
  }
}
