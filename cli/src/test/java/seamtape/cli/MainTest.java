package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.cli.Command.Result;

/** The command as users run it: documents, exit codes, and one clear line for what is wrong. */
class MainTest {
  @TempDir static Path dir;

  private static String minimal;

  @BeforeAll
  static void recordOnce() throws Exception {
    minimal = dir.resolve("minimal.tape").toString();
    assertEquals(Exit.DONE, Command.run("record", "minimal", "-o", minimal).exit());
  }

  @Test
  void aProcessOfItsOwnPrintsAndEndsAsACallWithinThisOneDoes() throws Exception {
    for (List<String> line :
        List.of(
            List.of("show", minimal, "--json"),
            List.of("verify", minimal),
            List.of("verify", path("nosuch")),
            List.of("frobnicate"))) {
      String[] arguments = line.toArray(String[]::new);
      assertEquals(Command.run(arguments), Command.process(arguments), line.toString());
    }
  }

  private static List<String> names() throws Exception {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  @Test
  void aMachineThatCannotBeBuiltLeavesNothing() throws Exception {
    Path file = dir.resolve("refused.yaml");
    Files.writeString(
        file, "machine: {vendor: amd, role: td-guest}\nsteps:\n  - kvm: open /dev/kvm\n");
    Result result = Command.run("record", file.toString(), "-o", path("refused.tape"));
    assertEquals(Exit.USAGE, result.exit());
    assertTrue(result.err().contains("role td-guest needs"), result.err());
    assertFalse(Files.exists(dir.resolve("refused.tape")));
  }

  @Test
  void anExportToStdoutIsTheFile() throws Exception {
    for (String format : List.of("jsonl", "csv", "chrome")) {
      Path file = dir.resolve("out." + format);
      Command.run("export", minimal, "--to", format, "-o", file.toString());
      Result piped = Command.run("export", minimal, "--to", format, "-o", "-");
      assertEquals(Exit.DONE, piped.exit(), piped.err());
      assertEquals(Files.readString(file), piped.out());
    }
  }

  @Test
  void helpIsAVerbToo() {
    assertEquals(Command.run("show", "--help").out(), Command.run("help", "show").out());
  }

  private static String path(String name) {
    return dir.resolve(name).toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo", "record", "import", "replay", "diff", "show", "state", "stats", "verify", "recover",
        "trim", "pack", "serve", "catalog", "oracle", "explain"
      })
  void everyVerbTellsHowItIsUsed(String verb) throws Exception {
    Result result = Command.run(verb, "--help");
    assertEquals(Exit.DONE, result.exit());
    assertTrue(result.out().contains("Usage: seamtape " + verb), result.out());
    assertTrue(verb.equals("import") || result.out().contains("Examples:"), result.out());
  }

  @Test
  void aFirmwareThatNoTdCanBeBuiltFromIsBadInputInOneLine() throws Exception {
    Path image = Files.write(dir.resolve("none.fd"), new byte[4096]);
    Result result =
        Command.run("record", "boot-td", "--set", "firmware=" + image, "-o", path("none.tape"));
    assertEquals(2, result.exit());
    assertTrue(result.err().contains("none.fd: no TDX metadata"), result.err());
    assertEquals(1, result.err().lines().count());
  }

  @Test
  void recordPrintsTheFixedKeys() throws Exception {
    Result result = Command.run("record", "minimal", "-o", path("keys.tape"), "--json");
    assertEquals(Exit.DONE, result.exit(), result.err());
    Map<String, Object> document = result.json();
    for (String key :
        List.of(
            "recording", "ioctls", "calls", "events", "digest", "seconds", "bytes", "warnings")) {
      assertTrue(document.containsKey(key), key);
    }
    assertEquals(64, String.valueOf(document.get("digest")).length());
  }

  @Test
  void sameWorkloadProfileAndSeedGiveTheSameDigestOnEveryJdk() throws Exception {
    Map<String, Object> here = Command.run("verify", minimal, "--json").json();
    assertEquals("sealed", here.get("state"));
    Object digest = digest("here.tape", null);
    for (Path java : otherJavas()) {
      assertEquals(digest, digest("on-" + java.getName(3) + ".tape", java), java.toString());
    }
  }

  private static Object digest(String name, Path java) throws Exception {
    String[] line = {"record", "two-vms", "-o", path(name), "--json", "--seed", "7"};
    Result result = java == null ? Command.run(line) : Command.runWith(java, line);
    return result.json().get("digest");
  }

