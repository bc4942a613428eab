package seamtape.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the ioctl rows against kvm-ioctls.csv. */
class IoctlTableTest {
  /**
   * Where the table is wrong. SET_CPUID2 takes a vCPU's fd (behaviour.md, section 4); the argument
   * of REINJECT_CONTROL is a pointer although its number has no size; kvm.h has no capability
   * STATS_BINARY_FD.
   */
  private static final Map<String, String> FDS = Map.of("KVM_SET_CPUID2", "vcpu");

  private static final Map<String, String> CAPABILITIES =
      Map.of("KVM_GET_STATS_FD", "KVM_CAP_BINARY_STATS_FD");

  private static final Map<String, String> STRUCTS =
      Map.of(
          "KVM_REINJECT_CONTROL", "kvm_reinject_control", "KVM_MEMORY_ENCRYPT_OP", "kvm_sev_cmd");

  static Stream<Map<String, String>> rows() {
    return Tables.csv("kvm-ioctls.csv").stream().filter(row -> !row.get("arch").equals("other"));
  }

  static Stream<Map<String, String>> foreignRows() {
    return Tables.csv("kvm-ioctls.csv").stream().filter(row -> row.get("arch").equals("other"));
  }

  private static KvmIoctl ioctl(Map<String, String> row) {
    return KvmIoctl.valueOf(row.get("name"));
  }

  @Test
  void theTableAndTheCatalogNameTheSameIoctls() {
    Set<String> table = rows().map(row -> row.get("name")).collect(Collectors.toSet());
    Set<String> catalog = Stream.of(KvmIoctl.values()).map(Enum::name).collect(Collectors.toSet());
    assertTrue(catalog.remove(KvmIoctl.KVM_TDX_SHM.name()), "the operation that we added");
    assertTrue(catalog.remove(KvmIoctl.SEAMCALL.name()), "of the test module");
    assertTrue(catalog.remove(KvmIoctl.SEAMCALL_PAGE.name()), "of the test module");
    assertEquals(new TreeSet<>(table), new TreeSet<>(catalog));
    assertEquals(121, catalog.size());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void numberIsTheTables(Map<String, String> row) {
    assertEquals(Tables.hex(row.get("nr")), ioctl(row).number());
    assertEquals(ioctl(row), KvmIoctl.byNumber(Tables.hex(row.get("nr"))).orElseThrow());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void fdsAreTheTables(Map<String, String> row) {
    String fds = FDS.getOrDefault(row.get("name"), row.get("fd"));
    Set<FdKind> kinds = EnumSet.noneOf(FdKind.class);
    for (String fd : fds.split("\\|")) {
      kinds.add(FdKind.valueOf(fd.toUpperCase(Locale.ROOT)));
    }
    assertEquals(kinds, ioctl(row).on());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void structIsTheTables(Map<String, String> row) {
    KvmIoctl ioctl = ioctl(row);
    String struct = STRUCTS.getOrDefault(row.get("name"), row.get("struct"));
    assertEquals(struct.replace("__u64", "u64"), ioctl.struct());
    assertEquals(!struct.isEmpty(), ioctl.pointer());
    int size = Integer.parseInt(row.get("size"));
    boolean sized = size > 0 && ioctl != KvmIoctl.KVM_MEMORY_ENCRYPT_OP;
    assertEquals(size, ioctl.number() >>> 16 & 0x3fff);
    if (sized) {
      assertEquals(size, Structs.of(ioctl.struct()).size());
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void argumentTravelsAsTheTableSays(Map<String, String> row) {
    KvmIoctl ioctl = ioctl(row);
    String flow = row.get("data_flow");
    boolean both = flow.startsWith("inout");
    assertEquals(flow.startsWith("in"), ioctl.readsMemory(), flow);
    assertEquals(both || flow.startsWith("out"), ioctl.writesMemory(), flow);
    boolean takes = flow.startsWith("imm(") && !flow.startsWith("imm(0)");
    assertEquals(takes, ioctl.takesValue(), flow);
    assertEquals(flow.endsWith("-> fd") || flow.endsWith("->fd"), ioctl.makes().isPresent(), flow);
  }

  /** XSAVE areas grow behind the struct, and KVM_SET_XSAVE's row says so in words. */
  @ParameterizedTest
  @MethodSource("rows")
  void flexibleArraysAreTheTables(Map<String, String> row) {
    KvmIoctl ioctl = ioctl(row);
    boolean flexible = row.get("flexible_array").equals("y");
    assertEquals(flexible, ioctl.readsArray() || ioctl.writesArray());
    if (flexible
        && ioctl != KvmIoctl.KVM_GET_NESTED_STATE
        && ioctl != KvmIoctl.KVM_SET_NESTED_STATE) {
      assertTrue(Structs.of(ioctl.struct()).flexibleArray().isPresent());
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void historyIsTheTables(Map<String, String> row) {
    KvmIoctl ioctl = ioctl(row);
    assertEquals(row.get("since"), ioctl.since());
    String capability = row.get("capability").replaceFirst("^basic$", "");
    assertEquals(CAPABILITIES.getOrDefault(row.get("name"), capability), ioctl.capability());
    Matcher named = Pattern.compile("KVM_CAP_\\w+").matcher(ioctl.capability());
    while (named.find()) {
      KvmCapability.valueOf(named.group());
    }
    Set<KernelLine> lines = EnumSet.noneOf(KernelLine.class);
    List<String> columns = List.of("in_6.1_header", "in_6.12_header", "in_7.3_header");
    for (int i = 0; i < columns.size(); i++) {
      if (row.get(columns.get(i)).equals("y")) {
        lines.add(KernelLine.values()[i]);
      }
    }
    assertEquals(lines, ioctl.lines());
    assertEquals(!row.get("dispatched_7.3_x86").equals("yes"), ioctl.gone());
  }

  @ParameterizedTest
  @MethodSource("foreignRows")
  void ioctlsOfOtherArchitecturesHaveTheirNamesAndNumbers(Map<String, String> row) {
    assertEquals(Tables.hex(row.get("nr")), ForeignIoctl.valueOf(row.get("name")).number());
    assertEquals(foreignRows().count(), ForeignIoctl.values().length);
  }
}
