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
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeWriter;
import seamtape.sim.Simulator;

/**
 * Calls of a simulated VMM on one thread: made on the machine alone, and made while every one of
 * them is recorded as two events.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar SimulateBenchmark -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(SimulateBenchmark.CALLS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class SimulateBenchmark {
  static final int CALLS = 1000;

  private static final MachineSpec SPEC =
      new MachineSpec("linux-7.3", "intel", "none", "bare", 1, false);

  @Param({"off", "on"})
  public String recording;

  private Scratch scratch;
  private TapeWriter writer;
  private PioGuest outputs;
  private PioGuest inputs;

  /** A recording for each iteration, so that none outgrows the disk. */
  @Setup(Level.Iteration)
  public void create() throws IOException {
    scratch = new Scratch();
    if (recording.equals("on")) {
      Manifest manifest = Manifest.of(Manifest.Source.SIM, SPEC.profile());
      writer = TapeWriter.create(scratch.resolve("bench.tape"), manifest);
    }
    outputs = guest(PioGuest.OUT);
    inputs = guest(PioGuest.IN);
    inputs.run();
  }

  private PioGuest guest(byte[] code) {
    if (writer != null) {
      RecordingVmm vmm = RecordingVmm.of(new Simulator(), SPEC, writer);
      return new PioGuest(vmm, vmm.memory(), (at, bytes) -> vmm.store(1, at, bytes), code);
    }
    PagedMemory memory = new PagedMemory();
    Machine machine = new Simulator().create(SPEC, memory, NestedCalls.NONE);
    PioGuest.Store store = (at, bytes) -> memory.write(at, bytes, 0, bytes.length);
    return new PioGuest(machine, memory, store, code);
  }

  @TearDown(Level.Iteration)
  public void remove() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
    }
    scratch.close();
  }

  @Benchmark
  public long checkExtension() {
    long sum = 0;
    for (int i = 0; i < CALLS; i++) {
      sum += outputs.checkExtension();
    }
    return sum;
  }

  @Benchmark
  public long getRegs() {
    long sum = 0;
    for (int i = 0; i < CALLS; i++) {
      sum += outputs.getRegs();
    }
    return sum;
  }

  /** KVM_RUN: four guest instructions, one of them OUT, and its exit. */
  @Benchmark
  public long portOut() {
    long sum = 0;
    for (int i = 0; i < CALLS; i++) {
      sum += outputs.run();
    }
    return sum;
  }

  /** KVM_RUN: two guest instructions, one of them IN; each exit is answered. */
  @Benchmark
  public long portIn() {
    long sum = 0;
    for (int i = 0; i < CALLS; i++) {
      sum += inputs.answerAndRun();
    }
    return sum;
  }
}
