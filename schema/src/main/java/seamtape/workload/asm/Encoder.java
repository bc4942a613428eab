package seamtape.workload.asm;

import java.util.List;
import seamtape.workload.asm.Forms.Form;

/** Turns one matched form and its operands into bytes. */
final class Encoder {
  private final Form form;
  private final List<Operand> operands;
  private final int bits;
  private final Code code;

  /** Operands by the part of the encoding they fill; null where there is none. */
  private Operand reg;

  private Operand rm;
  private Operand opcodeRegister;

  Encoder(Form form, List<Operand> operands, int bits, long start) {
    this.form = form;
    this.operands = operands;
    this.bits = bits;
    this.code = new Code(bits, start);
  }

  byte[] encode(Prefixes prefixes) {
    assignRoles();
    prefixes.emitGroups(code, segmentOverride());
    if (needsOperandPrefix() || prefixes.operandPrefix(bits)) {
      code.put(0x66);
    }
    if (needsAddressPrefix() || prefixes.addressPrefix(bits)) {
      code.put(0x67);
    }
    boolean pending = true;
    code.trailing(trailingBytes());
    for (String part : form.encoding) {
      if (pending && !isMandatoryPrefix(part)) {
        rex();
        pending = false;
      }
      part(part);
    }
    return code.toBytes();
  }

  /** 66 of TDCALL and F3 of PAUSE come before REX. */
  private boolean isMandatoryPrefix(String part) {
    return form.encoding.length > 1 && (part.equals("66") || part.equals("f3"));
  }

  private void assignRoles() {
    boolean opcode = contains("+r");
    boolean both = contains("/r") || contains("/rr");
    for (int i = 0; i < operands.size(); i++) {
      Operand operand = operands.get(i);
      String pattern = form.operands[i];
      boolean control = pattern.equals("sreg") || pattern.equals("cr") || pattern.equals("dr");
      boolean memoryOnly =
          pattern.startsWith("m") && !pattern.startsWith("moffs") || pattern.startsWith("fm");
      if (control) {
        reg = operand;
      } else if (pattern.startsWith("rm") || memoryOnly) {
        rm = operand;
      } else if (pattern.matches("r[0-9]+")) {
        if (opcode) {
          opcodeRegister = operand;
        } else if (both && !hasControl()) {
          reg = operand;
        } else {
          rm = operand;
        }
      }
    }
    if (contains("/rr")) {
      rm = reg;
    }
  }

  private boolean hasControl() {
    for (String pattern : form.operands) {
      if (pattern.equals("sreg") || pattern.equals("cr") || pattern.equals("dr")) {
        return true;
      }
    }
    return false;
  }

