package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.SevStatus;
import seamtape.replayer.explain.ErrnoRules;

/** {@code explain}: every status of the table, and every errno of a call's rules, in words. */
class ExplainCommandTest {
  private static final Path ABI = Path.of(System.getProperty("seamtape.root"), "fixtures", "abi");

  private static List<String> lines(String table) throws IOException {
    return Files.readAllLines(ABI.resolve(table));
  }

  @Test
  void everyStatusOfTheTableIsExplained() throws IOException {
    List<String> missing = new ArrayList<>();
    for (String line : lines("tdx-status-codes.csv")) {
      String[] columns = line.split(",");
      if (line.startsWith("name,")) {
        continue;
      }
      Command.Result result = Command.run("explain", columns[1], "--json");
      Map<String, Object> json = result.json();
      boolean told = result.exit() == 0 && named(columns, json) && json.get("class") != null;
      if (!told) {
        missing.add(columns[0] + " " + columns[1] + ": " + result.out());
      }
    }
    assertEquals(List.of(), missing);
  }

  /** A row of a mask names a class; 0 is both the module's success and a TDVMCALL's. */
  private static boolean named(String[] columns, Map<String, Object> json) {
    if (columns[0].endsWith("(mask)")) {
      return json.get("class").equals("Set by software");
    }
    String name = columns[0].split(" ")[0];
    boolean success = columns[1].matches("0x0+") && "TDX_SUCCESS".equals(json.get("status"));
    boolean words = json.containsKey("meaning") && json.containsKey("cause");
    return words && (success || name.equals(json.get("status")));
  }

  /** By id and by name. */
  @ParameterizedTest
  @CsvSource({
    "0x9110000300000010, NOTIFY_ENABLES (0x9110000300000010), a TD: TDH.MNG.RD",
    "notify_enables, NOTIFY_ENABLES (0x9110000300000010), a TD: TDH.MNG.RD",
    "0x0800000100000003, MINOR_VERSION (0x800000100000003), the module: TDH.SYS.RD",
    "0x9900000300000401, CPUID_CONFIG_LEAVES[1] (0x9900000300000401), the module: TDH.SYS.RD",
  })
  void aMetadataFieldIsExplained(String asked, String field, String owner) {
    Map<String, Object> json = Command.run("explain", asked, "--json").json();
    assertEquals(field, json.get("field"));
    assertTrue(json.get("metadata of").toString().startsWith(owner));
  }

  @Test
  void everyErrnoOfTheRulesOfACallIsExplained() {
    ErrnoRules rules = ErrnoRules.bundled();
    int pairs = 0;
    for (String call : rules.calls()) {
      for (String errno : rules.errnos(call)) {
        Command.Result result = Command.run("explain", errno, "--call", call, "--json");
        assertEquals(0, result.exit(), call + " " + errno + ": " + result.err());
        Map<String, Object> json = result.json();
        assertFalse(((List<?>) json.get("rules")).isEmpty(), call + " " + errno);
        assertTrue(json.get("errno").toString().startsWith(errno), call);
        assertTrue(json.get("call").toString().startsWith(call), call);
        pairs++;
      }
    }
    assertEquals(List.of("EIO other failure"), rules.of("KVM_TDX_FINALIZE_VM", "EIO"));
    assertTrue(rules.calls().size() > 100, rules.calls().size() + " calls");
    assertTrue(pairs > 250, pairs + " pairs");
  }

