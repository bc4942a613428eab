package seamtape.workload.asm;

import java.util.List;
import seamtape.workload.asm.Forms.Form;

/** Decides whether operands as written fit a form. */
final class Matching {
  private final Form form;
  private final List<Operand> operands;
  private final int bits;

  /** This jump did not reach its target as a short one. */
  private final boolean near;

  Matching(Form form, List<Operand> operands, int bits, boolean near) {
    this.form = form;
    this.operands = operands;
    this.bits = bits;
    this.near = near;
  }

  boolean fits() {
    if (operands.size() != form.operands.length
        || form.no64 && bits == 64
        || form.only64 && bits != 64) {
      return false;
    }
    for (int i = 0; i < operands.size(); i++) {
      if (!fits(operands.get(i), form.operands[i])) {
        return false;
      }
    }
    return true;
  }

  private boolean fits(Operand operand, String pattern) {
    if (pattern.equals("1")) {
      return operand.kind == Operand.Kind.IMMEDIATE
          && operand.value.plain()
          && operand.value.number() == 1
          && operand.size == 0;
    }
    return switch (operand.kind) {
      case REGISTER -> fitsRegister(operand, pattern);
      case MEMORY -> fitsMemory(operand, pattern);
      case IMMEDIATE ->
          pattern.startsWith("rel") ? fitsTarget(operand, pattern) : fitsNumber(operand, pattern);
      case FAR ->
          pattern.startsWith("far")
              && (operand.size == 0 ? form.size == defaultSize() : operand.size == form.size);
    };
  }

  private int defaultSize() {
    return bits == 16 ? 2 : 4;
  }

  private static boolean fitsRegister(Operand operand, String pattern) {
    Register register = operand.register;
    return switch (pattern) {
      case "r8", "rm8", "rm8b" -> register.general(1);
      case "r16", "rm16" -> register.general(2);
      case "r32", "rm32" -> register.general(4);
      case "r64", "rm64" -> register.general(8);
      case "sreg" -> register.kind() == Register.Kind.SEGMENT;
      case "cr" -> register.kind() == Register.Kind.CONTROL;
      case "dr" -> register.kind() == Register.Kind.DEBUG;
      default -> register.name().equals(pattern);
    };
  }

  private boolean fitsMemory(Operand operand, String pattern) {
    if (pattern.startsWith("moffs")) {
      boolean bare = operand.base == null && operand.index == null && !operand.ripRelative;
      return bare && sizeFits(operand, Integer.parseInt(pattern.substring(5)) / 8);
    }
    if (pattern.equals("many")) {
      return true;
    }
    if (pattern.startsWith("fm")) {
      return operand.isFar
          && (operand.size == 0 ? form.size == defaultSize() : operand.size == form.size);
    }
    if (operand.isFar || !pattern.matches("(rm|m)[0-9]+b?")) {
      return false;
    }
    if (pattern.endsWith("b")) {
      boolean only = operands.size() == 1;
      return operand.size == 1 || only && operand.size == 0;
    }
    return sizeFits(operand, Integer.parseInt(pattern.replaceAll("[a-z]", "")) / 8);
  }

  /** An unnamed size must follow from another operand. */
  private boolean sizeFits(Operand memory, int size) {
    if (memory.size != 0) {
      return memory.size == size;
    }
    for (int i = 0; i < operands.size(); i++) {
      Operand other = operands.get(i);
      boolean shiftCount = form.operands[i].equals("cl");
      if (other != memory
          && other.size == size
          && !shiftCount
          && other.kind != Operand.Kind.MEMORY) {
        return true;
      }
    }
    return operands.size() == 1 && form.operands[0].equals("m16") && form.size == 0
        || operands.size() == 2
            && (form.operands[0].equals("sreg") || form.operands[1].equals("sreg"));
  }

  private boolean fitsTarget(Operand operand, String pattern) {
    boolean isShort = pattern.equals("rel8");
    if (isShort) {
      boolean onlyShort = form.encoding[0].startsWith("e") && !form.encoding[0].equals("eb");
      boolean maybe = !near && operand.value.labels() != 0 && !operand.isStrict;
      return !operand.isNear && (onlyShort || operand.isShort || maybe && operand.size == 0);
    }
    int size = operand.size != 0 ? operand.size : bits == 16 ? 2 : bits == 32 ? 4 : 8;
    return !operand.isShort && form.size == size;
  }

  private boolean fitsNumber(Operand operand, String pattern) {
    long number = operand.value.number();
    boolean plain = operand.value.labels() == 0;
    int said = operand.size;
    return switch (pattern) {
      case "simm8" ->
          plain
                  && !operand.isStrict
                  && signedByte(number, form.size)
                  && (said == 0 || said == 1 || said == form.size)
              || said == 1;
      case "simm8d" ->
          said == 1 || said == 0 && plain && bits != 64 && signedByte(number, bits / 8);
      case "simm8w" -> said == 2 && plain && !operand.isStrict && signedByte(number, 2);
      case "simm8l" -> said == 4 && plain && !operand.isStrict && signedByte(number, 4);
      case "simm8q" -> bits == 64 && (said == 0 || said == 8) && plain && signedByte(number, 8);
      case "imm32q" -> bits == 64 && (said == 0 || said == 4 || said == 8);
      case "wimm16" -> said == 2;
      case "wimm32" -> said == 4;
      case "immd" -> said == 0;
      case "uimm32" -> (said == 0 || said == 4) && plain && number >>> 32 == 0 && !operand.isStrict;
      case "simm32" ->
          (said == 0 || said == 4) && plain && number == (int) number && !operand.isStrict;
      case "imm8" -> said == 0 || said == 1;
      case "imm16" -> said == 0 || said == 2;
      case "imm32" -> said == 0 || said == 4;
      case "imm64" -> said == 0 || said == 8 || said == 4;
      default -> false;
    };
  }

  /** The number, cut to {@code size} bytes, is the sign extension of its lowest byte. */
  private static boolean signedByte(long number, int size) {
    int shift = 64 - 8 * size;
    long cut = number << shift >> shift;
    return cut == (byte) number && Code.fits(number, size);
  }
}
