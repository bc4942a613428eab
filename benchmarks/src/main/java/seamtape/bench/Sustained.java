package seamtape.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import seamtape.event.Event;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeWriter;
import seamtape.recorder.tape.Verification;

/**
 * Long recordings of {@link SampleEvents}, outside JMH: several recorders at once, at a rate or as
 * fast as they can; then the first recording is verified, scanned and read at random places. What
 * it prints is one figure a line. The directory is removed at the end.
 *
 * <pre>
 * java @flags -cp benchmarks/target/benchmarks.jar seamtape.bench.Sustained [EVENTS [RECORDERS [RATE]]]
 * </pre>
 *
 * EVENTS of each recorder, 10^8 unless said; RATE in events a second of each, 0 for no limit.
 */
public final class Sustained {
  /** Events between two looks at the clock. */
  private static final int PACE = 1024;

  private static final int SEEKS = 20_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Path tape;
  private final long events;
  private final double rate;
  private String report;

  private Sustained(Path tape, long events, double rate) {
    this.tape = tape;
    this.events = events;
    this.rate = rate;
  }

  public static void main(String[] args) throws Exception {
    long events = args.length > 0 ? (long) Double.parseDouble(args[0]) : 100_000_000;
    int recorders = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    double rate = args.length > 2 ? Double.parseDouble(args[2]) : 0;
    try (Scratch scratch = new Scratch()) {
      record(scratch, events, recorders, rate);
      Path first = scratch.resolve("0.tape");
      verify(first, events);
      try (Tape tape = Tape.open(first)) {
        scan(tape);
        seek(tape);
        seek(tape);
      }
    }
  }

  private static void record(Scratch scratch, long events, int recorders, double rate)
      throws InterruptedException {
    Sustained[] all = new Sustained[recorders];
    Thread[] threads = new Thread[recorders];
    long cpu = SYSTEM.getProcessCpuTime();
    for (int i = 0; i < recorders; i++) {
      all[i] = new Sustained(scratch.resolve(i + ".tape"), events, rate);
      threads[i] = new Thread(all[i]::record, "recorder-" + i);
      threads[i].start();
    }
    for (int i = 0; i < recorders; i++) {
      threads[i].join();
      System.out.println("recorder " + i + ": " + all[i].report);
    }
    double each = (SYSTEM.getProcessCpuTime() - cpu) / (double) (events * recorders);
    System.out.printf("all CPU of the process, start-up included: %.1f ns an event%n", each);
  }

  private void record() {
    try (TapeWriter writer =
        TapeWriter.create(tape, Manifest.of(Manifest.Source.SIM, "linux-7.3"))) {
      long cpu = THREADS.getCurrentThreadCpuTime();
      long start = System.nanoTime();
      append(writer, start);
      double seconds = (System.nanoTime() - start) / 1e9;
      double thread = (THREADS.getCurrentThreadCpuTime() - cpu) / (double) events;
      long bytes = writer.bytes();
      writer.seal();
      report =
          ("%d events in %.1f s: %.1f ns an event, %.1f ns of it CPU of its thread; %.1f bytes an"
                  + " event; blocked %.1f ms in all, %.2f ms at most at a time")
              .formatted(
                  events,
                  seconds,
                  seconds / events * 1e9,
                  thread,
                  bytes / (double) events,
                  writer.blockedNanos() / 1e6,
                  writer.longestBlockNanos() / 1e6);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void append(TapeWriter writer, long start) {
    Event[] sample = SampleEvents.make();
    for (long i = 0; i < events; i++) {
      writer.append(sample[(int) i & SampleEvents.COUNT - 1]);
      if (rate > 0 && i % PACE == 0) {
        long due = start + (long) (i / rate * 1e9);
        for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
          LockSupport.parkNanos(due - now);
        }
      }
    }
  }

  private static void verify(Path tape, long events) throws IOException {
    long start = System.nanoTime();
    Verification found = Verification.of(tape);
    double each = (System.nanoTime() - start) / (double) events;
    System.out.printf(
        "verify: %s, %d events, %d lost, %.1f ns an event%n",
        found.state().label(), found.events(), events - found.events(), each);
  }

  private static void scan(Tape tape) throws IOException {
    long cpu = THREADS.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    long count = 0;
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        count++;
      }
    }
    double wall = (System.nanoTime() - start) / (double) count;
    double thread = (THREADS.getCurrentThreadCpuTime() - cpu) / (double) count;
    System.out.printf(
        "scan, every field decoded: %.1f ns an event, %.1f ns CPU, %.1f M events/s%n",
        wall, thread, 1e3 / wall);
  }

  /** The same places each time: the second round is warm. */
  private static void seek(Tape tape) throws IOException {
    Random random = new Random(1);
    long[] nanos = new long[SEEKS];
    try (Cursor cursor = tape.cursor()) {
      for (int i = 0; i < SEEKS; i++) {
        long start = System.nanoTime();
        cursor.seek(1 + (long) (random.nextDouble() * tape.eventCount()));
        if (!cursor.next()) {
          throw new IllegalStateException("an event is missing");
        }
        nanos[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        "a given event: p50 %.0f us, p99 %.0f us, max %.0f us of %d%n",
        nanos[SEEKS / 2] / 1e3, nanos[SEEKS * 99 / 100] / 1e3, nanos[SEEKS - 1] / 1e3, SEEKS);
  }
}
