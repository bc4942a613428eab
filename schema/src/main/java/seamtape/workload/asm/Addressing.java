package seamtape.workload.asm;

import java.util.Map;

/**
 * From the registers of an address to base, index and scale, and on to ModRM, SIB, displacement.
 */
final class Addressing {
  /** ModRM.rm of a lone 16-bit base, by register number. */
  private static final int[] RM16 = {0, 0, 0, 7, 0, 6, 4, 5};

  private Addressing() {}

  /**
   * Splits the registers of {@code value} as nasm does: [eax*2] is [eax+eax], [eax*5] [eax+eax*4].
   */
  static void assign(Operand operand, Value value) {
    for (Map.Entry<String, Long> entry : value.registers().entrySet()) {
      Register register = Register.named(entry.getKey());
      long factor = entry.getValue();
      if (register.kind() != Register.Kind.GENERAL || register.size() == 1) {
        throw operand.error("'" + register.name() + "' cannot be part of an address");
      }
      place(operand, register, factor);
    }
    if (operand.index != null && operand.base == null && operand.scale > 1) {
      splitIndex(operand);
    }
    if (operand.index != null && operand.base == null && operand.scale == 1) {
      operand.base = operand.index;
      operand.index = null;
    }
    checkSizes(operand);
    orderRegisters(operand);
  }

  private static void place(Operand operand, Register register, long factor) {
    if (factor == 1 && operand.base == null) {
      operand.base = register;
    } else if (operand.index == null && factor > 0 && factor <= 9) {
      operand.index = register;
      operand.scale = (int) factor;
    } else {
      throw operand.error("this is no address the processor can form");
    }
  }

  private static void splitIndex(Operand operand) {
    int scale = operand.scale;
    if (scale == 2 || scale == 3 || scale == 5 || scale == 9) {
      operand.base = operand.index;
      operand.scale = scale - 1;
    }
  }

  private static void checkSizes(Operand operand) {
    Register base = operand.base;
    Register index = operand.index;
    if (base != null && index != null && base.size() != index.size()) {
      throw operand.error("the registers of an address must have one size");
    }
    boolean scaleFits = index == null || Integer.bitCount(operand.scale) == 1 && operand.scale <= 8;
    if (!scaleFits) {
      throw operand.error("an index can be scaled by 1, 2, 4 or 8");
    }
  }

  /** The stack pointer can only be the base; in 16 bits BX or BP come first. */
  private static void orderRegisters(Operand operand) {
    Register base = operand.base;
    Register index = operand.index;
    if (index == null) {
      return;
    }
    boolean sixteen = index.size() == 2;
    boolean swap =
        operand.scale == 1
            && (sixteen ? base.number() == 6 || base.number() == 7 : index.number() == 4);
    if (swap) {
      operand.base = index;
      operand.index = base;
    }
    if (!sixteen && operand.index.number() == 4) {
      throw operand.error("the stack pointer cannot be an index");
    }
  }

  /** Emits ModRM, SIB and displacement for a memory operand. */
  static void emit(Code code, Operand operand, int reg, int addressSize) {
    if (addressSize == 2) {
      emit16(code, operand, reg);
    } else {
      emit32(code, operand, reg, addressSize);
    }
  }

  private static void emit16(Code code, Operand operand, int reg) {
    int rm;
    if (operand.base == null) {
      code.put(reg << 3 | 6);
      code.displacement(operand, 2);
      return;
    }
    if (operand.index == null) {
      rm = RM16[operand.base.number()];
      boolean allowed = operand.base.number() == 3 || operand.base.number() >= 5;
      if (!allowed) {
        throw operand.error("16-bit addresses use only bx, bp, si and di");
      }
    } else {
      rm = pair16(operand);
    }
    int mod = mod(operand, rm == 6);
    code.put(mod << 6 | reg << 3 | rm);
    code.displacement(operand, mod == 1 ? 1 : mod == 2 ? 2 : 0);
  }

  private static int pair16(Operand operand) {
    int base = operand.base.number();
    int index = operand.index.number();
    boolean valid = (base == 3 || base == 5) && (index == 6 || index == 7) && operand.scale == 1;
    if (!valid) {
      throw operand.error("16-bit addresses are bx or bp plus si or di");
    }
    return (base == 5 ? 2 : 0) + (index == 7 ? 1 : 0);
  }

  /** 0: no displacement, 1: a byte, 2: full size. An address that moves with the code is full. */
  private static int mod(Operand operand, boolean needsDisplacement) {
    long number = operand.value.number();
    if (operand.displacementSize != 0) {
      return operand.displacementSize == 1 ? 1 : 2;
    }
    if (!(operand.value.labels() == 0)) {
      return 2;
    }
    int bits = operand.addressSize() == 2 ? 48 : operand.addressSize() == 4 ? 32 : 0;
    long signed = number << bits >> bits;
    return signed == 0 && !needsDisplacement ? 0 : signed == (byte) signed ? 1 : 2;
  }

  private static void emit32(Code code, Operand operand, int reg, int addressSize) {
    Register base = operand.base;
    Register index = operand.index;
    if (base == null && index == null) {
      absolute(code, operand, reg, addressSize);
      return;
    }
    if (base == null) {
      code.put(reg << 3 | 4);
      code.put(scaleBits(operand) | (index.number() & 7) << 3 | 5);
      code.displacement(operand, 4);
      return;
    }
    int rm = base.number() & 7;
    int mod = mod(operand, rm == 5);
    boolean sib = index != null || rm == 4;
    code.put(mod << 6 | reg << 3 | (sib ? 4 : rm));
    if (sib) {
      int indexBits = index == null ? 4 : index.number() & 7;
      code.put((index == null ? 0 : scaleBits(operand)) | indexBits << 3 | rm);
    }
    code.displacement(operand, mod == 1 ? 1 : mod == 2 ? 4 : 0);
  }

  private static int scaleBits(Operand operand) {
    return Integer.numberOfTrailingZeros(operand.scale) << 6;
  }

  private static void absolute(Code code, Operand operand, int reg, int addressSize) {
    if (operand.ripRelative && code.bits() == 64) {
      code.put(reg << 3 | 5);
      code.ripDisplacement(operand);
      return;
    }
    if (code.bits() == 64) {
      code.put(reg << 3 | 4);
      code.put(0x25);
    } else {
      code.put(reg << 3 | 5);
    }
    code.displacement(operand, 4);
  }
}
