package seamtape.replayer.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.json.Json;
import seamtape.sim.Simulator;

/** Holds the machine against the real kernel's answers, and the runner against bad files. */
final class OracleTest {
  private static final Path ORACLE =
      Path.of(System.getProperty("seamtape.root", ".."), "fixtures/corpus/oracle.jsonl");

  /** Not marked as the host's, and yet explained by it: fixtures/explanations.csv says how. */
  private static final Set<String> EXPLAINED =
      Set.of("cap.sys.096", "cap.sys.149", "cap.sys.214", "cap.vm.096", "cap.vm.149", "cap.vm.214");

  /** Not marked either: the machine answers so on a host without SMM, as the measured one is. */
  private static final String WITHOUT_SMM = "events.set_smm_flag_smm1";

  /** Cases that depend on the measured host and are answered otherwise; may only shrink. */
  private static final int HOST_SPECIFIC_SKIPPED = 79;

  private static final String OPEN =
      "{'op':'open','path':'/dev/kvm','flags':['O_RDWR','O_CLOEXEC'],'as':'kvm'}";
  private static final String VERSION = "{'op':'ioctl','fd':'kvm','nr':'0xae00','arg':{'imm':0}}";

  @TempDir private Path dir;

  private static OracleReport run(Path file, String profile) throws IOException {
    return Oracle.run(file, new Simulator(), profile, done -> {});
  }

  @Test
  void answersAsTheMeasuredKernelWhereNothingDependsOnTheHost() throws IOException {
    OracleReport report = run(ORACLE, "linux-7.3");
    assertEquals(List.of(), report.disagreed());
    assertEquals(List.of(), report.refused());
    assertEquals(918, report.cases());
    Set<String> hostSpecific = hostSpecific();
    Set<String> others =
        report.skipped().stream()
            .map(OracleReport.Skipped::id)
            .filter(id -> !hostSpecific.contains(id))
            .collect(Collectors.toCollection(TreeSet::new));
    String why = "host: CONFIG_KVM_SMM: on a host without it the machine answers as the case says";
    assertTrue(reason(report, WITHOUT_SMM).startsWith(why), () -> reason(report, WITHOUT_SMM));
    assertTrue(others.remove(WITHOUT_SMM));
    assertEquals(new TreeSet<>(EXPLAINED), others);
    int skipped = report.skipped().size() - others.size() - 1;
    assertTrue(skipped <= HOST_SPECIFIC_SKIPPED, () -> skipped + " host_specific cases skipped");
    assertEquals(report.cases(), report.agreed() + report.skipped().size());
  }

  private static String reason(OracleReport report, String id) {
    return report.skipped().stream()
        .filter(skipped -> skipped.id().equals(id))
        .map(OracleReport.Skipped::reason)
        .findFirst()
        .orElse("not skipped");
  }

  @Test
  void aCaseThatNeitherHostAnswersSoIsADisagreement() throws IOException {
    String line =
        Files.readAllLines(ORACLE).stream().filter(l -> l.contains(WITHOUT_SMM)).findFirst().get();
    OracleReport report = cases(line.replace("EINVAL", "EPERM"));
    assertEquals(1, report.disagreed().size());
  }

