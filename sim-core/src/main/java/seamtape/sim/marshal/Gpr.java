package seamtape.sim.marshal;

import java.util.List;

/**
 * The general purpose registers by their x86 register number: the order of a vCPU's register file,
 * of the exposure mask of a TDVMCALL, and of operand ids 0 to 15.
 */
public final class Gpr {
  public static final int RAX = 0;
  public static final int RCX = 1;
  public static final int RDX = 2;
  public static final int RBX = 3;
  public static final int RSP = 4;
  public static final int RBP = 5;
  public static final int RSI = 6;
  public static final int RDI = 7;
  public static final int R8 = 8;
  public static final int R9 = 9;
  public static final int R10 = 10;
  public static final int R11 = 11;
  public static final int R12 = 12;
  public static final int R13 = 13;
  public static final int R14 = 14;
  public static final int R15 = 15;
  public static final int COUNT = 16;

  private static final List<String> NAMES =
      List.of(
          "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
          "r13", "r14", "r15");

  private Gpr() {}

  public static String name(int register) {
    return NAMES.get(register);
  }

  /** The number of a register; -1 for another word. */
  public static int number(String name) {
    return NAMES.indexOf(name);
  }
}
