package seamtape.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the hypercall rows against their tables. */
class HypercallTableTest {
  private static final Pattern COMMAND = Pattern.compile("\\w+\\((\\d+)\\)");

  static Stream<Map<String, String>> kvm() {
    return Tables.csv("kvm-hypercalls.csv").stream();
  }

  static Stream<Map<String, String>> hyperv() {
    return Tables.csv("hyperv-hypercalls.csv").stream();
  }

  static Stream<Map<String, String>> xen() {
    return Tables.csv("xen-hypercalls.csv").stream();
  }

  @Test
  void everyHypercallHasARowAndNoMore() {
    assertEquals(12, kvm().count());
    assertEquals(12 + 1, KvmHypercall.values().length);
    assertEquals(72, hyperv().count());
    assertEquals(72 + 1, HypervHypercall.values().length);
    assertEquals(47, xen().count());
    assertEquals(47, XenHypercall.values().length);
  }

  @ParameterizedTest
  @MethodSource("kvm")
  void kvmHypercallIsTheTables(Map<String, String> row) {
    KvmHypercall call = KvmHypercall.of(Long.parseLong(row.get("nr")));
    assertEquals(row.get("name"), call.name());
    assertEquals(row.get("arch"), call.arch());
    assertEquals(row.get("guest_cpuid_feature_bit").replaceFirst("^(any|-)$", ""), call.feature());
    assertEquals(4, call.in().size());
    Matcher argument = Pattern.compile("\\ba([0-3])=").matcher(row.get("args"));
    while (argument.find()) {
      Field field = call.in().get(Integer.parseInt(argument.group(1)));
      assertTrue(!field.doc().isEmpty(), field.name());
    }
  }

  @ParameterizedTest
  @MethodSource("hyperv")
  void hypervHypercallIsTheTables(Map<String, String> row) {
    HypervHypercall call = HypervHypercall.of(Tables.hex(row.get("code")) | 0x10000L);
    boolean range = row.get("name").contains("range");
    assertEquals(range ? "HV_EXT_CALL_RANGE" : row.get("name"), call.name());
    assertEquals(Tables.hex(row.get("code")), call.number());
    assertEquals(row.get("kind"), call.kind());
    assertEquals(row.get("since"), call.since().isEmpty() ? "" : call.since() + "+");
    HypercallServer server =
        row.get("handled_by").startsWith("not handled")
            ? HypercallServer.NONE
            : server(row.get("handled_by"));
    assertEquals(server, call.server());
  }

  @ParameterizedTest
  @MethodSource("xen")
  void xenHypercallIsTheTables(Map<String, String> row) {
    if (row.get("nr").isEmpty()) {
      assertEquals(XenHypercall.XEN_UNKNOWN, XenHypercall.of(63, 0));
      return;
    }
    Matcher command = COMMAND.matcher(row.get("sub_command"));
    boolean exact = command.matches();
    long nr = Long.parseLong(row.get("nr"));
    XenHypercall call = XenHypercall.of(nr, exact ? Long.parseLong(command.group(1)) : 77);
    assertEquals(
        nr << 16 | (exact ? Long.parseLong(command.group(1)) : XenHypercall.ANY), call.number());
    assertTrue(call.label().startsWith(row.get("name").replaceFirst(" .*", "")), call.label());
    assertEquals(server(row.get("handled_by")), call.server());
  }

  private static HypercallServer server(String words) {
    if (words.startsWith("user space")) {
      return HypercallServer.USER_SPACE;
    }
    return words.contains("else user space")
        ? HypercallServer.KERNEL_OR_USER
        : HypercallServer.KERNEL;
  }

  @Test
  void unknownHypercallsAreKeptRaw() {
    assertEquals(KvmHypercall.KVM_HC_UNKNOWN, KvmHypercall.of(-1));
    assertEquals(KvmHypercall.KVM_HC_UNKNOWN, KvmHypercall.of(1L << 32 | 5));
    assertEquals(HypervHypercall.HVCALL_UNKNOWN, HypervHypercall.of(0x7fff));
    assertEquals(HypervHypercall.HV_EXT_CALL_RANGE, HypervHypercall.of(0x8041));
    assertEquals(XenHypercall.XEN_UNKNOWN, XenHypercall.of(17, 5));
    assertEquals(XenHypercall.XEN_SCHED_OP_OTHER, XenHypercall.of(29, 1));
  }

  @Test
  void resultsReadAsTheirInterfaceNamesThem() {
    assertEquals("-KVM_ENOSYS", KvmHypercall.resultText(-1000));
    assertEquals("-KVM_EINVAL", KvmHypercall.resultText(-22));
    assertEquals("3", KvmHypercall.resultText(3));
    assertEquals("HV_STATUS_INVALID_HYPERCALL_CODE", HvStatus.text(2));
    assertEquals("HV_STATUS_SUCCESS(4)", HvStatus.text(4L << 32));
  }

  @Test
  void hypervStatusesAreThoseOfTheNotes() {
    String notes = Tables.text("hyperv-notes.md");
    for (HvStatus status : HvStatus.values()) {
      String name = status.name().replace("HV_STATUS_", "");
      String decimal = status.number() + " " + name;
      String hex = "0x" + Integer.toHexString(status.number()) + " " + name;
      assertTrue(notes.contains(decimal) || notes.contains(hex), name);
    }
  }
}
