package seamtape.bench;

import java.io.IOException;
import java.util.Set;
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
import seamtape.recorder.tape.Tape;
import seamtape.replayer.diff.Diff;
import seamtape.replayer.diff.DiffOptions;
import seamtape.replayer.diff.DiffReport;

/**
 * Two recordings of pio-storm compared that differ in one exit: both read, all calls made neutral
 * and aligned. Time a call of one side.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar DiffBenchmark -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(DiffBenchmark.EXITS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class DiffBenchmark {
  static final int EXITS = 200_000;

  private Scratch scratch;
  private Tape one;
  private Tape other;

  @Setup(Level.Trial)
  public void record() throws IOException {
    scratch = new Scratch();
    Storm.record(EXITS, scratch.resolve("one.tape"));
    Storm.record(EXITS + 1, scratch.resolve("other.tape"));
    one = Tape.open(scratch.resolve("one.tape"));
    other = Tape.open(scratch.resolve("other.tape"));
  }

  @TearDown(Level.Trial)
  public void remove() throws IOException {
    one.close();
    other.close();
    scratch.close();
  }

  @Benchmark
  public DiffReport seamtape() throws IOException {
    return Diff.compare(one, other, new DiffOptions(Set.of(), 1000, events -> {}));
  }
}
