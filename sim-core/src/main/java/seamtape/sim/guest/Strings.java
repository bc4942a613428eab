package seamtape.sim.guest;

/**
 * String instructions on memory. One call executes one iteration; while a REP goes on, RIP stays on
 * the instruction, so that it can be interrupted between two iterations.
 */
final class Strings {
  private final Core core;
  private final CpuState cpu;
  private final Alu alu;

  Strings(Core core, Alu alu) {
    this.core = core;
    this.cpu = core.cpu;
    this.alu = alu;
  }

  void execute(Insn i) {
    if (i.rep != 0 && count(i) == 0) {
      return;
    }
    int size = i.size0;
    boolean compares = false;
    switch (i.op) {
      case MOVS -> store(i, load(i));
      case STOS -> store(i, core.readGpr(CpuState.RAX, size));
      case LODS -> core.writeGpr(CpuState.RAX, size, load(i));
      case CMPS -> {
        alu.compare(load(i), destination(i), size);
        compares = true;
      }
      case SCAS -> {
        alu.compare(core.readGpr(CpuState.RAX, size), destination(i), size);
        compares = true;
      }
      default -> throw new AssertionError(i.op);
    }
    advance(i, compares);
  }

  long count(Insn i) {
    return core.readGpr(CpuState.RCX, i.addressSize);
  }

  private long load(Insn i) {
    return core.memory.read(i.segment, core.readGpr(CpuState.RSI, i.addressSize), i.size0);
  }

  private long destination(Insn i) {
    return core.memory.read(CpuState.ES, core.readGpr(CpuState.RDI, i.addressSize), i.size0);
  }

  private void store(Insn i, long value) {
    long address = core.readGpr(CpuState.RDI, i.addressSize);
    core.memory.write(CpuState.ES, address, i.size0, value);
  }

  private void advance(Insn i, boolean compares) {
    if (i.op != Op.STOS && i.op != Op.SCAS) {
      step(i, CpuState.RSI, 1);
    }
    if (i.op != Op.LODS) {
      step(i, CpuState.RDI, 1);
    }
    boolean wanted = i.rep == 0xf3;
    boolean decided = compares && cpu.flag(CpuState.ZF) != wanted;
    repeat(i, 1, decided);
  }

  void step(Insn i, int reg, int elements) {
    long bytes = (long) elements * i.size0;
    long moved = core.readGpr(reg, i.addressSize) + (cpu.flag(CpuState.DF) ? -bytes : bytes);
    core.writeGpr(reg, i.addressSize, moved);
  }

  /**
   * Counts down and decides whether RIP stays. As in KVM's emulator it also stays after the last
   * iteration when that iteration leaves with an exit: the next run then finds the count 0.
   */
  void repeat(Insn i, int elements, boolean decided) {
    if (i.rep == 0) {
      return;
    }
    long left = count(i) - elements;
    core.writeGpr(CpuState.RCX, i.addressSize, left);
    boolean leaves = core.exitAfter || core.mmio.writesWaiting();
    if (!decided && (left != 0 || leaves)) {
      core.nextRip = cpu.rip;
      core.repeats = true;
    }
  }
}
