package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.cli.Command.Result;

/** Long work as a process: what it leaves when it ends early, what it says, what it takes. */
class LongWorkTest {
  private static final int SIGTERM_EXIT = 128 + 15;

  private static final int HEAP_MIB = 32;

  @TempDir static Path dir;

  @BeforeAll
  static void record() {
    String[] line = {"record", "pio-storm", "--set", "count=24000", "-o", path("a.tape")};
    assertEquals(Exit.DONE, Command.run(line).exit());
  }

  private static String path(String name) {
    return dir.resolve(name).toString();
  }

  private static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The first sign of work: a name that was not there. */
  private static boolean begun(List<String> before) throws Exception {
    for (int i = 0; i < 1200; i++) {
      if (!names().equals(before)) {
        return true;
      }
      Thread.sleep(10);
    }
    return false;
  }

  @ParameterizedTest
  @ValueSource(strings = {"export a.tape --to jsonl -o out", "pack a.tape -o out.tape"})
  void aSignalLeavesNoHalfFile(String text) throws Exception {
    List<String> before = names();
    Process process = Command.startIn(dir, Command.line(text.split(" ")));
    try {
      assertTrue(begun(before));
      process.toHandle().destroy();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      assertTrue(
          process.exitValue() == SIGTERM_EXIT && names().equals(before)
              || process.exitValue() == Exit.DONE, // it was faster than the signal
          process.exitValue() + " " + names());
    } finally {
      process.destroyForcibly().waitFor();
      for (String name : List.of("out", "out.tape")) {
        if (Files.exists(dir.resolve(name))) {
          Recordings.remove(dir.resolve(name));
        }
      }
    }
  }

  /** Kill -9 may leave a part, never under the name of the whole; the next run takes its place. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "export a.tape --to csv -o out.csv",
        "trim a.tape --to 40000 -o out.tape",
        "pack a.tape -o out.tape",
      })
  void killedWorkHasNotTheNameOfTheWhole(String text) throws Exception {
    List<String> before = names();
    Process process = Command.startIn(dir, Command.line(text.split(" ")));
    String name = text.substring(text.lastIndexOf(' ') + 1);
    assertTrue(begun(before));
    process.toHandle().destroyForcibly();
    process.waitFor();
    assertTrue(!Files.exists(dir.resolve(name)) || process.exitValue() == Exit.DONE);
    if (!Files.exists(dir.resolve(name))) {
      Command.donePrinting(Command.startIn(dir, Command.line(text.split(" "))));
    }
    assertTrue(Files.exists(dir.resolve(name)));
    Recordings.remove(dir.resolve(name));
    for (String left : names()) {
      assertTrue(before.contains(left) || left.startsWith("."), left);
    }
  }

  /** Its files are open and are written on without a name; at the seal there is nothing to seal. */
  @Test
  void aRemovedDirectoryEndsARecordingWithOneLine() throws Exception {
    Path tape = dir.resolve("gone.tape");
    Process process = Command.recording(tape, 300_000);
    try {
      remove(tape);
      String err = Command.messages(process);
      assertEquals(Exit.USAGE, process.waitFor(), err);
      assertEquals(1, err.lines().count(), err);
      assertTrue(err.contains("gone.tape: cannot ") && err.contains("no such file"), err);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** The recorder makes files meanwhile. */
  private static void remove(Path tape) throws IOException {
    for (int i = 0; Files.exists(tape); i++) {
      try {
        Recordings.remove(tape);
      } catch (IOException | UncheckedIOException e) {
        assertTrue(i < 1000, e.toString());
      }
    }
  }

  @Test
  void progressIsShownOnATerminalAndNotInAPipe() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script(1) to make a terminal");
    List<String> export =
        Command.line("export", path("a.tape"), "--to", "csv", "-o", path("pty.csv"));
    List<String> line =
        List.of("script", "-qefc", "'" + String.join("' '", export) + "'", "/dev/null");
    String out = Command.donePrinting(Command.startIn(dir, line));
    assertTrue(out.contains("\rexport: ") && out.contains(" %)\u001b[K"), out);
    assertTrue(out.contains("Exported "), out);
    Files.delete(dir.resolve("pty.csv"));
    Result piped = Command.process("export", path("a.tape"), "--to", "csv", "-o", path("pty.csv"));
    assertEquals("", piped.err());
    Files.delete(dir.resolve("pty.csv"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"jsonl", "chrome"})
  void exportsOfMoreThanTheHeapStream(String format) throws Exception {
    List<String> line = new ArrayList<>();
    line.addAll(Command.line("export", path("a.tape"), "--to", format, "-o", path("big")));
    line.add(1, "-Xmx" + HEAP_MIB + "m");
    String out = Command.donePrinting(Command.startIn(dir, line));
    assertTrue(Files.size(dir.resolve("big")) > HEAP_MIB << 18, out);
    Files.delete(dir.resolve("big"));
  }
}
