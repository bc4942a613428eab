package seamtape.sim.guest;

/** Multiplication and division. */
final class Multiply {
  private final Core core;
  private final CpuState cpu;
  private final Flags flags;

  Multiply(Core core, Flags flags) {
    this.core = core;
    this.cpu = core.cpu;
    this.flags = flags;
  }

  void execute(Insn i) {
    switch (i.op) {
      case MUL -> multiply(i, false);
      case IMUL -> multiply(i, true);
      case IMUL2 -> product(i, core.read0(i), core.read1(i));
      case IMUL3 -> product(i, core.read1(i), i.imm);
      case DIV -> divide(i, false);
      case IDIV -> divide(i, true);
      default -> throw new AssertionError(i.op);
    }
  }

  /** rDX:rAX (AX for bytes) = rAX times the operand. CF and OF: the upper half is significant. */
  private void multiply(Insn i, boolean signed) {
    int size = i.size0;
    long a = core.readGpr(CpuState.RAX, size);
    long b = core.read0(i);
    if (signed) {
      a = Core.signExtend(a, size);
      b = Core.signExtend(b, size);
    }
    long low = a * b;
    long high = high(a, b, low, size, signed);
    boolean significant =
        signed
            ? Core.signExtend(high, size) != Core.signExtend(low, size) >> 63
            : (high & Core.mask(size)) != 0;
    store(size, high, low);
    setFlags(low, size, significant);
  }

  private static long high(long a, long b, long low, int size, boolean signed) {
    if (size < 8) {
      return low >> 8 * size;
    }
    long high = Math.multiplyHigh(a, b);
    return signed ? high : high + (a >> 63 & b) + (b >> 63 & a);
  }

  private void store(int size, long high, long low) {
    if (size == 1) {
      core.writeGpr(CpuState.RAX, 2, (high & 0xff) << 8 | low & 0xff);
    } else {
      core.writeGpr(CpuState.RAX, size, low);
      core.writeGpr(CpuState.RDX, size, high);
    }
  }

  private void product(Insn i, long x, long y) {
    int size = i.size0;
    long a = Core.signExtend(x, size);
    long b = Core.signExtend(y, size);
    long low = a * b;
    boolean significant =
        size == 8 ? Math.multiplyHigh(a, b) != low >> 63 : Core.signExtend(low, size) != low;
    core.write0(i, low);
    setFlags(low, size, significant);
  }

  /** SF, ZF, AF and PF are undefined after a multiplication; here they follow the low half. */
  private void setFlags(long low, int size, boolean significant) {
    flags.shift(low, size, significant, significant);
  }

  /** Quotient to rAX, remainder to rDX (AL and AH for bytes); the flags stay. */
  private void divide(Insn i, boolean signed) {
    int size = i.size0;
    long divisor = core.read0(i);
    if (divisor == 0) {
      throw core.fault.with(GuestFault.DE);
    }
    if (size == 8) {
      divideWide(divisor, signed);
      return;
    }
    long dividend = size == 1 ? core.readGpr(CpuState.RAX, 2) : joined(size);
    if (signed) {
      divideSigned(Core.signExtend(dividend, 2 * size), Core.signExtend(divisor, size), size);
    } else {
      long quotient = Long.divideUnsigned(dividend, divisor);
      if (quotient != (quotient & Core.mask(size))) {
        throw core.fault.with(GuestFault.DE);
      }
      store(size, Long.remainderUnsigned(dividend, divisor), quotient);
    }
  }

  private long joined(int size) {
    return core.readGpr(CpuState.RDX, size) << 8 * size | core.readGpr(CpuState.RAX, size);
  }

  private void divideSigned(long dividend, long divisor, int size) {
    boolean overflows = dividend == Long.MIN_VALUE && divisor == -1;
    long quotient = overflows ? 0 : dividend / divisor;
    if (overflows || quotient != Core.signExtend(quotient, size)) {
      throw core.fault.with(GuestFault.DE);
    }
    store(size, dividend % divisor, quotient);
  }

  /** 128 by 64 bits: schoolbook division on magnitudes, one bit at a time. */
  private void divideWide(long divisor, boolean signed) {
    long high = cpu.gpr[CpuState.RDX];
    long low = cpu.gpr[CpuState.RAX];
    boolean negative = signed && high < 0;
    if (negative) {
      low = -low;
      high = ~high + (low == 0 ? 1 : 0);
    }
    long magnitude = signed && divisor < 0 ? -divisor : divisor;
    if (Long.compareUnsigned(high, magnitude) >= 0) {
      throw core.fault.with(GuestFault.DE);
    }
    long remainder = high;
    long quotient = 0;
    for (int bit = 63; bit >= 0; bit--) {
      boolean carry = remainder < 0;
      remainder = remainder << 1 | low >>> bit & 1;
      if (carry || Long.compareUnsigned(remainder, magnitude) >= 0) {
        remainder -= magnitude;
        quotient |= 1L << bit;
      }
    }
    boolean flip = signed && negative != divisor < 0;
    if (signed && (flip ? Long.compareUnsigned(quotient, Long.MIN_VALUE) > 0 : quotient < 0)) {
      throw core.fault.with(GuestFault.DE);
    }
    cpu.gpr[CpuState.RAX] = flip ? -quotient : quotient;
    cpu.gpr[CpuState.RDX] = negative ? -remainder : remainder;
  }
}
