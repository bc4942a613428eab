package seamtape.bench;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import seamtape.codec.EventDecoder;
import seamtape.codec.EventEncoder;
import seamtape.codec.EventSchema;
import seamtape.codec.MalformedEventException;
import seamtape.event.Event;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.Filter;
import seamtape.replayer.query.FilterException;
import seamtape.replayer.query.Matches;

/**
 * A recording of four million events in the page cache, scanned by one thread: every field decoded,
 * and a filter of two terms. The limit is a loop that adds up the same event bytes by words, in
 * memory.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar ScanBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ScanBenchmark.EVENTS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class ScanBenchmark {
  static final int EVENTS = 1 << 22;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Scratch scratch;
  private Tape tape;
  private byte[] bytes;
  private int length;

  @Setup(Level.Trial)
  public void record() throws IOException {
    scratch = new Scratch();
    tape = SampleEvents.recorded(scratch.resolve("bench.tape"), EVENTS);
    Event[] events = SampleEvents.make();
    EventEncoder encoder = new EventEncoder();
    bytes = new byte[EVENTS * 32];
    long before = 0;
    for (int i = 0; i < EVENTS; i++) {
      Event event = events[i % events.length];
      length = encoder.encode(event, before, bytes, length);
      before = event.time;
    }
  }

  @TearDown(Level.Trial)
  public void remove() throws IOException {
    tape.close();
    scratch.close();
  }

  @Benchmark
  public long bytesAlone() {
    long sum = 0;
    for (int i = 0; i + 8 <= length; i += 8) {
      sum += (long) WORD.get(bytes, i);
    }
    return sum;
  }

  /** Decoding alone, in memory. */
  @Benchmark
  public long decode() throws MalformedEventException {
    EventDecoder decoder = new EventDecoder(EventSchema.current());
    Event event = new Event();
    long sum = 0;
    int at = 0;
    for (int i = 0; i < EVENTS; i++) {
      at = decoder.decode(bytes, at, length, event.time, event);
      sum += event.time + event.fields[0];
    }
    return sum;
  }

  /** File, checksums of all blocks, every field of every event. */
  @Benchmark
  public long everyField() throws IOException {
    long sum = 0;
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        sum += cursor.event().time + cursor.event().fields[0];
      }
    }
    return sum;
  }

  /** The filter of the browser and of {@code show --filter}. */
  @Benchmark
  public int twoTerms() throws IOException, FilterException {
    Matches matches = new Matches(Filter.parse("call == KVM_IRQ_LINE && vcpu == 3"));
    try (CallReader reader = new CallReader(tape)) {
      while (!matches.complete()) {
        matches.advance(reader, Long.MAX_VALUE);
      }
    }
    return matches.count();
  }
}