  @Test
  void everyRowOfTheCommandTablesHasItsErrnos() throws IOException {
    ErrnoRules rules = ErrnoRules.bundled();
    for (String table : List.of("sev-commands.csv", "tdx-commands.csv")) {
      for (String line : lines(table)) {
        if (line.startsWith("KVM_") && !line.contains("as DBG_DECRYPT")) {
          String call = line.substring(0, line.indexOf(','));
          assertFalse(rules.errnos(call).isEmpty(), call);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0xc0000c0000000000, c0000c0000000000",
    "0XC0000C0000000000, c0000c0000000000",
    "c0000c0000000000, c0000c0000000000",
    "13835071249421697024, c0000c0000000000",
    "-4611672824287854592, c0000c0000000000",
    "-22, ffffffffffffffea",
    "0xffffffea, ffffffffffffffea",
    "0xffffffffffffffea, ffffffffffffffea",
    "4000000100000000, 4000000100000000",
    "22, 16"
  })
  void aWordMayBeHexWithOrWithoutItsMarkDecimalOrNegative(String text, String hex) {
    OptionalLong number = StatusNumber.parse(text);
    assertTrue(number.isPresent(), text);
    assertEquals(hex, Long.toHexString(number.getAsLong()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "0x", "0xg", "1e5", "12345678901234567890123", "--5", "EFOO"})
  void nonsenseIsRefusedInOneLine(String text) {
    Command.Result result = Command.run("explain", "--", text);
    assertEquals(2, result.exit(), result.out());
    assertEquals("", result.out());
    assertEquals(1, result.err().strip().lines().count(), result.err());
    assertTrue(result.err().contains(text), result.err());
  }

  @Test
  void aWordOfHexTellsClassNameMeaningAndCause() {
    Command.Result result = Command.run("explain", "c0000c0000000000");
    assertTrue(result.out().contains("TDX_METADATA_FIELD_ID_INCORRECT"), result.out());
    assertTrue(result.out().contains("cause"), result.out());
    String operand = Command.run("explain", "0xc000010000000001").out();
    assertTrue(operand.contains("operand"), operand);
    String byName = Command.run("explain", "tdx_operand_busy").out();
    assertTrue(byName.contains("call again"), byName);
  }

  @Test
  void anErrnoOfACallTellsWhichOfItsChecksGivesIt() {
    String text = Command.run("explain", "ENOSPC", "--call", "KVM_TDX_INIT_VM").out();
    assertTrue(text.contains("no free KeyID"), text);
    String slot = Command.run("explain", "-17", "--call", "KVM_SET_USER_MEMORY_REGION2").out();
    assertTrue(slot.contains("overlapping"), slot);
  }

  @Test
  void everyStatusOfTheSevFirmwareIsExplainedByNameAndByNumberOfACall() {
    for (SevStatus status : SevStatus.values()) {
      Map<String, Object> byName = Command.run("explain", status.name(), "--json").json();
      assertTrue(byName.get("firmware").toString().startsWith(status.name() + " ("), status.name());
    }
    for (int code : new int[] {-1, 0, 7, 0x16, 0x27}) {
      String number = Integer.toString(code);
      Command.Result result =
          Command.run("explain", "--json", "--call", "KVM_SEV_LAUNCH_START", "--", number);
      String meaning = SevStatus.of(code).orElseThrow().meaning();
      assertEquals(meaning, result.json().get("meaning"), result.out());
    }
    String hex = Command.run("explain", "0xffffffff", "--call", "KVM_MEMORY_ENCRYPT_OP").out();
    assertTrue(hex.contains("SEV_RET_NO_FW_CALL (-1)"), hex);
    String retry = Command.run("explain", "TDVMCALL_STATUS_RETRY").out();
    assertTrue(retry.contains("retry"), retry);
  }

  /** A clause in parentheses belongs to the sentence around it. */
  @Test
  void aRuleIsAWholeSentenceOfItsCall() {
    ErrnoRules rules = ErrnoRules.bundled();
    for (String call : rules.calls()) {
      for (String errno : rules.errnos(call)) {
        List<String> told = new ArrayList<>(rules.of(call, errno));
        told.addAll(rules.common(call, errno));
        for (String rule : told) {
          long open = rule.chars().filter(c -> c == '(').count();
          assertTrue(open >= rule.chars().filter(c -> c == ')').count() - enumerated(rule), rule);
        }
      }
    }
    String create = Command.run("explain", "EINVAL", "--call", "KVM_CREATE_VM").out();
    assertFalse(create.contains("INIT_VCPU"), create);
    String command = Command.run("explain", "EPERM", "--call", "KVM_MEMORY_ENCRYPT_OP").out();
    assertTrue(command.contains("SNP VM and id < 100"), command);
  }

  /** Lists are numbered {@code 1)} in some tables. */
  private static long enumerated(String rule) {
    return java.util.regex.Pattern.compile("(?<![(\\w])\\w\\)").matcher(rule).results().count();
  }
}
