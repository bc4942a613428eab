package seamtape.sim.marshal;

import java.util.stream.IntStream;

/**
 * A struct of registers in a kernel's memory: words in the order of its layout. Registers of the
 * CPU are arrays in the order of the register numbers.
 */
public final class ModuleArgs {
  private static final int ALL = (1 << Gpr.COUNT) - 1;
  private static final CallShape[] SHAPES = CallShape.values();

  private final ArgsLayout layout;
  private final long[] words;

  /** Word of each register; -1 without one. */
  private final int[] word = new int[Gpr.COUNT];

  /** Registers that the struct has, and those of them that each shape loads and stores. */
  private final int[] all;

  private final int[][] loads = new int[SHAPES.length][];
  private final int[][] stores = new int[SHAPES.length][];

  /** A struct on the caller's stack. */
  public ModuleArgs(ArgsLayout layout) {
    this(layout, new long[layout.words()]);
  }

  /**
   * A struct that lies in memory which is there already, as a vCPU's register file does.
   *
   * @throws IllegalArgumentException where the memory is not as large as the struct
   */
  public ModuleArgs(ArgsLayout layout, long[] words) {
    if (words.length != layout.words()) {
      throw new IllegalArgumentException(
          "struct " + layout + " has " + layout.words() + " words, not " + words.length);
    }
    this.layout = layout;
    this.words = words;
    for (int register = 0; register < Gpr.COUNT; register++) {
      word[register] = layout.carries(register) ? layout.offset(register) / Long.BYTES : -1;
    }
    all = carried(ALL);
    for (CallShape shape : SHAPES) {
      loads[shape.ordinal()] = carried(shape.loads());
      stores[shape.ordinal()] = carried(shape.stores());
    }
  }

  private int[] carried(int registers) {
    return IntStream.range(0, Gpr.COUNT)
        .filter(register -> (registers >>> register & 1) != 0 && word[register] >= 0)
        .toArray();
  }

  public ArgsLayout layout() {
    return layout;
  }

  public long get(int register) {
    return words[word[register]];
  }

  public void set(int register, long value) {
    words[word[register]] = value;
  }

  public void clear() {
    java.util.Arrays.fill(words, 0);
  }

  /** The assembly's loads before the instruction; how many registers. */
  public int load(CallShape shape, long[] cpu) {
    return toCpu(loads[shape.ordinal()], cpu);
  }

  /** The assembly's stores after the instruction. */
  public int store(CallShape shape, long[] cpu) {
    return fromCpu(stores[shape.ordinal()], cpu);
  }

  /** Copies a register file into the struct, register by register; how many were copied. */
  public int copyFrom(long[] registerFile) {
    return fromCpu(all, registerFile);
  }

  /** Copies the struct to a register file. */
  public int copyTo(long[] registerFile) {
    return toCpu(all, registerFile);
  }

  private int toCpu(int[] registers, long[] cpu) {
    for (int register : registers) {
      cpu[register] = words[word[register]];
    }
    return registers.length;
  }

  private int fromCpu(int[] registers, long[] cpu) {
    for (int register : registers) {
      words[word[register]] = cpu[register];
    }
    return registers.length;
  }
}
