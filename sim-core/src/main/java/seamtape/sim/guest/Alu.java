package seamtape.sim.guest;

/** Addition, subtraction, logic and compare. */
final class Alu {
  private final Core core;
  private final CpuState cpu;
  private final Flags flags;

  Alu(Core core, Flags flags) {
    this.core = core;
    this.cpu = core.cpu;
    this.flags = flags;
  }

  void execute(Insn i) {
    switch (i.op) {
      case ADD -> add(i, 0);
      case ADC -> add(i, cpu.rflags & CpuState.CF);
      case SUB -> sub(i, 0);
      case SBB -> sub(i, cpu.rflags & CpuState.CF);
      case CMP -> compare(core.read0(i), core.read1(i), i.size0);
      case AND -> logic(i, core.read0(i) & core.read1(i));
      case OR -> logic(i, core.read0(i) | core.read1(i));
      case XOR -> logic(i, core.read0(i) ^ core.read1(i));
      case TEST -> flags.logic(core.read0(i) & core.read1(i), i.size0);
      case INC -> increment(i, 1);
      case DEC -> increment(i, -1);
      case NOT -> core.write0(i, ~core.read0(i));
      case NEG -> negate(i);
      case XADD -> exchangeAdd(i);
      case CMPXCHG -> compareExchange(i);
      case CMPXCHG8B -> compareExchangePair(i);
      default -> throw new AssertionError(i.op);
    }
  }

  private void add(Insn i, long carry) {
    long a = core.read0(i);
    long b = core.read1(i);
    long result = a + b + carry;
    core.write0(i, result);
    flags.add(a, b, result, i.size0);
  }

  private void sub(Insn i, long borrow) {
    long a = core.read0(i);
    long b = core.read1(i);
    long result = a - b - borrow;
    core.write0(i, result);
    flags.sub(a, b, result, i.size0);
  }

  private void logic(Insn i, long result) {
    core.write0(i, result);
    flags.logic(result, i.size0);
  }

  void compare(long a, long b, int size) {
    flags.sub(a, b, a - b, size);
  }

  /** INC and DEC leave CF alone. */
  private void increment(Insn i, int step) {
    long a = core.read0(i);
    long carry = cpu.rflags & CpuState.CF;
    core.write0(i, a + step);
    if (step > 0) {
      flags.add(a, 1, a + 1, i.size0);
    } else {
      flags.sub(a, 1, a - 1, i.size0);
    }
    cpu.rflags = cpu.rflags & ~CpuState.CF | carry;
  }

  private void negate(Insn i) {
    long a = core.read0(i);
    core.write0(i, -a);
    flags.sub(0, a, -a, i.size0);
  }

  private void exchangeAdd(Insn i) {
    long a = core.read0(i);
    long b = core.read1(i);
    if (i.kind0 == Insn.MEM) {
      core.write0(i, a + b);
      core.write1(i, a);
    } else {
      core.write1(i, a);
      core.write0(i, a + b);
    }
    flags.add(a, b, a + b, i.size0);
  }

  private void compareExchange(Insn i) {
    long destination = core.read0(i);
    long accumulator = core.readGpr(CpuState.RAX, i.size0);
    if (destination == accumulator) {
      core.write0(i, core.read1(i));
    } else {
      // A memory destination is written back as it was; a register keeps even its upper half.
      if (i.kind0 == Insn.MEM) {
        core.write0(i, destination);
      }
      core.writeGpr(CpuState.RAX, i.size0, destination);
    }
    compare(accumulator, destination, i.size0);
  }

  /** CMPXCHG8B; with REX.W CMPXCHG16B, which the subset leaves out. */
  private void compareExchangePair(Insn i) {
    if (i.opSize == 8) {
      throw core.emulationFailure();
    }
    long address = core.ea(i);
    long value = core.memory.read(i.segment, address, 8);
    boolean equal = value == pair(CpuState.RDX, CpuState.RAX);
    core.memory.write(i.segment, address, 8, equal ? pair(CpuState.RCX, CpuState.RBX) : value);
    if (!equal) {
      core.writeGpr(CpuState.RAX, 4, value);
      core.writeGpr(CpuState.RDX, 4, value >>> 32);
    }
    cpu.flag(CpuState.ZF, equal);
  }

  private long pair(int high, int low) {
    return core.readGpr(high, 4) << 32 | core.readGpr(low, 4);
  }
}
