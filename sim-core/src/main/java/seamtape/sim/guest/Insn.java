package seamtape.sim.guest;

/**
 * One decoded instruction. It carries the bytes it was decoded from, so that the interpreter can
 * tell whether memory still holds them: code may be overwritten by anyone at any time.
 */
final class Insn {
  static final int NONE = 0;
  static final int REG = 1;

  /** AH, CH, DH, BH: the second byte of register 0 to 3. */
  static final int HIGH8 = 2;

  static final int MEM = 3;
  static final int IMM = 4;
  static final int SREG = 5;
  static final int CR = 6;
  static final int DR = 7;

  /** An offset to the next instruction, in {@link #imm}. */
  static final int REL = 8;

  /** A far pointer: offset in {@link #imm}, selector in {@link #imm2}. */
  static final int FAR = 9;

  static final int MAX_LENGTH = 15;

  Op op = Op.UNSUPPORTED;
  int length;
  int opSize;
  int addressSize;

  /** Condition code of JCC, SETCC and CMOVCC. */
  int condition;

  int kind0;
  int reg0;
  int size0;
  int kind1;
  int reg1;
  int size1;
  int kind2;

  long imm;
  long imm2;

  int segment;

  /** Register numbers of the memory operand, or -1. */
  int base = -1;

  int index = -1;
  int scale;
  long displacement;
  boolean ripRelative;

  /** 0, 0xf2 or 0xf3. */
  int rep;

  boolean lock;

  long raw0;
  long raw1;
  long mask0;
  long mask1;

  void operand(int position, int kind, int reg, int size) {
    if (position == 0) {
      kind0 = kind;
      reg0 = reg;
      size0 = size;
    } else if (position == 1) {
      kind1 = kind;
      reg1 = reg;
      size1 = size;
    } else {
      kind2 = kind;
    }
  }
}
