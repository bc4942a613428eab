package seamtape.workload.asm;

/** The prefixes written before a mnemonic. */
final class Prefixes {
  private int repeat;
  private boolean lock;
  private Register segment;
  private int operandSize;
  private int addressSize;

  /** Takes {@code word} if it is a prefix. */
  boolean take(String word) {
    switch (word) {
      case "rep", "repe", "repz" -> repeat = 0xf3;
      case "repne", "repnz" -> repeat = 0xf2;
      case "lock" -> lock = true;
      case "o16", "o32", "o64" -> operandSize = Integer.parseInt(word.substring(1));
      case "a16", "a32", "a64" -> addressSize = Integer.parseInt(word.substring(1));
      case "es", "cs", "ss", "ds", "fs", "gs" -> segment = Register.named(word);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Repeat, lock and segment override, in nasm's order. */
  void emitGroups(Code code, Register override) {
    if (repeat != 0) {
      code.put(repeat);
    }
    if (lock) {
      code.put(0xf0);
    }
    Register register = override != null ? override : segment;
    if (register != null) {
      code.put(new int[] {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65}[register.number()]);
    }
  }

  boolean operandPrefix(int bits) {
    return operandSize != 0 && operandSize != 64 && (operandSize == 16) != (bits == 16);
  }

  boolean addressPrefix(int bits) {
    return addressSize != 0 && addressSize != bits;
  }
}
