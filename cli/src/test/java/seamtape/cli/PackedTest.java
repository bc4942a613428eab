package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.cli.Command.Result;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeWriter;

/** Every verb on a packed recording says what it says of the plain one. */
class PackedTest {
  @TempDir static Path dir;

  @BeforeAll
  static void record() {
    String[] line = {"record", "pio-storm", "--set", "count=3000", "-o", path("plain.tape")};
    assertEquals(Exit.DONE, Command.run(line).exit());
    Result packed = Command.run("pack", path("plain.tape"), "-o", path("packed.tape"));
    assertEquals(Exit.DONE, packed.exit(), packed.err());
  }

  private static String path(String name) {
    return dir.resolve(name).toString();
  }

  private static Result same(String... line) {
    Result plain = Command.run(with(line, path("plain.tape"), "plain"));
    Result packed = Command.run(with(line, path("packed.tape"), "packed"));
    assertEquals(plain.exit(), packed.exit(), packed.err());
    assertEquals(withoutTimes(plain.out(), "plain"), withoutTimes(packed.out(), "packed"));
    return packed;
  }

  private static String[] with(String[] line, String tape, String name) {
    return Stream.of(line)
        .map(word -> word.replace("REC", tape).replace("OUT", path(name)))
        .toArray(String[]::new);
  }

