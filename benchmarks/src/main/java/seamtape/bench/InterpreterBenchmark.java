package seamtape.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import seamtape.machine.Machine;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.sim.Simulator;

/**
 * Guest instructions a second of a loop over registers, and of one that stores and loads; beside
 * them what the JVM makes of the register loop written in Java.
 *
 * <p>{@code java -jar benchmarks/target/benchmarks.jar InterpreterBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(5 * InterpreterBenchmark.TURNS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class InterpreterBenchmark {
  /** Turns of the loops below, of five instructions each. */
  static final int TURNS = 0x10000;

  /**
   * {@code start: mov ecx, TURNS; again: add eax, ecx; xor ebx, eax; mov esi, ebx; dec ecx; jnz
   * again; out dx, al; jmp start}.
   */
  static final byte[] REGISTERS = {
    0x66,
    (byte) 0xb9,
    0,
    0,
    1,
    0, //
    0x66,
    0x01,
    (byte) 0xc8,
    0x66,
    0x31,
    (byte) 0xc3,
    0x66,
    (byte) 0x89,
    (byte) 0xde, //
    0x66,
    0x49,
    0x75,
    (byte) 0xf3,
    (byte) 0xee,
    (byte) 0xeb,
    (byte) 0xea
  };

  /** The same with {@code mov [0x800], eax; mov esi, [0x800]} for the middle two. */
  static final byte[] MEMORY = {
    0x66,
    (byte) 0xb9,
    0,
    0,
    1,
    0, //
    0x66,
    0x01,
    (byte) 0xc8,
    0x66,
    (byte) 0xa3,
    0,
    8,
    0x66,
    (byte) 0x8b,
    0x36,
    0,
    8, //
    0x66,
    0x49,
    0x75,
    (byte) 0xf0,
    (byte) 0xee,
    (byte) 0xeb,
    (byte) 0xe7
  };

  private PioGuest registers;
  private PioGuest memory;
  private int eax;
  private int ebx;
  private int esi;

  @Setup
  public void create() {
    registers = guest(REGISTERS);
    memory = guest(MEMORY);
  }

  private static PioGuest guest(byte[] code) {
    MachineSpec spec = new MachineSpec("linux-7.3", "intel", "none", "bare", 1, false);
    PagedMemory user = new PagedMemory();
    Machine machine = new Simulator().create(spec, user, NestedCalls.NONE);
    return new PioGuest(machine, user, (at, bytes) -> user.write(at, bytes, 0, bytes.length), code);
  }

  @Benchmark
  public long registers() {
    return registers.run();
  }

  @Benchmark
  public long memory() {
    return memory.run();
  }

  /** The limit: the same work, compiled. */
  @Benchmark
  public int registersInJava() {
    for (int ecx = TURNS; ecx != 0; ecx--) {
      eax += ecx;
      ebx ^= eax;
      esi = ebx;
    }
    return esi;
  }
}
