package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.FileOperation;
import seamtape.cli.Command.Result;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeWriter;

/** {@code show --follow}: a process of its own beside the writer. */
class FollowTest {
  private static final int CALLS = 40;
  private static final long LATE_NANOS = 100_000_000;

  /** The limit is of the command, not of a machine that does much else: the best round counts. */
  private static final int ROUNDS = 20;

  @TempDir Path dir;

  static void call(TapeWriter writer, int number) {
    Event event = new Event();
    event.enter(FileOperation.CLOSE, Actor.vmm(1), number, 0);
    event.fields[0] = number;
    writer.append(event);
    writer.append(event.returns(FileOperation.CLOSE, Actor.vmm(1), number, 1));
  }

  @Test
  void callsAreShownWithin100MillisecondsAndTheEndEndsIt() throws Exception {
    Path tape = dir.resolve("live.tape");
    int late = CALLS;
    try (TapeWriter writer =
        TapeWriter.create(tape, Manifest.of(Manifest.Source.SIM, "linux-7.3"))) {
      call(writer, 0);
      Process follower = Command.start("show", tape.toString(), "--follow");
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(follower.getInputStream(), StandardCharsets.UTF_8))) {
        assertTrue(lines.readLine().contains("close(0)"));
        for (int round = 0; round < ROUNDS && late > CALLS / 10; round++) {
          late = Math.min(late, late(writer, lines, 1 + round * CALLS));
        }
        writer.seal();
        assertEquals(null, lines.readLine());
        assertEquals(Exit.DONE, follower.waitFor());
      } finally {
        follower.destroyForcibly();
      }
    }
    assertTrue(late <= CALLS / 10, late + " of " + CALLS + " were late");
  }

  /** How many of the calls from a number on are shown late. */
  private static int late(TapeWriter writer, BufferedReader lines, int first) throws Exception {
    int late = 0;
    for (int i = first; i < first + CALLS; i++) {
      long written = System.nanoTime();
      call(writer, i);
      String line = lines.readLine();
      assertTrue(line.contains("close(" + i + ")"), line);
      late += System.nanoTime() - written > LATE_NANOS ? 1 : 0;
    }
    return late;
  }

  @Test
  void aWriterThatIsGoneEndsItWithWhatToDo() throws Exception {
    Path tape = dir.resolve("gone.tape");
    try (TapeWriter writer =
        TapeWriter.create(tape, Manifest.of(Manifest.Source.SIM, "linux-7.3"))) {
      call(writer, 7);
    }
    Result result = Command.run("show", tape.toString(), "--follow", "--json");
    assertEquals(Exit.DONE, result.exit(), result.err());
    assertEquals(2, result.out().lines().count());
    assertTrue(result.err().contains("seamtape recover"), result.err());
  }

  @Test
  void aFilterShowsACallsEventsWhenItReturns() throws Exception {
    Path tape = dir.resolve("sealed.tape");
    assertEquals(Exit.DONE, Command.run("record", "minimal", "-o", tape.toString()).exit());
    Result all = Command.run("show", tape.toString(), "--filter", "call == KVM_RUN");
    Result followed =
        Command.run("show", tape.toString(), "--follow", "--filter", "call == KVM_RUN");
    assertEquals(all.out(), followed.out());
    assertEquals(
        Command.run("show", tape.toString(), "--json").out(),
        Command.run("show", tape.toString(), "--json", "--follow").out());
  }
}
