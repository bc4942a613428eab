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
import seamtape.recorder.tape.Tape;
import seamtape.replayer.replay.Replay;
import seamtape.replayer.replay.ReplayOptions;
import seamtape.replayer.replay.ReplayReport;
import seamtape.sim.Simulator;

/**
 * A recording replayed on its own profile: read, every call made again, every answer compared,
 * digest taken. Time a KVM_RUN with one exit.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar ReplayBenchmark -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ReplayBenchmark.EXITS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class ReplayBenchmark {
  static final int EXITS = 200_000;

  private Scratch scratch;
  private Tape tape;

  @Setup(Level.Trial)
  public void record() throws IOException {
    scratch = new Scratch();
    Storm.record(EXITS, scratch.resolve("storm.tape"));
    tape = Tape.open(scratch.resolve("storm.tape"));
  }

  @TearDown(Level.Trial)
  public void remove() throws IOException {
    tape.close();
    scratch.close();
  }

  @Benchmark
  public ReplayReport seamtape() throws IOException {
    ReplayReport report = Replay.run(tape, ReplayOptions.strict(new Simulator()));
    if (!report.identical()) {
      throw new IllegalStateException("not identical: " + report);
    }
    return report;
  }
}
