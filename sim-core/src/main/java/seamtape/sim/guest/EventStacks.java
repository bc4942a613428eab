package seamtape.sim.guest;

/**
 * The stack that an event's frame goes to: the current one, that of the TSS for an inner level, or
 * that of the interrupt stack table. All is checked and written before a register changes.
 */
final class EventStacks {
  /** Selector and error code take whole words; SS:RSP, the first two words, only a new stack. */
  private static final int STACK_WORDS = 2;

  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;

  EventStacks(Core core, Segmentation segmentation) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
  }

  /**
   * Enters the code that was checked last, in protected mode.
   *
   * @param size bytes of a word: that of the gate
   * @param words SS, RSP, then what goes to any stack, such as flags, CS, RIP, error code
   * @param count how many of them
   */
  void enter(int level, int size, long[] words, int count) {
    if (level == cpu.cpl()) {
      for (int i = STACK_WORDS; i < count; i++) {
        core.poke((i - STACK_WORDS + 1) * size, size, words[i]);
      }
      segmentation.commitCode();
      core.moveStack((long) (STACK_WORDS - count) * size);
      return;
    }
    long top = fromTss(level);
    Segment stack = segmentation.checkedStack();
    long mask = Core.mask(stack.db ? 4 : 2);
    for (int i = 0; i < count; i++) {
      long at = top - (long) (i + 1) * size & mask;
      if (at + size - 1 > stack.limit && (stack.type & 4) == 0) {
        throw core.fault.with(GuestFault.SS, stack.selector & 0xfffc);
      }
      core.writeSystem(stack.base + at, size, words[i]);
    }
    segmentation.commitStack(level);
    long moved = top - (long) count * size;
    cpu.gpr[CpuState.RSP] = cpu.gpr[CpuState.RSP] & ~mask | moved & mask;
  }

  /** Checks SS of an inner level and returns its stack pointer. */
  private long fromTss(int level) {
    boolean wide = (cpu.tr.type & 8) != 0;
    int at = wide ? 4 + 8 * level : 2 + 4 * level;
    int size = wide ? 4 : 2;
    requireTss(at + size + 1);
    long pointer = core.readSystem(cpu.tr.base + at, size);
    int selector = (int) core.readSystem(cpu.tr.base + at + size, 2);
    segmentation.checkStack(selector, level, GuestFault.TS);
    return pointer;
  }

  private void requireTss(int last) {
    if (cpu.tr.unusable || last > cpu.tr.limit) {
      throw core.fault.with(GuestFault.TS, cpu.tr.selector & 0xfffc);
    }
  }

  /** A call gate of long mode: nothing is aligned, and SS:RSP saved only for an inner level. */
  void callLong(int level, long[] words, int count) {
    boolean inner = level != cpu.cpl();
    long top = cpu.gpr[CpuState.RSP];
    if (inner) {
      requireTss(4 + 8 * level + 7);
      top = core.readSystem(cpu.tr.base + 4 + 8 * level, 8);
    }
    pushLong(level, top, words, inner ? 0 : STACK_WORDS, count);
  }

  /** Long mode aligns the stack to 16 bytes and always saves SS:RSP. */
  void enterLong(int level, int ist, long[] words, int count) {
    boolean inner = level != cpu.cpl();
    long top = cpu.gpr[CpuState.RSP];
    if (ist != 0 || inner) {
      int at = ist != 0 ? 0x24 + (ist - 1) * 8 : 4 + 8 * level;
      requireTss(at + 7);
      top = core.readSystem(cpu.tr.base + at, 8);
    }
    pushLong(level, top & -16, words, 0, count);
  }

  private void pushLong(int level, long top, long[] words, int from, int count) {
    long bottom = top - 8L * (count - from);
    if (!core.canonical(bottom)) {
      throw core.fault.with(GuestFault.SS, 0);
    }
    for (int i = from; i < count; i++) {
      write(level, top - 8L * (i - from + 1), words[i]);
    }
    if (level != cpu.cpl()) {
      segmentation.nullStack(level, level);
      segmentation.commitStack(level);
    } else {
      segmentation.commitCode();
    }
    cpu.gpr[CpuState.RSP] = bottom;
  }

  private void write(int level, long at, long word) {
    if (level == 3) {
      core.memory.writeLinear(at, 8, word);
    } else {
      core.writeSystem(at, 8, word);
    }
  }
}
