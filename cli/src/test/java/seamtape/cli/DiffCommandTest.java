package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.cli.Command.Result;

/** {@code seamtape diff} with what a person brings along: rules and a page to keep. */
class DiffCommandTest {
  @TempDir static Path dir;

  private static String old;
  private static String recent;

  @BeforeAll
  static void recordOnTwoKernels() throws Exception {
    old = record("linux-6.2");
    recent = record("linux-7.3");
  }

  private static String record(String profile) throws Exception {
    String tape = dir.resolve(profile + ".tape").toString();
    String[] line = {"record", "profile-differences", "-o", tape, "--profile", profile};
    assertEquals(Exit.DONE, Command.run(line).exit());
    return tape;
  }

  @Test
  void aPageIsWrittenAndTheReportSaysWhoseTheDifferencesAre() throws Exception {
    Path page = dir.resolve("diff.html");
    Result result = Command.run("diff", old, recent, "--html", page.toString(), "--json");
    assertEquals(Exit.DIFFERENT, result.exit(), result.err());
    assertEquals(
        List.of(Map.of("what", "profile", "a", "linux-6.2", "b", "linux-7.3")),
        result.json().get("between"));
    String html = Files.readString(page);
    assertTrue(html.startsWith("<!doctype html>") && html.contains("linux-6.2"), html);
    try (Stream<Path> files = Files.list(dir)) {
      assertTrue(files.noneMatch(file -> file.toString().endsWith(".tmp")));
    }
  }

  @Test
  void rulesOfAFileDoNotCountAndOneThatMeetsNothingIsNamed() throws Exception {
    Path rules = dir.resolve("known.rules");
    Files.writeString(rules, "KVM_CHECK_EXTENSION  # grows\nKVM_SET_REGS.rax\n");
    Map<String, Object> all = Command.run("diff", old, recent, "--json").json();
    Result result = Command.run("diff", old, recent, "--rules", rules.toString(), "--json");
    Map<String, Object> less = result.json();
    assertTrue(number(less, "changed") < number(all, "changed"), result.out());
    assertEquals(List.of("KVM_SET_REGS.rax"), less.get("unmetRules"));
    assertTrue(result.err().contains("KVM_SET_REGS.rax met nothing"), result.err());
    assertFalse(less.get("changes").toString().contains("KVM_CHECK_EXTENSION"), result.out());
  }

  private static long number(Map<String, Object> document, String key) {
    return ((Number) document.get(key)).longValue();
  }

  @Test
  void aLineThatIsNoRuleAndAFileThatIsNotThereAreBadUsage() throws Exception {
    Path rules = dir.resolve("bad.rules");
    Files.writeString(rules, "ret\nnot a rule\n");
    Result bad = Command.run("diff", old, recent, "--rules", rules.toString());
    assertEquals(Exit.USAGE, bad.exit());
    assertTrue(bad.err().contains("bad.rules, line 2: 'not a rule' is no rule"), bad.err());
    Result missing = Command.run("diff", old, recent, "--rules", dir.resolve("no").toString());
    assertEquals(Exit.USAGE, missing.exit());
    assertTrue(missing.err().contains("no such file"), missing.err());
  }
}