  private static Set<String> hostSpecific() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (String line : Files.readAllLines(ORACLE)) {
      if (Json.parse(line) instanceof Map<?, ?> map && map.get("host_specific") == Boolean.TRUE) {
        ids.add((String) map.get("id"));
      }
    }
    return ids;
  }

  private OracleReport cases(String... lines) throws IOException {
    Path file = dir.resolve("cases.jsonl");
    Files.writeString(file, String.join("\n", lines).replace('\'', '"') + "\n");
    return run(file, "linux-7.3");
  }

  private static String simple(String id, String steps, int call, String expect) {
    return "{'id':'%s','steps':[%s],'call':%d,'expect':{%s},'host_specific':false}"
        .formatted(id, steps, call, expect);
  }

  private static final String FINE =
      simple("fine", OPEN + "," + VERSION, 1, "'ret':12,'errno':null,'out':{}");

  @Test
  void aWrongAnswerIsShownWithWhatWasExpected() throws IOException {
    OracleReport report =
        cases(FINE, simple("bad", OPEN + "," + VERSION, 1, "'ret':13,'errno':null,'out':{}"));
    assertEquals(1, report.agreed());
    assertEquals(
        List.of(new OracleReport.Disagreement("bad", Map.of("ret", 13L), Map.of("ret", 12L))),
        report.disagreed());
  }

  @Test
  void aStepThatMustSucceedAndDoesNotIsADisagreement() throws IOException {
    String failing = "{'op':'close','fd':{'number':77}}";
    OracleReport report =
        cases(
            simple("x", OPEN + "," + failing + "," + VERSION, 2, "'ret':12,'errno':null,'out':{}"));
    assertEquals("EBADF", report.disagreed().get(0).got());
  }

  @Test
  void aChildsCallOnAVmIsRefusedByTheKernelAndOnDevKvmIsNot() throws IOException {
    String vm = "{'op':'ioctl','fd':'kvm','nr':'0xae01','arg':{'imm':0},'as':'vm'}";
    String onVm = "{'op':'ioctl','fd':'vm','nr':'0xae03','arg':{'imm':3},'in_child':true}";
    String onKvm = "{'op':'ioctl','fd':'kvm','nr':'0xae01','arg':{'imm':0},'in_child':true}";
    OracleReport report =
        cases(
            simple("vm", OPEN + "," + vm + "," + onVm, 2, "'ret':-1,'errno':'EIO','out':{}"),
            simple("kvm", OPEN + "," + onKvm + "," + vm, 2, "'ret':4,'errno':null,'out':{}"));
    assertEquals(2, report.agreed(), report::toString);
  }

  @Test
  void readsUnsignedNumbersAndSixteenBytesAtOnce() throws IOException {
    String buffer = "{'op':'buffer','name':'b','size':16,'hex':'ffffffffffffffff01'}";
    String observe =
        "'observe':{'a.dec':{'from':'b','at':0,'size':8,'as':'dec'},"
            + "'a.signed':{'from':'b','at':0,'size':8,'as':'dec_signed'},"
            + "'wide':{'from':'b','at':0,'size':9,'as':'hex'},"
            + "'big':{'from':'b','at':7,'size':2,'as':'hex_be'}},";
    String out =
        "'out':{'a':{'dec':18446744073709551615,'signed':-1},"
            + "'wide':'0x1ffffffffffffffff','big':'0xff01'}";
    String line = simple("u", buffer, 0, "'ret':0,'errno':null," + out);
    OracleReport report = cases(line.replace("'call'", observe + "'call'"));
    assertEquals(1, report.agreed(), report::toString);
  }

  @Test
  void touchingMemoryThatWasUnmappedKills() throws IOException {
    String steps =
        "{'op':'memory','name':'M','size':8192},{'op':'unmap','at':'M+0x0','size':4096},"
            + "{'op':'touch','at':'M+0x10'}";
    OracleReport report =
        cases(
            simple("k", steps, 2, "'ret':null,'errno':null,'out':{},'killed_by_signal':11"),
            simple("l", steps, 2, "'ret':0,'errno':null,'out':{}"));
    assertEquals(1, report.agreed());
    assertEquals("killed by signal 11", report.disagreed().get(0).got());
  }

  /** One bad case is named with its line and does not stop the others. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'op':'fly'}|unknown step \"fly\"",
        "{'op':'close'}|no member \"fd\"",
        "{'op':'close','fd':'kvm','speed':1}|unknown member \"speed\"",
        "{'op':'close','fd':'nobody'}|no descriptor is named \"nobody\"",
        "{'op':'close','fd':3}|\"fd\" is not text but 3",
        "{'op':'open','path':'/dev/kvm','flags':['O_MAGIC'],'as':'k'}|unknown flag \"O_MAGIC\"",
        "{'op':'sleep','ms':999999999999}|beyond 0 to 10000",
        "{'op':'sleep','ms':1.5}|not a number",
        "{'op':'buffer','name':'b','size':2,'hex':'000000'}|\"hex\" has 3 bytes",
        "{'op':'buffer','name':'b','size':2,'hex':'zz'}|not hexadecimal bytes",
        "{'op':'write','at':'M','hex':'00'}|not a place",
        "{'op':'touch','at':'M+0x0'}|no memory is named \"M\"",
        "{'op':'patch','buf':'b','struct':'kvm_regs','fields':{'rax':[1]}}|not a number",
        "{'op':'ioctl','fd':'kvm','nr':'0xae00','arg':{}}|unknown form of argument",
        "{'op':'ioctl','fd':'kvm','nr':'0xae00','arg':{'bad':'evil','value':'0x0'}}|kind of bad",
        "{'op':'ioctl','fd':'kvm','nr':'zero','arg':{'imm':0}}|\"nr\" is not a number",
        "{'op':'ioctl','fd':'kvm','nr':'0xae00','arg':{'struct':'kvm_nothing','size':8,'as':'b',"
            + "'fields':{'a':1}}}|no struct \"kvm_nothing\"",
        "{'op':'ioctl','fd':'kvm','nr':'0xae00','arg':{'struct':'kvm_regs','size':144,'as':'b',"
            + "'fields':{'xyz':1}}}|no field kvm_regs.xyz",
        "{'op':'ioctl','fd':'kvm','nr':'0xae00','arg':{'hex':'00','size':99999999999,'as':'b'}}"
            + "|beyond 0 to",
        "{'op':'check','from':'M','at':0,'size':99,'value':1}|no memory is named",
        "7|step 1 is not an object",
      })
  void aFormOutsideTheGrammarIsRefusedByName(String step, String words) throws IOException {
    String bad = simple("bad", OPEN + "," + step, 0, "'ret':3,'errno':null,'out':{}");
    OracleReport report = cases(FINE, bad, FINE);
    assertEquals(2, report.agreed());
    assertEquals(1, report.refused().size(), report::toString);
    OracleReport.Refused refused = report.refused().get(0);
    assertEquals(2, refused.line());
    assertEquals("bad", refused.id());
    assertTrue(refused.reason().contains(words), refused::reason);
    assertTrue(refused.reason().length() < 310);
  }

  @Test
  void aCaseBeyondTheLimitsIsSkippedOrRefusedAndNeverHangs() throws IOException {
    String huge = "{'op':'memory','name':'M','size':10995116277760}";
    String gigabytes = "{'op':'memory','name':'M','size':10737418240}";
    OracleReport report =
        cases(
            FINE,
            simple("huge", huge, 0, "'ret':0,'errno':null,'out':{}"),
            simple("large", gigabytes, 0, "'ret':0,'errno':null,'out':{}"),
            "{'id':'deep','steps':" + "[".repeat(5000) + "]".repeat(5000) + "}",
            "{'id':'number','steps':[],'call':99999999999999999999999}",
            "{'id':'call','steps':["
                + OPEN
                + "],'call':1,'expect':{'ret':0,'errno':null,'out':{}},"
                + "'host_specific':false}");
    assertEquals(2, report.agreed(), report::toString);
    assertEquals("huge", report.skipped().get(0).id());
    assertEquals(
        List.of(4L, 5L, 6L), report.refused().stream().map(OracleReport.Refused::line).toList());
  }

  @ParameterizedTest
  @CsvSource({"hello, not JSON", "'{}', no member", "'', no case", "[1], not an object"})
  void aFileWithoutCasesIsNoOracleFile(String text, String words) throws IOException {
    Path file = dir.resolve("none.jsonl");
    Files.writeString(file, text);
    Exception e = assertThrows(IllegalArgumentException.class, () -> run(file, "linux-7.3"));
    assertTrue(e.getMessage().contains("is no oracle file"), e::getMessage);
    assertTrue(e.getMessage().contains(words), e::getMessage);
  }

  @Test
  void anUnknownProfileIsNamedBeforeAnythingRuns() {
    assertThrows(IllegalArgumentException.class, () -> run(ORACLE, "linux-0.1"));
  }

  @Test
  void runsOnEveryProfile() throws IOException {
    for (String profile : new Simulator().profiles()) {
      assertEquals(List.of(), run(ORACLE, profile).refused());
    }
  }
}