  /** Every other Java from 17 on that the machine has; the test is narrower where there is none. */
  private static List<Path> otherJavas() throws Exception {
    Path all = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(all)) {
      return List.of();
    }
    String own = Path.of(System.getProperty("java.home")).toRealPath().toString();
    try (Stream<Path> found = Files.list(all)) {
      return found
          .filter(home -> !Files.isSymbolicLink(home) && !home.toString().equals(own))
          .map(home -> home.resolve("bin").resolve("java"))
          .filter(Files::isExecutable)
          .toList();
    }
  }

  @Test
  void stateTellsTheMachineAfterAnEvent() throws Exception {
    Result result = Command.run("state", minimal, "--at", "12", "--json");
    assertEquals(Exit.DONE, result.exit(), result.err());
    assertEquals(12L, result.json().get("event"));
    Map<?, ?> machine = (Map<?, ?>) result.json().get("machine");
    assertFalse(((List<?>) machine.get("fds")).isEmpty());
    assertFalse(((List<?>) machine.get("vms")).isEmpty());
    Result text = Command.run("state", minimal, "--at", "12");
    assertTrue(text.out().startsWith("after event 12"), text.out());
    assertEquals(Exit.USAGE, Command.run("state", minimal, "--at", "999999").exit());
    assertEquals(Exit.USAGE, Command.run("state", minimal).exit());
    assertEquals(Exit.DONE, Command.run("state", minimal, "--at", "0", "--json").exit());
  }

  @Test
  void aWorkloadsOwnSeedHoldsUnlessTheCommandGivesAnother() throws Exception {
    Path file = dir.resolve("seeded.yaml");
    Files.writeString(file, "seed: 7\nsteps:\n  - kvm: open /dev/kvm\n");
    Command.run("record", file.toString(), "-o", path("own.tape"));
    Command.run("record", file.toString(), "-o", path("given.tape"), "--seed", "9");
    assertTrue(manifest("own.tape").contains("\"seed\": 7"), manifest("own.tape"));
    assertTrue(manifest("given.tape").contains("\"seed\": 9"), manifest("given.tape"));
  }

  private static String manifest(String recording) throws Exception {
    return Files.readString(dir.resolve(recording).resolve("manifest.json"));
  }

  @Test
  void aSimulatedRecordingReplaysIdentically() throws Exception {
    Result result = Command.run("replay", minimal, "-o", path("replayed.tape"), "--json");
    assertEquals(Exit.DONE, result.exit(), result.out() + result.err());
    Map<String, Object> document = result.json();
    assertEquals(true, document.get("identical"));
    assertEquals(0L, document.get("divergences"));
    Result diff = Command.run("diff", minimal, path("replayed.tape"), "--json");
    assertEquals(Exit.DONE, diff.exit(), diff.out());
    assertEquals(true, diff.json().get("same"));
  }

  @Test
  void aDifferenceBetweenTwoKernelsIsTold() throws Exception {
    Command.run("record", "profile-differences", "-o", path("old.tape"), "--profile", "linux-6.2");
    Command.run("record", "profile-differences", "-o", path("new.tape"), "--profile", "linux-7.3");
    Result result = Command.run("diff", path("old.tape"), path("new.tape"), "--json");
    assertEquals(Exit.DIFFERENT, result.exit());
    assertEquals(false, result.json().get("same"));
    assertNotNull(result.json().get("first"));
    Result replay =
        Command.run("replay", path("old.tape"), "--profile", "linux-7.3", "--keep-going", "--json");
    assertEquals(Exit.DIFFERENT, replay.exit());
    assertFalse(((List<?>) replay.json().get("list")).isEmpty());
  }

  private static final String ORACLE_CASE =
      "{\"id\":\"version\",\"steps\":[{\"op\":\"open\",\"path\":\"/dev/kvm\",\"flags\":[\"O_RDWR\"],"
          + "\"as\":\"kvm\"},{\"op\":\"ioctl\",\"fd\":\"kvm\",\"nr\":\"0xae00\",\"arg\":{\"imm\":0}}],"
          + "\"call\":1,\"expect\":{\"ret\":12,\"errno\":null,\"out\":{}},\"host_specific\":false}\n";

  private static Result oracle(String name, String text, String... options) throws Exception {
    Files.writeString(dir.resolve(name), text);
    return Command.run(
        Stream.concat(Stream.of("oracle", path(name)), Stream.of(options)).toArray(String[]::new));
  }

  @Test
  void oracleListsAgreementWithTheFixedKeys() throws Exception {
    Result same = oracle("same.jsonl", ORACLE_CASE, "--json");
    assertEquals(Exit.DONE, same.exit(), same.err());
    assertEquals(1L, same.json().get("cases"));
    assertEquals(1L, same.json().get("agreed"));
    assertEquals(List.of(), same.json().get("disagreed"));
    assertEquals(List.of(), same.json().get("skipped"));
    Result other = oracle("other.jsonl", ORACLE_CASE.replace(":12,", ":13,"), "--json");
    assertEquals(Exit.DIFFERENT, other.exit());
    Map<?, ?> first = (Map<?, ?>) ((List<?>) other.json().get("disagreed")).get(0);
    assertEquals("version", first.get("id"));
    assertEquals(Map.of("ret", 13L), first.get("expected"));
    assertEquals(Map.of("ret", 12L), first.get("got"));
  }

  @Test
  void oracleRefusesWhatIsOutsideTheGrammarByNameAndRunsTheRest() throws Exception {
    Result result =
        oracle("bad.jsonl", ORACLE_CASE + ORACLE_CASE.replace("\"open\"", "\"fly\""), "--json");
    assertEquals(Exit.USAGE, result.exit());
    assertEquals(1L, result.json().get("agreed"));
    assertTrue(result.err().contains("line 2 (version): step 0"), result.err());
    assertTrue(result.err().contains("unknown step \"fly\""), result.err());
    Result none = oracle("none.jsonl", "hello\n");
    assertEquals(Exit.USAGE, none.exit());
    assertEquals(1, none.err().lines().count(), none.err());
    assertTrue(none.err().contains("is no oracle file: line 1: not JSON"), none.err());
  }

  @Test
  void showPrintsOneObjectAnEvent() throws Exception {
    Result result = Command.run("show", minimal, "--json", "--count", "3");
    assertEquals(Exit.DONE, result.exit(), result.err());
    assertEquals(3, result.out().lines().count());
    String first = result.out().lines().findFirst().orElseThrow();
    for (String key :
        List.of(
            "event", "tsc", "actor", "vm", "vcpu", "depth", "phase", "call", "family", "in", "out",
            "ret", "errno")) {
      assertTrue(first.contains("\"" + key + "\""), key);
    }
  }

  @Test
  void showFiltersCalls() throws Exception {
    Result result = Command.run("show", minimal, "--filter", "call == KVM_RUN");
    assertEquals(Exit.DONE, result.exit(), result.err());
    assertTrue(result.out().lines().allMatch(line -> line.contains("KVM_RUN")), result.out());
    assertFalse(result.out().isBlank());
  }

  @Test
  void statsCountTheCalls() throws Exception {
    Map<String, Object> document = Command.run("stats", minimal, "--json").json();
    assertTrue((Long) document.get("ioctls") > 5);
    assertFalse(((List<?>) document.get("byCall")).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "record nosuch -o DIR/x.tape|no bundled workload of that name",
        "record minimal -o DIR/x.rec|ends in .tape",
        "record minimal -o DIR/minimal.tape|exists already",
        "record minimal -o DIR/x.tape --profile linux-9|no profile linux-9",
        "record minimal -o DIR/x.tape --simulator DIR/no.jar|no simulator jar",
        "replay DIR/nosuch.tape|no recording at",
        "replay DIR/minimal.tape --profile linux-9|linux-9",
        "show DIR/minimal.tape --filter call==|column",
        "show DIR/minimal.tape --from 0|numbered from 1",
        "diff DIR/minimal.tape|Missing required parameter",
        "verify DIR/nosuch|no recording at",
        "serve DIR/nosuch|no directory at",
        "serve DIR --host 0.0.0.0|without --token-file, --tls-cert and --tls-key",
        "serve DIR --token-file DIR/nosuch|go together",
        "serve DIR --token-file DIR/nosuch --tls-cert DIR/a --tls-key DIR/b|cannot read",
        "import strace DIR/nosuch -o DIR/y.tape|no such file",
        "import ftrace DIR/nosuch -o DIR/y.tape|no such file",
        "record minimal --live --simulator x.jar -o DIR/y.tape|leave out --simulator",
        "import|kind of log",
        "catalog --call KVM_NOPE|no call named",
        "catalog --call KVM_SET_MEMORY_REGION --profile linux-6.2|leave out --profile",
        "replay DIR/minimal.tape --profile linux-9 -o DIR/y.tape|no profile linux-9",
        "trim DIR/minimal.tape --from 9 --to 5 -o DIR/y.tape|behind --to 5",
        "state DIR/minimal.tape --at x|not a whole number",
        "export DIR/minimal.tape --to jsonl -o - --json|leave it out",
        "serve DIR/minimal.tape|is a recording",
        "demo DIR/minimal.tape --no-serve|is a recording",
        "frobnicate|unknown verb frobnicate",
        "help frobnicate|unknown verb frobnicate; try seamtape --help",
        "shwo DIR/minimal.tape|did you mean show? Try seamtape --help",
        "show DIR/minimal.tape --tere|unknown option --tere; try seamtape show --help",
      })
  void wrongUseGetsOneClearLineAndExitCodeTwoAndLeavesNothing(String line, String told)
      throws Exception {
    List<String> before = names();
    Result result = Command.run(line.replace("DIR", dir.toString()).split(" "));
    assertEquals(before, names());
    assertEquals(Exit.USAGE, result.exit(), result.out() + result.err());
    assertTrue(result.err().contains(told), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
  }

  @Test
  void aDamagedRecordingIsNeverCalledWhole() throws Exception {
    String damaged = path("damaged.tape");
    Command.run("record", "minimal", "-o", damaged);
    Path journal = TapeOnDisk.cycle(Path.of(damaged));
    try (RandomAccessFile file = new RandomAccessFile(journal.toFile(), "rw")) {
      long middle = file.length() / 2;
      for (long at = 0; at < file.length(); at += 97) {
        file.seek(Math.min(at + middle % 97, file.length() - 1));
        int old = file.read();
        file.seek(file.getFilePointer() - 1);
        file.write(old ^ 0x10);
      }
    }
    Result result = Command.run("verify", damaged, "--json");
    assertEquals(Exit.DIFFERENT, result.exit(), result.out() + result.err());
    assertEquals("damaged", result.json().get("state"));
  }

  @Test
  void anEmptyDirectoryIsNoRecording() throws Exception {
    Path empty = Files.createDirectory(dir.resolve("empty.tape"));
    Result result = Command.run("show", empty.toString());
    assertEquals(Exit.USAGE, result.exit());
    assertEquals(1, result.err().lines().count(), result.err());
  }

  @Test
  void aTraceIsImportedAloneOrWithTheLogOfItsRun() throws Exception {
    Path corpus = Path.of(System.getProperty("seamtape.root"), "fixtures/corpus");
    String trace = corpus.resolve("ftrace/qemu-kvmguest.ftrace.txt.gz").toString();
    String log = corpus.resolve("strace/qemu-kvmguest.strace.gz").toString();
    Result alone = Command.run("import", "ftrace", trace, "-o", path("trace.tape"), "--json");
    assertEquals(Exit.DONE, alone.exit(), alone.err());
    assertEquals(1132L, alone.json().get("ioctls"));
    Result one = Command.run("import", "ftrace", trace, "--strace", log, "-o", path("one.tape"));
    Result other = Command.run("import", "strace", log, "--ftrace", trace, "-o", path("two.tape"));
    assertEquals(Exit.DONE, one.exit(), one.err());
    assertEquals(Exit.DONE, other.exit(), other.err());
    Result diff = Command.run("diff", path("one.tape"), path("two.tape"));
    assertEquals(Exit.DONE, diff.exit(), diff.out());
  }

  @Test
  void aLiveRecordingIsTheSimulatorsOrOneClearLine() throws Exception {
    Result live = Command.run("record", "minimal", "--live", "-o", path("live.tape"));
    if (Files.isWritable(Path.of("/dev/kvm")) && System.getProperty("os.arch").equals("amd64")) {
      assertEquals(Exit.DONE, live.exit(), live.err());
      assertEquals(Exit.DONE, Command.run("diff", minimal, path("live.tape")).exit());
    } else {
      assertEquals(Exit.USAGE, live.exit());
      assertTrue(live.err().contains("/dev/kvm") && live.err().lines().count() == 1, live.err());
      assertFalse(Files.exists(dir.resolve("live.tape")));
    }
  }
}
