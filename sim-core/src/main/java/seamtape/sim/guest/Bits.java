package seamtape.sim.guest;

/** Bit tests and bit scans. */
final class Bits {
  private final Core core;
  private final CpuState cpu;

  Bits(Core core) {
    this.core = core;
    this.cpu = core.cpu;
  }

  void execute(Insn i) {
    if (i.op == Op.BSF || i.op == Op.BSR) {
      scan(i);
    } else {
      test(i);
    }
  }

  /** A register bit offset reaches beyond the operand in memory, an immediate one does not. */
  private void test(Insn i) {
    int bits = 8 * i.size0;
    long number = core.read1(i);
    int bit = (int) number & bits - 1;
    if (i.kind0 == Insn.MEM) {
      long skip = i.kind1 == Insn.IMM ? 0 : (Core.signExtend(number, i.size0) & -bits) >> 3;
      long address = core.ea(i) + skip & Core.mask(i.addressSize);
      long value = core.memory.read(i.segment, address, i.size0);
      if (i.op != Op.BT) {
        core.memory.write(i.segment, address, i.size0, changed(i.op, value, bit));
      }
      cpu.flag(CpuState.CF, (value >>> bit & 1) != 0);
      return;
    }
    long value = core.read0(i);
    if (i.op != Op.BT) {
      core.write0(i, changed(i.op, value, bit));
    }
    cpu.flag(CpuState.CF, (value >>> bit & 1) != 0);
  }

  private static long changed(Op op, long value, int bit) {
    return switch (op) {
      case BTS -> value | 1L << bit;
      case BTR -> value & ~(1L << bit);
      case BTC -> value ^ 1L << bit;
      default -> throw new AssertionError(op);
    };
  }

  /** Of a zero source only ZF is set and the destination stays. */
  private void scan(Insn i) {
    long value = core.read1(i);
    cpu.flag(CpuState.ZF, value == 0);
    if (value != 0) {
      boolean forward = i.op == Op.BSF;
      int found =
          forward ? Long.numberOfTrailingZeros(value) : 63 - Long.numberOfLeadingZeros(value);
      core.write0(i, found);
    }
  }
}
