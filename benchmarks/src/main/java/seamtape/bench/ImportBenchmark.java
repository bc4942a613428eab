package seamtape.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.log.ImportReport;
import seamtape.recorder.strace.StraceImport;

/**
 * The bundled strace log of QEMU (6,000 lines, gzip) imported into a new recording, sealed. Time a
 * log.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar ImportBenchmark -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class ImportBenchmark {
  private static final String LOG = "/seamtape/bench/qemu-pc-seabios.strace.gz";

  private Scratch logs;
  private Scratch scratch;
  private Path log;

  @Setup(Level.Trial)
  public void unpack() throws IOException {
    logs = new Scratch();
    log = logs.resolve("qemu.strace.gz");
    try (InputStream in = ImportBenchmark.class.getResourceAsStream(LOG)) {
      Files.copy(in, log);
    }
  }

  @TearDown(Level.Trial)
  public void removeLog() throws IOException {
    logs.close();
  }

  @Setup(Level.Invocation)
  public void create() throws IOException {
    scratch = new Scratch();
  }

  @TearDown(Level.Invocation)
  public void remove() throws IOException {
    scratch.close();
  }

  @Benchmark
  public ImportReport seamtape() throws Exception {
    ImportOptions options = new ImportOptions(System.in, "bench");
    return StraceImport.of(List.of(log), scratch.resolve("qemu.tape"), options);
  }
}
