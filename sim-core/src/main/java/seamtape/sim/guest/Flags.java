package seamtape.sim.guest;

/** Arithmetic flags and conditions, as formulas over operands and result. */
final class Flags {
  private static final long STATUS =
      CpuState.CF | CpuState.PF | CpuState.AF | CpuState.ZF | CpuState.SF | CpuState.OF;

  private final CpuState cpu;

  Flags(CpuState cpu) {
    this.cpu = cpu;
  }

  /** ZF, SF and PF of a result. */
  static long ofResult(long result, int size) {
    long cut = result & Core.mask(size);
    long flags = (Integer.bitCount((int) result & 0xff) & 1) == 0 ? CpuState.PF : 0;
    if (cut == 0) {
      flags |= CpuState.ZF;
    }
    return flags | (cut >>> 8 * size - 1) << 7;
  }

  /** After a + b (+ carry) = result; the carry out of each bit follows from the three. */
  void add(long a, long b, long result, int size) {
    long carries = a & b | (a | b) & ~result;
    long overflow = (a ^ result) & (b ^ result);
    set(carries, overflow, result, size);
  }

  /** After a - b (- borrow) = result. */
  void sub(long a, long b, long result, int size) {
    long borrows = ~a & b | (~a | b) & result;
    long overflow = (a ^ b) & (a ^ result);
    set(borrows, overflow, result, size);
  }

  private void set(long carries, long overflow, long result, int size) {
    int sign = 8 * size - 1;
    long flags = ofResult(result, size);
    flags |= carries >>> sign & 1;
    flags |= (carries >>> 3 & 1) << 4;
    flags |= (overflow >>> sign & 1) << 11;
    cpu.rflags = cpu.rflags & ~STATUS | flags;
  }

  /** After AND, OR, XOR, TEST: carry and overflow clear; the undefined AF reads 0. */
  void logic(long result, int size) {
    cpu.rflags = cpu.rflags & ~STATUS | ofResult(result, size);
  }

  /** ZF, SF, PF from the result, CF and OF as given, AF clear. */
  void shift(long result, int size, boolean carry, boolean overflow) {
    logic(result, size);
    carryAndOverflow(carry, overflow);
  }

  void carryAndOverflow(boolean carry, boolean overflow) {
    long flags = cpu.rflags & ~(CpuState.CF | CpuState.OF);
    cpu.rflags = flags | (carry ? CpuState.CF : 0) | (overflow ? CpuState.OF : 0);
  }

  /** The condition codes of Jcc, SETcc and CMOVcc. */
  boolean condition(int code) {
    long f = cpu.rflags;
    boolean met =
        switch (code >> 1) {
          case 0 -> (f & CpuState.OF) != 0;
          case 1 -> (f & CpuState.CF) != 0;
          case 2 -> (f & CpuState.ZF) != 0;
          case 3 -> (f & (CpuState.CF | CpuState.ZF)) != 0;
          case 4 -> (f & CpuState.SF) != 0;
          case 5 -> (f & CpuState.PF) != 0;
          case 6 -> less(f);
          default -> less(f) || (f & CpuState.ZF) != 0;
        };
    return met != ((code & 1) != 0);
  }

  private static boolean less(long f) {
    return (f >>> 7 & 1) != (f >>> 11 & 1);
  }
}
