package seamtape.bench;

import java.io.IOException;
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
import seamtape.recorder.tape.TapeWriter;
import seamtape.workload.Workload;

/**
 * A whole session: the runner makes pio-storm's steps, the machine runs its guest, every call is
 * recorded; setting up and sealing included. Time a KVM_RUN.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar WorkloadBenchmark -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(WorkloadBenchmark.EXITS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class WorkloadBenchmark {
  static final int EXITS = 1_000_000;

  private final Workload workload = Storm.workload(EXITS);
  private Scratch scratch;

  @Setup(Level.Invocation)
  public void create() throws IOException {
    scratch = new Scratch();
  }

  @TearDown(Level.Invocation)
  public void remove() throws IOException {
    scratch.close();
  }

  @Benchmark
  public void recorded() throws IOException {
    try (TapeWriter writer = TapeWriter.create(scratch.resolve("a.tape"), Storm.manifest())) {
      Storm.run(workload, writer);
      writer.seal();
    }
  }

  /** The events counted and forgotten. */
  @Benchmark
  public long unrecorded() {
    long[] count = new long[1];
    Storm.run(workload, event -> ++count[0]);
    return count[0];
  }
}