  private boolean contains(String wanted) {
    for (String part : form.encoding) {
      if (part.equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  private Operand memory() {
    for (Operand operand : operands) {
      if (operand.kind == Operand.Kind.MEMORY) {
        return operand;
      }
    }
    return null;
  }

  private Register segmentOverride() {
    Operand memory = memory();
    return memory == null ? null : memory.segment;
  }

  private int addressSize() {
    Operand memory = memory();
    int size = memory == null ? 0 : memory.addressSize();
    if (contains("a16")) {
      size = 2;
    } else if (contains("a32")) {
      size = 4;
    } else if (contains("a64")) {
      size = 8;
    }
    if (size == 0 && memory != null && memory.displacementSize > 1) {
      size = memory.displacementSize;
    }
    return size == 0 ? bits / 8 : size;
  }

  private boolean needsAddressPrefix() {
    int size = addressSize();
    if (bits == 64 && size == 2 || bits != 64 && size == 8) {
      Operand memory = memory();
      Token token = memory == null ? operands.get(0).token : memory.token;
      throw token.error(8 * size + "-bit addresses do not exist in " + bits + "-bit code");
    }
    return size != bits / 8;
  }

  private boolean needsOperandPrefix() {
    int size = form.size;
    boolean jump = contains("rel8");
    if (size == 0 || jump || size == 8) {
      return false;
    }
    return bits == 16 ? size == 4 : size == 2;
  }

  private void rex() {
    int rex = form.size == 8 && !form.defaults64 ? 0x48 : 0;
    boolean high = false;
    for (Operand operand : operands) {
      Register register = operand.register;
      if (register != null && register.kind() == Register.Kind.GENERAL) {
        high |= register.high();
        rex |= register.size() == 1 && register.needsRex() ? 0x40 : 0;
      }
    }
    rex |= extension(reg == null ? null : reg.register, 4);
    rex |= extension(opcodeRegister == null ? null : opcodeRegister.register, 1);
    if (rm != null) {
      rex |= extension(rm.register, 1) | extension(rm.base, 1) | extension(rm.index, 2);
    }
    if (rex == 0) {
      return;
    }
    if (bits != 64) {
      throw operands.get(0).error("this register exists only in 64-bit code");
    }
    if (high) {
      throw operands.get(0).error("ah, bh, ch and dh cannot be used with a REX prefix");
    }
    code.put(rex);
  }

  private static int extension(Register register, int bit) {
    return register != null && register.number() >= 8 ? 0x40 | bit : 0;
  }

  private int trailingBytes() {
    int count = 0;
    for (String part : form.encoding) {
      count +=
          switch (part) {
            case "ib", "ib2" -> 1;
            case "iw" -> 2;
            case "id" -> 4;
            case "iz" -> Math.min(form.size, 4);
            default -> 0;
          };
    }
    return count;
  }

  private Operand lastImmediate() {
    for (int i = operands.size() - 1; i >= 0; i--) {
      if (operands.get(i).kind == Operand.Kind.IMMEDIATE) {
        return operands.get(i);
      }
    }
    throw new AssertionError(form);
  }

  private void part(String part) {
    switch (part) {
      case "/r", "/rr" -> modrm(reg.register.number() & 7);
      case "+r" -> {}
      case "ib" -> immediateByte();
      case "ib2" -> code.number(operands.get(1), operands.get(1).value, 1);
      case "iw" -> code.number(operands.get(0), operands.get(0).value, 2);
      case "id" -> immediate(4);
      case "iq" -> immediate(8);
      case "iz" -> immediate(Math.min(form.size, 4));
      case "iv" -> immediate(form.size);
      case "idefault" -> immediate(bits == 16 ? 2 : 4);
      case "rel8" -> code.relative(operands.get(0), 1);
      case "relv" -> code.relative(operands.get(0), Math.min(form.size, 4));
      case "far" -> {
        code.number(operands.get(0), operands.get(0).value, form.size);
        code.number(operands.get(0), operands.get(0).selector, 2);
      }
      case "moffs" -> code.number(memory(), memory().value, addressSize());
      case "o16", "o32", "o64", "a16", "a32", "a64", "no64", "only64", "d64" -> {}
      default -> opcode(part);
    }
  }

  private void opcode(String part) {
    if (part.startsWith("/")) {
      modrm(part.charAt(1) - '0');
      return;
    }
    int value = Integer.parseInt(part, 16);
    boolean last = contains("+r") && !part.equals("0f");
    code.put(last ? value + (opcodeRegister.register.number() & 7) : value);
  }

  /** A byte that is sign-extended may be written as any number that ends up the same. */
  private void immediateByte() {
    Operand operand = lastImmediate();
    long number = operand.value.number();
    boolean extended = Code.fits(number, Math.max(form.size, 1)) && form.size > 1;
    if (extended && contains("83") || contains("6b") || contains("6a")) {
      code.put((int) number & 0xff);
    } else {
      code.number(operand, operand.value, 1);
    }
  }

  private void immediate(int size) {
    Operand operand = lastImmediate();
    if (form.size == 8 && size == 4 && operand.value.number() != (int) operand.value.number()) {
      throw operand.error("the value does not fit a sign-extended 32-bit number");
    }
    code.number(operand, operand.value, size);
  }

  private void modrm(int regBits) {
    if (rm.kind == Operand.Kind.MEMORY) {
      Addressing.emit(code, rm, regBits, addressSize());
    } else {
      code.put(0xc0 | regBits << 3 | rm.register.number() & 7);
    }
  }
}
