package seamtape.sim.guest;

/** Shifts and rotates. A count of 0 changes nothing, flags included. */
final class Shifts {
  private final Core core;
  private final CpuState cpu;
  private final Flags flags;

  Shifts(Core core, Flags flags) {
    this.core = core;
    this.cpu = core.cpu;
    this.flags = flags;
  }

  void execute(Insn i) {
    if (i.op == Op.SHLD || i.op == Op.SHRD) {
      doubleShift(i);
      return;
    }
    int count = (int) core.read1(i) & (i.size0 == 8 ? 63 : 31);
    long value = core.read0(i);
    if (count == 0) {
      core.write0(i, value);
      return;
    }
    switch (i.op) {
      case SHL -> shiftLeft(i, value, count);
      case SHR -> shiftRight(i, value, count);
      case SAR -> shiftArithmetic(i, value, count);
      case ROL -> rotateLeft(i, value, count);
      case ROR -> rotateRight(i, value, count);
      case RCL -> rotateCarryLeft(i, value, count);
      case RCR -> rotateCarryRight(i, value, count);
      default -> throw new AssertionError(i.op);
    }
  }

  private static boolean bit(long value, int number) {
    return number >= 0 && number < 64 && (value >>> number & 1) != 0;
  }

  private static boolean sign(long value, int size) {
    return bit(value, 8 * size - 1);
  }

  private void shiftLeft(Insn i, long value, int count) {
    boolean carry = bit(value, 8 * i.size0 - count);
    long result = value << count;
    core.write0(i, result);
    flags.shift(result, i.size0, carry, sign(result, i.size0) != carry);
  }

  private void shiftRight(Insn i, long value, int count) {
    long result = value >>> count;
    core.write0(i, result);
    boolean overflow = sign(value, i.size0) && count == 1;
    flags.shift(result, i.size0, bit(value, count - 1), overflow);
  }

  private void shiftArithmetic(Insn i, long value, int count) {
    long extended = Core.signExtend(value, i.size0);
    long result = extended >> count;
    core.write0(i, result);
    flags.shift(result, i.size0, (extended >> count - 1 & 1) != 0, false);
  }

  private static long rotl(long value, int count, int bits) {
    if (bits == 64) {
      return Long.rotateLeft(value, count);
    }
    int turn = count % bits;
    return (value << turn | value >>> bits - turn) & (1L << bits) - 1;
  }

  private void rotateLeft(Insn i, long value, int count) {
    long result = rotl(value, count, 8 * i.size0);
    core.write0(i, result);
    boolean carry = bit(result, 0);
    flags.carryAndOverflow(carry, sign(result, i.size0) != carry);
  }

  private void rotateRight(Insn i, long value, int count) {
    int bits = 8 * i.size0;
    long result = rotl(value, bits - count % bits, bits);
    core.write0(i, result);
    boolean carry = sign(result, i.size0);
    flags.carryAndOverflow(carry, bit(result, bits - 2) != carry);
  }

  private void rotateCarryLeft(Insn i, long value, int count) {
    int bits = 8 * i.size0;
    boolean carry = cpu.flag(CpuState.CF);
    long result = value;
    for (int n = count % (bits + 1); n > 0; n--) {
      boolean out = bit(result, bits - 1);
      result = result << 1 | (carry ? 1 : 0);
      carry = out;
    }
    core.write0(i, result);
    flags.carryAndOverflow(carry, sign(result, i.size0) != carry);
  }

  private void rotateCarryRight(Insn i, long value, int count) {
    int bits = 8 * i.size0;
    boolean carry = cpu.flag(CpuState.CF);
    long result = value;
    for (int n = count % (bits + 1); n > 0; n--) {
      boolean out = bit(result, 0);
      result = (result & Core.mask(i.size0)) >>> 1 | (carry ? 1L : 0L) << bits - 1;
      carry = out;
    }
    core.write0(i, result);
    flags.carryAndOverflow(carry, bit(result, bits - 1) != bit(result, bits - 2));
  }

  /** SHLD and SHRD; a count beyond the operand size is undefined and taken modulo it. */
  private void doubleShift(Insn i) {
    int bits = 8 * i.size0;
    long operand = i.kind2 == Insn.IMM ? i.imm : cpu.gpr[CpuState.RCX];
    int count = (int) operand & (i.size0 == 8 ? 63 : 31);
    long value = core.read0(i);
    long filler = core.read1(i);
    if (count > bits) {
      count -= bits;
    }
    if (count == 0) {
      core.write0(i, value);
      return;
    }
    long result;
    boolean carry;
    if (i.op == Op.SHLD) {
      result = count == bits ? filler : value << count | filler >>> bits - count;
      carry = bit(value, bits - count);
    } else {
      result = count == bits ? filler : value >>> count | filler << bits - count;
      carry = bit(value, count - 1);
    }
    core.write0(i, result);
    flags.shift(result, i.size0, carry, sign(result, i.size0) != sign(value, i.size0));
  }
}
