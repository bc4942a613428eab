package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.FaultTable.Fault;
import seamtape.recorder.tape.Manifest.Source;

/**
 * A single fsync that fails, at each place where a recording makes one, at each level: it ends the
 * recording even where all later ones would succeed, and what is left says what it is.
 */
class FsyncTest {
  private static final int EVENTS = 2_000;

  @TempDir Path dir;

  @AfterAll
  static void theTableIsUpToDate() throws IOException {
    FaultTable.check();
  }

  /** What is left behind. */
  private enum Left {
    NOTHING,
    OPEN,
    SEALED
  }

  /** Where it fails: the how-manieth fsync of a thread, of which file. */
  private enum Place {
    SCHEMA("schema.avsc.new", 1, Left.NOTHING),
    SCHEMA_NAME("", 1, Left.NOTHING),
    MANIFEST("manifest.json.new", 1, Left.NOTHING),
    MANIFEST_NAME("", 2, Left.NOTHING),
    SEAL("journal/19700101F.cq4", 1, Left.OPEN),
    CUT("journal/19700101F.cq4", 2, Left.OPEN),
    JOURNAL_NAME("journal", 1, Left.OPEN),
    SEALED("manifest.json.new", 2, Left.OPEN),
    /** The manifest that says sealed has its name by then, and all that it says is true. */
    SEALED_NAME("", 3, Left.SEALED);

    private final String file;
    private final int when;
    private final Left left;

    Place(String file, int when, Left left) {
      this.file = file;
      this.when = when;
      this.left = left;
    }

    /** The other levels force the one block before. */
    private int when(Durability level) {
      return file.endsWith("cq4") && level != Durability.NONE ? when + 1 : when;
    }
  }

  private record Round(Durability level, Place place) {
    Path tape(Path dir) {
      return dir.resolve(level + "-" + place + ".tape");
    }

    Path file(Path dir) {
      return place.file.isEmpty() ? tape(dir) : tape(dir).resolve(place.file);
    }
  }

  private static List<Round> rounds(int when) {
    List<Round> rounds = new ArrayList<>();
    for (Durability level : Durability.values()) {
      for (Place place : Place.values()) {
        if (place.when(level) == when) {
          rounds.add(new Round(level, place));
        }
      }
    }
    return rounds;
  }

  /** Makes the recordings of all rounds, each by a thread that has made no fsync yet. */
  public static void main(String[] args) throws Exception {
    for (Round round : rounds(Integer.parseInt(args[1]))) {
      Thread thread = new Thread(() -> record(round, Path.of(args[0])));
      thread.start();
      thread.join();
    }
  }

  private static void record(Round round, Path dir) {
    String failure = "";
    try (TapeWriter writer =
        TapeWriter.create(round.tape(dir), Manifest.of(Source.SIM, "linux-7.3"), round.level)) {
      Events.append(writer, 1, EVENTS);
      writer.flush();
      writer.seal();
    } catch (TapeException e) {
      failure = e.getMessage();
    } catch (UncheckedIOException e) {
      failure = e.getCause().getMessage();
    }
    System.out.println(round.tape(dir).getFileName() + "\t" + failure);
  }

  @Test
  void anFsyncThatFailsOnceEndsTheRecordingWhichSaysWhatItIs() throws Exception {
    assumeTrue(
        Child.succeeds("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "true"),
        "no strace to make fsync fail");
    int told = 0;
    for (int when = 1; !rounds(when).isEmpty(); when++) {
      Map<String, String> failures = run(when);
      for (Round round : rounds(when)) {
        String failure = failures.get(round.tape(dir).getFileName().toString());
        assertTrue(
            failure.contains(": cannot ") && failure.endsWith(": Input/output error"),
            round + ": " + failure);
        assertLeft(round);
        told++;
      }
    }
    assertEquals(Durability.values().length * Place.values().length, told);
    FaultTable.row(Fault.FSYNC_ONCE, told, 0, told);
  }

  private void assertLeft(Round round) throws IOException {
    Path tape = round.tape(dir);
    if (round.place.left == Left.NOTHING) {
      assertFalse(Files.exists(tape), round.toString());
      return;
    }
    Verification found = Verification.of(tape);
    assertEquals(round.place.left.name(), found.state().name(), round + ": " + found.damage());
    assertEquals(EVENTS, found.events(), round.toString());
    if (round.place.left == Left.OPEN) {
      Path sealed = tape.resolveSibling("sealed-" + tape.getFileName());
      Recovery.Report report = Recovery.of(tape, sealed, done -> {});
      assertEquals(List.of(), report.gaps());
      assertEquals(EVENTS, Verification.of(sealed).events());
    }
  }

  /** What each recording of a process said, whose n-th fsync of those files fails. */
  private Map<String, String> run(int when) throws Exception {
    List<String> line = new ArrayList<>(List.of("strace", "-f", "-qq", "-o", "/dev/null"));
    for (Round round : rounds(when)) {
      line.addAll(List.of("-P", round.file(dir).toString()));
    }
    line.addAll(List.of("-e", "trace=fsync,fdatasync"));
    line.addAll(List.of("-e", "inject=fsync,fdatasync:error=EIO:when=" + when));
    line.addAll(Child.java(getClass().getName(), List.of(), dir.toString(), "" + when));
    Process process =
        new ProcessBuilder(line).redirectError(dir.resolve("errors").toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "no end");
    assertEquals(0, process.exitValue(), Files.readString(dir.resolve("errors")));
    Map<String, String> failures = new LinkedHashMap<>();
    for (String one : out.lines().toList()) {
      String[] words = one.split("\t", 2);
      failures.put(words[0], words[1]);
    }
    return failures;
  }
}
