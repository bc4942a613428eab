package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.cli.Command.Result;

/** Recovering and trimming by the command, and that every other verb reads what they make. */
class RecoverTest {
  @TempDir static Path dir;

  @BeforeAll
  static void makeAll() throws Exception {
    Path damaged = dir.resolve("damaged.tape");
    Command.run("record", "pio-storm", "--set", "count=5000", "-o", damaged.toString());
    zeroAPage(damaged);
    Result recovered = Command.run("recover", damaged.toString(), "-o", path("recovered.tape"));
    assertEquals(Exit.DONE, recovered.exit(), recovered.err());
    Result trimmed =
        Command.run(
            "trim",
            path("recovered.tape"),
            "--from",
            "30",
            "--to",
            "900",
            "-o",
            path("trimmed.tape"));
    assertEquals(Exit.DONE, trimmed.exit(), trimmed.err());
  }

  private static String path(String name) {
    return dir.resolve(name).toString();
  }

  private static void zeroAPage(Path tape) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(TapeOnDisk.cycle(tape).toFile(), "rw")) {
      file.seek(file.length() / 2 & -4096L);
      file.write(new byte[4096]);
    }
  }

  @Test
  void aRecoveredRecordingSaysSoAndWhatIsLost() throws Exception {
    Result again = Command.run("recover", path("damaged.tape"), "-o", path("again.tape"), "--json");
    assertEquals(Exit.DONE, again.exit(), again.err());
    Map<String, Object> document = again.json();
    assertEquals("recovered", document.get("state"));
    assertEquals("damaged", document.get("found"));
    assertEquals(1, ((List<?>) document.get("gaps")).size());
    Result verified = Command.run("verify", path("again.tape"), "--json");
    assertEquals(Exit.DONE, verified.exit());
    assertEquals("recovered", verified.json().get("state"));
    assertEquals(document.get("events"), verified.json().get("events"));
    assertEquals(Exit.DIFFERENT, Command.run("verify", path("damaged.tape")).exit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"recovered.tape", "trimmed.tape"})
  void everyVerbReadsARecordingWithAGap(String name) throws Exception {
    String tape = path(name);
    assertEquals(Exit.DONE, Command.run("verify", tape).exit());
    Result shown = Command.run("show", tape, "--json");
    assertEquals(Exit.DONE, shown.exit(), shown.err());
    assertTrue(shown.out().contains("\"call\":\"gap\""), shown.out().substring(0, 500));
    assertEquals(Exit.DONE, Command.run("show", tape, "--tree").exit());
    assertEquals(Exit.DONE, Command.run("stats", tape).exit());
    assertEquals(Exit.DONE, Command.run("state", tape, "--at", "500").exit());
    assertEquals(Exit.DONE, Command.run("diff", tape, tape).exit());
    Result replayed = Command.run("replay", tape, "--keep-going");
    assertTrue(replayed.exit() <= Exit.DIFFERENT, replayed.err());
  }

  @Test
  void nothingToRecoverIsToldAndLeavesNothing() throws Exception {
    Result result = Command.run("recover", path("recovered.tape"), "-o", path("no.tape"));
    assertEquals(Exit.USAGE, result.exit());
    assertTrue(result.err().contains("nothing to recover"), result.err());
    assertFalse(Files.exists(dir.resolve("no.tape")));
  }

  @Test
  void aTrimOutsideTheRecordingIsRefused() throws Exception {
    Result result =
        Command.run("trim", path("recovered.tape"), "--from", "9999999", "-o", path("no.tape"));
    assertEquals(Exit.USAGE, result.exit());
    assertTrue(result.err().contains("the recording has events 1 to"), result.err());
  }
}
