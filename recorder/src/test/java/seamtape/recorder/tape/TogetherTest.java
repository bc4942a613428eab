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
import seamtape.event.Event;
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

  /** Reads what there is by now, in order. */
  private static void readOn(Cursor cursor, Reading reading) throws TapeException {
    while (cursor.next()) {
      Event expected = reading.source.next();
      expected.number = ++reading.count;
      assertEquals(Events.text(expected), Events.text(cursor.event()));
    }
  }

  /** How far a reader is, and what comes next. */
  private static final class Reading {
    final Events source;
    long count;

    Reading(long seed) {
      source = new Events(seed);
    }
  }

  private static void assertReads(Path path, long seed) throws IOException {
    Reading reading = new Reading(seed);
    try (Tape tape = Tape.open(path);
        Cursor cursor = tape.cursor()) {
      readOn(cursor, reading);
    }
    assertEquals(EVENTS, reading.count);
  }

  /** A writer in a thread of its own, which has begun. */
  private static final class Writer implements AutoCloseable {
    final AtomicLong acknowledged = new AtomicLong();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<Written> written;

    Writer(Path tape, long seed) {
      written = thread.submit(() -> write(tape, seed, acknowledged));
      while (acknowledged.getAcquire() == 0 && !written.isDone()) {
        Thread.onSpinWait();
      }
    }

    Written end() throws Exception {
      return written.get(10, TimeUnit.MINUTES);
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
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
    Reading reading = new Reading(5);
    try (Writer writer = new Writer(path, 5);
        Tape tape = Tape.open(path);
        Cursor cursor = tape.cursor()) {
      assertTrue(cursor.next());
      reading.source.next();
      reading.count = 1;
      long seenAtFirst = tape.eventCount();
      assertEquals(EVENTS, writer.end().events);
      assertTrue(seenAtFirst <= EVENTS);
      do {
        readOn(cursor, reading);
      } while (tape.refresh());
    }
    assertEquals(EVENTS, reading.count);
    assertReads(path, 5);
  }

  /** At each look all that was acknowledged before it is there, in order, and right. */
  @Test
  void aTailingReaderSeesEveryEventWhoseAppendHasReturned() throws Exception {
    Path path = dir.resolve("a.tape");
    Reading reading = new Reading(6);
    try (Writer writer = new Writer(path, 6);
        Tape tape = Tape.open(path);
        Cursor cursor = tape.cursor()) {
      while (reading.count < EVENTS) {
        long before = writer.acknowledged.getAcquire();
        tape.refresh();
        assertTrue(tape.eventCount() >= before, tape.eventCount() + " < " + before);
        readOn(cursor, reading);
        assertTrue(reading.count >= before, reading.count + " < " + before);
      }
      assertEquals(EVENTS, writer.end().events);
    }
  }
}
