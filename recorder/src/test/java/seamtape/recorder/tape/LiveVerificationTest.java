package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Manifest.Source;

/**
 * A recording that is verified while it is made, and while it is sealed, is never called damaged.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LiveVerificationTest {
  private static final int RECORDINGS = 8;
  private static final int EVENTS = 6_000;

  @TempDir Path dir;

  private static void record(Path tape) throws TapeException {
    try (TapeWriter writer = TapeWriter.create(tape, Manifest.of(Source.SIM, "linux-7.3"))) {
      Events.append(writer, 1, EVENTS);
      writer.seal();
    }
  }

  @Test
  void whoVerifiesWhileItIsRecordedAndSealedFindsItWhole() throws Exception {
    ExecutorService recorder = Executors.newSingleThreadExecutor();
    try {
      for (int i = 0; i < RECORDINGS; i++) {
        Path tape = dir.resolve("live" + i + ".tape");
        Future<?> recorded =
            recorder.submit(
                () -> {
                  record(tape);
                  return null;
                });
        verifyUntil(recorded, tape);
        recorded.get();
        assertEquals(EVENTS, Verification.of(tape).events());
      }
    } finally {
      recorder.shutdown();
    }
  }

  private static void verifyUntil(Future<?> recorded, Path tape) throws Exception {
    long seen = 0;
    while (!recorded.isDone()) {
      Verification found;
      try {
        found = Verification.of(tape);
      } catch (TapeException e) {
        assertEquals(0, seen, "it was there before: " + e.getMessage()); // it has not begun yet
        continue;
      }
      assertEquals(List.of(), found.damage(), "after " + seen + " events");
      assertTrue(found.events() >= seen, found.events() + " after " + seen);
      seen = found.events();
    }
  }
}
