package seamtape.workload.asm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The instruction forms, in the order in which nasm tries them. A line is "NAMES operands =
 * encoding flags". In operands and encoding "v" stands for the sizes 16, 32 and 64 in turn.
 *
 * <p>Operands: r register, rm register or memory, m memory, simm8 a number whose byte sign-extends
 * to the operand size, sreg, cr, dr, rel, far, moffs, or a register's name. Encoding: hex bytes, /r
 * or /0 to /7 ModRM, +r register in the opcode, ib iw immediate bytes, iz operand size but at most
 * 4, iv operand size, o16 o32 o64 operand size, a16 a32 a64 address size. Flags: no64, only64, d64
 * (in long mode the size is 64 without a prefix).
 */
final class Forms {
  private static final String[] ARITHMETIC = {
    "add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"
  };
  private static final String[] SHIFT = {"rol", "ror", "rcl", "rcr", "shl,sal", "shr", "", "sar"};
  private static final String[] CONDITIONS = {
    "o",
    "no",
    "b,c,nae",
    "ae,nb,nc",
    "e,z",
    "ne,nz",
    "be,na",
    "a,nbe",
    "s",
    "ns",
    "p,pe",
    "np,po",
    "l,nge",
    "ge,nl",
    "le,ng",
    "g,nle"
  };

  private static final Map<String, List<Form>> BY_NAME = new HashMap<>();

  static {
    for (int i = 0; i < 8; i++) {
      arithmetic(ARITHMETIC[i], i);
      shift(SHIFT[i], i);
    }
    for (int i = 0; i < CONDITIONS.length; i++) {
      for (String condition : CONDITIONS[i].split(",")) {
        condition(condition, i);
      }
    }
    FormText.LINES.lines().forEach(Forms::line);
  }

  private Forms() {}

  /** The forms of a mnemonic in lower case, or null. */
  static List<Form> named(String mnemonic) {
    return BY_NAME.get(mnemonic);
  }

  private static String hex(int value) {
    return Integer.toHexString(0x100 | value).substring(1);
  }

  private static void arithmetic(String name, int i) {
    line(name + " rm8,r8 = " + hex(8 * i) + " /r");
    line(name + " rmv,rv = " + hex(8 * i + 1) + " /r");
    line(name + " r8,rm8 = " + hex(8 * i + 2) + " /r");
    line(name + " rv,rmv = " + hex(8 * i + 3) + " /r");
    line(name + " rmv,simm8 = 83 /" + i + " ib");
    line(name + " al,imm8 = " + hex(8 * i + 4) + " ib");
    line(name + " av,immv = " + hex(8 * i + 5) + " iz");
    line(name + " rm8,imm8 = 80 /" + i + " ib");
    line(name + " rmv,immv = 81 /" + i + " iz");
  }

  private static void shift(String names, int i) {
    if (names.isEmpty()) {
      return;
    }
    line(names + " rm8,1 = d0 /" + i);
    line(names + " rm8,cl = d2 /" + i);
    line(names + " rm8,imm8 = c0 /" + i + " ib");
    line(names + " rmv,1 = d1 /" + i);
    line(names + " rmv,cl = d3 /" + i);
    line(names + " rmv,imm8 = c1 /" + i + " ib");
  }

  private static void condition(String condition, int i) {
    line("j" + condition + " rel8 = " + hex(0x70 + i) + " rel8");
    line("j" + condition + " relv = 0f " + hex(0x80 + i) + " relv");
    line("set" + condition + " rm8b = 0f " + hex(0x90 + i) + " /0");
    line("cmov" + condition + " rv,rmv = 0f " + hex(0x40 + i) + " /r");
  }

  private static void line(String line) {
    String[] halves = line.split(" = ");
    String[] head = halves[0].split(" ");
    String operands = head.length > 1 ? head[1] : "";
    boolean sized =
        operands.matches(".*(rv|mv|av|immv|relv|farv|moffsv).*") || halves[1].contains("relv");
    for (String name : head[0].split(",")) {
      List<Form> forms = BY_NAME.computeIfAbsent(name, key -> new ArrayList<>());
      if (!sized) {
        forms.add(new Form(operands, halves[1], fixedSize(halves[1])));
        continue;
      }
      for (int size : new int[] {2, 4, 8}) {
        forms.add(new Form(operands, halves[1], size));
      }
    }
  }

  private static int fixedSize(String encoding) {
    List<String> parts = List.of(encoding.split(" "));
    return parts.contains("o16") ? 2 : parts.contains("o32") ? 4 : parts.contains("o64") ? 8 : 0;
  }

  /** One form of one operand size (0: the size plays no part). */
  static final class Form {
    final String[] operands;
    final String[] encoding;
    final int size;
    final boolean no64;
    final boolean only64;
    final boolean defaults64;

    Form(String operands, String encoding, int size) {
      String bits = String.valueOf(8 * size);
      String expanded = operands.replaceAll("(rm|r|m|imm|rel|far|moffs)v", "$1" + bits);
      String accumulator = size == 2 ? "ax" : size == 4 ? "eax" : "rax";
      expanded = expanded.replace("av", accumulator);
      this.operands = expanded.isEmpty() ? new String[0] : expanded.split(",");
      this.encoding = encoding.split(" ");
      this.size = size;
      defaults64 = encoding.contains("d64") || encoding.contains("rel");
      no64 = encoding.contains("no64") || defaults64 && size == 4;
      only64 = encoding.contains("only64") || size == 8;
    }
  }
}
