package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Manifest.Source;

/** Writers and readers at once: none loses an event, none waits for another. */
class TogetherTest {
  private static final int RECORDERS = 4;
  private static final int EVENTS = Boolean.getBoolean("seamtape.soak") ? 5_000_000 : 100_000;

  @TempDir Path dir;

  /** What a writer has told at its end. */
  private record Written(long events, long blockedNanos, long longestNanos, Manifest sealed) {}

  private static Written write(Path tape, long seed, AtomicLong acknowledged) throws IOException {
    try (TapeWriter writer = TapeWriter.create(tape, Manifest.of(Source.SIM, "linux-7.3"))) {
      Events events = new Events(seed);
      for (int i = 0; i < EVENTS; i++) {
        acknowledged.setRelease(writer.append(events.next()));
      }
      Manifest sealed = writer.seal();
      return new Written(
          writer.events(), writer.blockedNanos(), writer.longestBlockNanos(), sealed);
    }
  }

  private static void assertReads(Path path, long seed) throws IOException {
    Events expected = new Events(seed);
    long read = 0;
    try (Tape tape = Tape.open(path);
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        var event = expected.next();
        event.number = ++read;
        assertEquals(Events.text(event), Events.text(cursor.event()));
      }
    }
    assertEquals(EVENTS, read);
  }

  @Test
  void fourRecordersAtOnceLoseNoEventAndTellHowLongTheyWaited() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(RECORDERS);
    try {
      List<Future<Written>> writers = new ArrayList<>();
      for (int i = 0; i < RECORDERS; i++) {
        Path tape = dir.resolve(i + ".tape");
        long seed = i;
        writers.add(threads.submit(() -> write(tape, seed, new AtomicLong())));
      }
      for (int i = 0; i < RECORDERS; i++) {
        Written written = writers.get(i).get(10, TimeUnit.MINUTES);
        assertEquals(EVENTS, written.events);
        assertTrue(written.longestNanos <= written.blockedNanos && written.blockedNanos >= 0);
        Verification found = Verification.of(dir.resolve(i + ".tape"));
        assertEquals(Verification.State.SEALED, found.state(), found.damage().toString());
        assertEquals(written.sealed.digest(), found.digest());
        assertReads(dir.resolve(i + ".tape"), i);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * The reader is stopped at its first event and goes on only when the writer has sealed: a writer
   * that waited for its readers would never come so far. What it then reads is all of it.
   */
  @Test
  void aTailingReaderThatStandsStillDoesNotHoldTheRecorderUp() throws Exception {
    Path path = dir.resolve("a.tape");
    AtomicLong acknowledged = new AtomicLong();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Written> writer = threads.submit(() -> write(path, 5, acknowledged));
      while (acknowledged.getAcquire() == 0 && !writer.isDone()) {
        Thread.onSpinWait();
      }
      try (Tape tape = Tape.open(path);
          Cursor cursor = tape.cursor()) {
        assertTrue(cursor.next());
        long seenAtFirst = tape.eventCount();
        assertEquals(EVENTS, writer.get(10, TimeUnit.MINUTES).events);
        assertTrue(seenAtFirst <= EVENTS);
        readOn(tape, cursor);
      }
      assertReads(path, 5);
    } finally {
      threads.shutdownNow();
    }
  }

  private static void readOn(Tape tape, Cursor cursor) throws TapeException {
    Events expected = new Events(5);
    expected.next();
    long read = 1;
    do {
      while (cursor.next()) {
        var event = expected.next();
        event.number = ++read;
        assertEquals(Events.text(event), Events.text(cursor.event()));
      }
    } while (tape.refresh());
    assertEquals(EVENTS, read);
  }

  /** At each look all that was acknowledged before it is there, in order, and right. */
  @Test
  void aTailingReaderSeesEveryEventWhoseAppendHasReturned() throws Exception {
    Path path = dir.resolve("a.tape");
    AtomicLong acknowledged = new AtomicLong();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<Written> writer = threads.submit(() -> write(path, 6, acknowledged));
      while (acknowledged.getAcquire() == 0 && !writer.isDone()) {
        Thread.onSpinWait();
      }
      Events expected = new Events(6);
      long read = 0;
      try (Tape tape = Tape.open(path);
          Cursor cursor = tape.cursor()) {
        while (read < EVENTS) {
          long before = acknowledged.getAcquire();
          tape.refresh();
          assertTrue(tape.eventCount() >= before, tape.eventCount() + " < " + before);
          while (cursor.next()) {
            var event = expected.next();
            event.number = ++read;
            assertEquals(Events.text(event), Events.text(cursor.event()));
          }
          assertTrue(read >= before, read + " < " + before);
        }
      }
      assertEquals(EVENTS, writer.get(1, TimeUnit.MINUTES).events);
    } finally {
      threads.shutdownNow();
    }
  }
}
