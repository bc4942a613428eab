package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.cli.Command.Result;
import seamtape.json.Json;
import seamtape.recorder.tape.Manifest;

/** Recordings of every released format version open in this build, and say what they said. */
class CompatibilityTest {
  private static final Path RECORDINGS =
      Path.of(System.getProperty("seamtape.root"), "fixtures/recordings");

  @TempDir Path dir;

  static Stream<String> versions() {
    return IntStream.rangeClosed(1, Manifest.FORMAT_VERSION).mapToObj(v -> "format-" + v);
  }

  private static String tape(String version) {
    return RECORDINGS.resolve(version + ".tape").toString();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void itIsWholeAndSaysWhatItSaid(String version) throws Exception {
    Result verified = Command.run("verify", tape(version), "--json");
    assertEquals(Exit.DONE, verified.exit(), verified.out() + verified.err());
    assertEquals("sealed", verified.json().get("state"));
    Result shown = Command.run("show", tape(version), "--json");
    List<String> events = shown.out().lines().map(CompatibilityTest::inShort).toList();
    assertEquals(Files.readAllLines(RECORDINGS.resolve(version + ".txt")), events);
  }

  private static String inShort(String line) {
    Map<?, ?> event = (Map<?, ?>) Json.parseUnsigned(line);
    return Stream.of("event", "phase", "actor", "call", "ret", "errno")
        .map(key -> String.valueOf(event.get(key)))
        .collect(java.util.stream.Collectors.joining(" "));
  }

  @ParameterizedTest
  @MethodSource("versions")
  void everyVerbTakesIt(String version) throws Exception {
    String tape = tape(version);
    assertEquals(Exit.DONE, Command.run("stats", tape).exit());
    assertEquals(Exit.DONE, Command.run("state", tape, "--at", "50").exit());
    assertEquals(Exit.DONE, Command.run("diff", tape, tape).exit());
    Result replayed = Command.run("replay", tape, "--keep-going");
    assertTrue(replayed.exit() <= Exit.DIFFERENT, replayed.err());
    String trimmed = dir.resolve("trimmed.tape").toString();
    Result trim = Command.run("trim", tape, "--from", "10", "--to", "60", "-o", trimmed);
    assertEquals(Exit.DONE, trim.exit(), trim.err());
    assertEquals(Exit.DONE, Command.run("verify", trimmed).exit());
    String file = dir.resolve("out.avro").toString();
    Result export = Command.run("export", tape, "--to", "avro", "-o", file);
    assertEquals(Exit.DONE, export.exit(), export.err());
  }

  @Test
  void thereIsOneForEachVersion() throws Exception {
    try (Stream<Path> files = Files.list(RECORDINGS)) {
      List<String> there =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".tape"))
              .map(name -> name.replace(".tape", ""))
              .sorted()
              .toList();
      assertEquals(versions().sorted().toList(), there);
    }
  }
}
