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

  private static List<String> names() {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first sign of work: a name that was not there. */
  private static boolean begun(List<String> before) throws Exception {
    return Command.soon(() -> !names().equals(before));
  }

  /** True for all that the work gives: it may be done when the signal comes, and yet not ended. */
  private static boolean whole(String text, String name) throws Exception {
    Path made = dir.resolve(name);
    if (!Files.exists(made)) {
      return false;
    }
    if (name.endsWith(".tape")) {
      return Command.run("verify", made.toString()).exit() == Exit.DONE;
    }
    Path again = dir.resolve("again");
    String line = text.replace(" a.tape ", " " + path("a.tape") + " ");
    Command.run(line.replace("-o " + name, "-o " + again).split(" "));
    boolean same = Files.mismatch(made, again) < 0;
    Files.delete(again);
    return same;
  }

  @ParameterizedTest
  @ValueSource(strings = {"export a.tape --to jsonl -o out", "pack a.tape -o out.tape"})
  void aSignalLeavesNoHalfFile(String text) throws Exception {
    List<String> before = names();
    Process process = Command.startIn(dir, Command.line(text.split(" ")));
    try {
      assertTrue(begun(before));
      process.toHandle().destroy();
      assertTrue(Command.ends(process));
      assertTrue(
          process.exitValue() == SIGTERM_EXIT && names().equals(before)
              || whole(text, text.substring(text.lastIndexOf(' ') + 1)), // it was faster
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
    assertTrue(!Files.exists(dir.resolve(name)) || whole(text, name));
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
    int exits = 300_000;
    while (doneBeforeItWasRemoved(exits)) {
      exits *= 4; // it was sealed before it was removed
      assertTrue(exits < 100_000_000);
    }
  }

  /** True when the recording was done before it was taken away. */
  private static boolean doneBeforeItWasRemoved(int exits) throws Exception {
    Path tape = dir.resolve("gone.tape");
    Process process = Command.recording(tape, exits);
    try {
      remove(tape);
      String err = Command.messages(process);
      if (process.waitFor() == Exit.DONE) {
        return true;
      }
      assertEquals(Exit.USAGE, process.exitValue(), err);
      assertEquals(1, err.lines().count(), err);
      assertTrue(err.contains("gone.tape: cannot "), err);
      // Chronicle takes a journal that is gone before its first block for one that is read only.
      assertTrue(err.contains("no such file") || err.contains("read-only"), err);
      return false;
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
