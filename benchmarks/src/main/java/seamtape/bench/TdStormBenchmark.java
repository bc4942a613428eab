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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeWriter;

/**
 * Nested calls of a TD on one thread: made on the machine alone, and made while every one of them
 * is recorded as two events. Calls a second.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar TdStormBenchmark -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(TdStorm.CALLS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class TdStormBenchmark {
  @Param({"linux-7.3", "linux-7.3+regindex"})
  public String profile;

  @Param({"off", "on"})
  public String recording;

  private Scratch scratch;
  private TapeWriter writer;
  private TdStorm storm;

  /** A recording for each iteration, so that none outgrows the disk. */
  @Setup(Level.Iteration)
  public void create() throws IOException {
    scratch = new Scratch();
    if (recording.equals("on")) {
      Manifest manifest = Manifest.of(Manifest.Source.SIM, profile);
      writer = TapeWriter.create(scratch.resolve("bench.tape"), manifest);
      storm = TdStorm.recorded(profile, writer);
    } else {
      storm = TdStorm.unrecorded(profile);
    }
  }

  @TearDown(Level.Iteration)
  public void remove() throws IOException {
    storm.close();
    if (writer != null) {
      writer.close();
      writer = null;
    }
    scratch.close();
  }

  @Benchmark
  public long calls() {
    return storm.run();
  }
}
