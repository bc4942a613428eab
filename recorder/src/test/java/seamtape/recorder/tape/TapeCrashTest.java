package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Manifest.Source;

/** A writer that is killed loses no event whose append returned. */
class TapeCrashTest {
  private static final int ROUNDS = Boolean.getBoolean("seamtape.soak") ? 500 : 30;

  /** The long form says how far it is. */
  private static final int TELL_ROUNDS = 50;

  private static final long OPENED_WITHIN_NANOS = 2_000_000_000L;

  /** The limit is of the reader, not of a machine that does much else: the quickest try counts. */
  private static final int TRIES = 5;

  @TempDir Path dir;

  /** The writer that gets killed: says the number of each event, or of some, it has appended. */
  public static void main(String[] args) throws Exception {
    TapeWriter writer = TapeWriter.create(Path.of(args[0]), Manifest.of(Source.SIM, "linux-7.3"));
    Events events = new Events(1);
    int step = Integer.parseInt(args[1]);
    StringBuilder line = new StringBuilder();
    while (true) {
      long appended = writer.append(events.next());
      if (appended % step == 0) {
        line.setLength(0);
        line.append(appended).append('\n');
        System.out.print(line);
        System.out.flush();
      }
    }
  }

  @Test
  void aKilledWriterLosesNothingThatItAppended() throws Exception {
    Random random = new Random(1);
    long slowest = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Path tape = dir.resolve("killed" + round + ".tape");
      // One event at a time, and as fast as they can be made: then the publisher is at work.
      int step = round % 2 == 0 ? 1 : 1_000;
      long acknowledged =
          killAfter(tape, step, step * (1L + random.nextInt(step == 1 ? 6_000 : 200)));
      Verification verification = Verification.of(tape);
      slowest = Math.max(slowest, opened(tape));
      assertEquals(List.of(), verification.damage());
      assertEquals(Verification.State.OPEN, verification.state());
      assertTrue(
          verification.events() >= acknowledged, verification.events() + " < " + acknowledged);
      assertReads(tape, verification.events(), step);
      TapeFiles.remove(tape);
      if ((round + 1) % TELL_ROUNDS == 0) {
        System.out.printf("kill -9: %d of %d rounds%n", round + 1, ROUNDS);
      }
    }
    assertTrue(slowest < OPENED_WITHIN_NANOS, "opened after " + slowest + " ns");
    FaultTable.row(FaultTable.Fault.KILL, ROUNDS, 0, 0);
    FaultTable.check();
  }

  private static long opened(Path tape) throws TapeException {
    long quickest = Long.MAX_VALUE;
    for (int i = 0; i < TRIES && quickest >= OPENED_WITHIN_NANOS; i++) {
      long start = System.nanoTime();
      Verification.of(tape);
      quickest = Math.min(quickest, System.nanoTime() - start);
    }
    return quickest;
  }

  /** Compares every event, or of many some: the texts cost more than all else here. */
  private static void assertReads(Path path, long count, int step) throws TapeException {
    int stride = step == 1 ? 1 : 37;
    Events expected = new Events(1);
    long read = 0;
    try (Tape tape = Tape.open(path);
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        var event = expected.next();
        event.number = cursor.event().number;
        assertEquals(++read, cursor.event().number);
        if (read % stride == 0) {
          assertEquals(Events.text(event), Events.text(cursor.event()));
        }
      }
      assertEquals(count, read);
    }
  }

  /** Runs the writer, kills it after a number of events was seen, returns the last one seen. */
  private static long killAfter(Path tape, int step, long events)
      throws IOException, InterruptedException {
    List<String> command =
        Child.java(TapeCrashTest.class.getName(), List.of(), tape.toString(), String.valueOf(step));
    Process writer =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    long last = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(writer.getInputStream()))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = Long.parseLong(line);
        if (last == events) {
          writer.destroyForcibly();
        }
      }
    } catch (IOException | NumberFormatException e) {
      assertTrue(last >= events, "the pipe ended after " + last); // a torn last line
    }
    writer.waitFor();
    assertTrue(last > 0, "the writer did not start");
    assertTrue(Files.exists(tape.resolve("staging")));
    return last;
  }
}
