package seamtape.workload.asm;

/** One operand as written; which fields hold something depends on the kind. */
final class Operand {
  enum Kind {
    REGISTER,
    MEMORY,
    IMMEDIATE,
    /** selector:offset. */
    FAR
  }

  final Kind kind;
  final Token token;

  /** Bytes named by byte, word, dword, qword, or by the register; 0 if not said. */
  int size;

  Register register;
  Value value;
  Value selector;

  /** short, near, far, strict. */
  boolean isShort;

  boolean isNear;
  boolean isFar;
  boolean isStrict;

  Register segment;
  Register base;
  Register index;
  int scale;
  boolean ripRelative;

  /** Displacement size asked for inside the brackets, in bytes; 0 if not. */
  int displacementSize;

  Operand(Kind kind, Token token) {
    this.kind = kind;
    this.token = token;
  }

  /** Address size that the registers of a memory operand demand, or 0. */
  int addressSize() {
    return base != null ? base.size() : index != null ? index.size() : 0;
  }

  AsmException error(String message) {
    return token.error(message);
  }
}