  /** How long it took, how many bytes it has and what it is called may differ. */
  private static String withoutTimes(String text, String name) {
    return text.replaceAll("[0-9.]+ s\\b|\"seconds\":[0-9.E-]+", "TIME")
        .replaceAll("\"bytes\":\\d+|[0-9,]+ bytes", "BYTES")
        .replace(path(name), "NAME");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "verify REC",
        "show REC --from 2000 --count 40",
        "show REC --json --from 1 --count 40",
        "show REC --tree --count 40",
        "show REC --follow --count 40",
        "show REC --count 9 --filter KVM_RUN&&event>2000",
        "stats REC --json",
        "state REC --at 3000",
        "state REC --at 1 --json",
        "replay REC",
        "diff REC REC",
        "trim REC --from 40 --to 4000 -o OUT-trimmed.tape",
      })
  void saysTheSame(String line) {
    Result packed = same(line.split(" "));
    assertEquals(Exit.DONE, packed.exit(), packed.err());
    assertFalse(packed.out().isBlank());
  }

  @Test
  void differsInNothingFromThePlainOne() {
    Result result = Command.run("diff", path("plain.tape"), path("packed.tape"), "--json");
    assertEquals(true, result.json().get("same"), result.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"jsonl", "csv", "chrome", "avro"})
  void exportsTheSameBytes(String format) throws Exception {
    for (String name : List.of("plain", "packed")) {
      String out = path(name + "." + format);
      Result made = Command.run("export", path(name + ".tape"), "--to", format, "-o", out);
      assertEquals(Exit.DONE, made.exit(), made.err());
    }
    byte[] plain = Files.readAllBytes(dir.resolve("plain." + format));
    byte[] packed = Files.readAllBytes(dir.resolve("packed." + format));
    assertEquals(plain.length, packed.length);
    if (!format.equals("avro")) { // whose sync marker is random
      assertTrue(java.util.Arrays.equals(plain, packed));
    }
  }

  @Test
  void aDamagedPackedRecordingIsRecoveredButForItsBlock() throws Exception {
    Path damaged = dir.resolve("damaged.tape");
    Command.run("pack", path("plain.tape"), "-o", damaged.toString());
    Path cycle = TapeOnDisk.cycle(damaged);
    byte[] bytes = Files.readAllBytes(cycle);
    bytes[secondBlock(bytes) + 250] ^= 1; // of its payload
    Files.write(cycle, bytes);
    assertEquals(Exit.DIFFERENT, Command.run("verify", damaged.toString()).exit());
    Result refused = Command.run("trim", damaged.toString(), "-o", path("no.tape"));
    assertEquals(Exit.USAGE, refused.exit());
    Result made = Command.run("recover", damaged.toString(), "-o", path("r.tape"), "--json");
    assertEquals(Exit.DONE, made.exit(), made.err());
    assertEquals(1, ((List<?>) made.json().get("gaps")).size());
    assertEquals(Exit.DONE, Command.run("verify", path("r.tape")).exit());
  }

  private static int secondBlock(byte[] file) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    return text.indexOf("SEAMBLK", text.indexOf("SEAMBLK") + 1);
  }

  @Test
  void isServed() throws Exception {
    Process process = Command.start("serve", dir.toString(), "--port", "0");
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      URI page = URI.create(out.readLine().replaceAll(".* at (\\S+) .*", "$1"));
      URI calls = page.resolve("/api/v1/recordings/packed/calls?from=100&count=50");
      HttpRequest request = HttpRequest.newBuilder(calls).build();
      var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
      assertEquals(200, answer.statusCode(), answer.body());
      assertTrue(answer.body().contains("KVM_RUN"), answer.body());
    } finally {
      process.destroyForcibly();
    }
  }

  /** Every verb that makes a recording, with both options for its seal. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "record two-vms",
        "import strace FIXTURES/corpus/strace/kut-hypercall.strace.gz",
        "import ftrace FIXTURES/corpus/ftrace/kut-ioapic.ftrace.txt.gz",
        "trim DIR/plain.tape --from 40 --to 4000",
        "recover DIR/open.tape",
        "replay DIR/plain.tape",
      })
  void everyVerbThatMakesARecordingSealsItPackedAndSignedWhenAsked(String line) throws Exception {
    Path own = Files.createTempDirectory(dir, "made");
    SafetyOptionsTest.keys(own, "k");
    Path tape = own.resolve("c.tape");
    String words = line.replace("DIR", dir.toString());
    words = words.replace("FIXTURES", System.getProperty("seamtape.root") + "/fixtures");
    openRecording(dir.resolve("open.tape"));
    String end = " -o " + tape + " --json --compress --sign " + own.resolve("k.pem");
    Result made = Command.run((words + end).split(" "));
    assertEquals(Exit.DONE, made.exit(), made.err());
    Result plain = Command.run((words + " --json -o " + own.resolve("p.tape")).split(" "));
    assertEquals(Exit.DONE, plain.exit(), plain.err());
    assertEquals(plain.json().get("digest"), made.json().get("digest"));
    assertTrue(Files.readString(tape.resolve("manifest.json")).contains("zstd"));
    String key = own.resolve("k.pub").toString();
    assertEquals(Exit.DONE, Command.run("verify", tape.toString(), "--key", key).exit());
    assertTrue(Recordings.bytes(tape) <= Recordings.bytes(own.resolve("p.tape")));
    try (Stream<Path> left = Files.list(own)) {
      assertEquals(4, left.count(), "two recordings and two keys, and nothing beside");
    }
    String help = line.substring(0, line.indexOf(' '));
    String[] asked = (help.equals("import") ? line.substring(0, 13) : help).split(" ");
    String told =
        Command.run(Stream.concat(Stream.of(asked), Stream.of("--help")).toArray(String[]::new))
            .out();
    assertTrue(told.contains("--compress") && told.contains("--sign"), told);
  }

  /** Makes one as a writer that was killed leaves it. */
  static void openRecording(Path open) throws Exception {
    if (!Files.exists(open)) {
      try (TapeWriter writer =
          TapeWriter.create(open, Manifest.of(Manifest.Source.SIM, "linux-7.3"))) {
        for (int i = 0; i < 500; i++) {
          FollowTest.call(writer, i);
        }
      }
    }
  }

  @Test
  void aSealWithoutARecordingIsRefused() {
    Result result = Command.run("replay", path("plain.tape"), "--compress");
    assertEquals(Exit.USAGE, result.exit());
    assertTrue(result.err().contains("-o REC2"), result.err());
  }

  @Test
  void recordWithCompressSealsAPackedOneAndLeavesNothingBeside() throws Exception {
    Path own = Files.createDirectory(dir.resolve("own"));
    String tape = own.resolve("c.tape").toString();
    Result made = Command.run("record", "two-vms", "-o", tape, "--compress", "--json");
    assertEquals(Exit.DONE, made.exit(), made.err());
    Map<String, Object> plain =
        Command.run("record", "two-vms", "-o", path("two.tape"), "--json").json();
    assertEquals(plain.get("digest"), made.json().get("digest"));
    assertTrue(Files.readString(own.resolve("c.tape/manifest.json")).contains("zstd"));
    assertEquals(Exit.DONE, Command.run("verify", tape).exit());
    try (Stream<Path> left = Files.list(own)) {
      assertEquals(List.of(own.resolve("c.tape")), left.toList());
    }
  }
}
