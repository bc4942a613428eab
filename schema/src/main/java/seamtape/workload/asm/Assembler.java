package seamtape.workload.asm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import seamtape.workload.asm.Forms.Form;

/**
 * Assembles the guest code of workloads: nasm's syntax and nasm's encodings, one instruction,
 * directive or label a line. {@code bits 16} unless the text says otherwise.
 */
public final class Assembler {
  /** A pass settles addresses; jumps only ever grow, so this many are never needed. */
  private static final int MAX_PASSES = 64;

  /** Bytes that one text may make. */
  private static final int MAX_BYTES = 1 << 24;

  private final List<List<Token>> lines = new ArrayList<>();
  private final boolean[] near;
  private final Symbols symbols = new Symbols();
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int bits = 16;
  private boolean grown;
  private int line;

  /** What a text became: its bytes, where they belong, and the address of every label. */
  public record Program(byte[] bytes, long origin, Map<String, Long> labels) {}

  private Assembler(String text) {
    String[] parts = text.split("\r?\n", -1);
    for (int i = 0; i < parts.length; i++) {
      lines.add(Token.scan(parts[i], i + 1));
    }
    near = new boolean[parts.length];
  }

  /** The bytes of {@code text}; throws {@link AsmException} at the first mistake. */
  public static byte[] assemble(String text) {
    return program(text, 0).bytes();
  }

  /** As {@link #assemble}, with addresses counted from {@code origin} unless the text says org. */
  public static Program program(String text, long origin) {
    Assembler assembler = new Assembler(text);
    assembler.symbols.origin(origin);
    for (int pass = 1; pass <= MAX_PASSES; pass++) {
      if (assembler.pass()) {
        return new Program(
            assembler.out.toByteArray(), assembler.symbols.origin(), assembler.symbols.labels());
      }
    }
    throw new AsmException(1, 1, "the addresses do not settle: labels depend on each other");
  }

  /** True when nothing moved any more; the first pass only guesses. */
  private boolean pass() {
    symbols.beginPass();
    out = new ByteArrayOutputStream();
    bits = 16;
    grown = false;
    for (line = 0; line < lines.size(); line++) {
      statement(new Cursor(lines.get(line), symbols));
    }
    return !symbols.firstPass() && !symbols.moved() && !grown;
  }

  private void emit(byte[] bytes, Token token) {
    if (out.size() + bytes.length > MAX_BYTES) {
      throw token.error("the code is longer than " + MAX_BYTES + " bytes");
    }
    out.writeBytes(bytes);
    symbols.here(symbols.here() + bytes.length);
  }

  private void statement(Cursor cursor) {
    label(cursor);
    if (cursor.atEnd()) {
      return;
    }
    Token word = cursor.peek();
    if (cursor.skipWord("times")) {
      times(cursor, word);
    } else {
      directive(cursor);
    }
    if (!cursor.atEnd()) {
      throw cursor.peek().error("unexpected " + cursor.peek().text());
    }
  }

  /** "name:" or "name" before a directive; "name equ value". */
  private void label(Cursor cursor) {
    Token name = cursor.peek();
    if (name.kind() != Token.Kind.WORD) {
      return;
    }
    Token second = cursor.peekSecond();
    if (second.kind() == Token.Kind.WORD && second.lower().equals("equ")) {
      cursor.next();
      cursor.next();
      symbols.define(name, cursor.expression());
      return;
    }
    boolean prefix = new Prefixes().take(name.lower());
    boolean colon = second.is(":");
    boolean data = second.kind() == Token.Kind.WORD && isData(second.lower());
    if (colon || data && !known(name.lower()) && !prefix) {
      cursor.next();
      cursor.skip(":");
      symbols.define(name, Value.label(symbols.here()));
    }
  }

  private static boolean isData(String word) {
    return List.of("db", "dw", "dd", "dq", "times", "resb").contains(word);
  }

  private static boolean known(String word) {
    return isData(word) || Forms.named(word) != null;
  }

  private void times(Cursor cursor, Token word) {
    Token first = cursor.peek();
    Value value = cursor.expression();
    if (value.labels() != 0 && !symbols.firstPass()) {
      throw first.error("expected a number, not an address");
    }
    long count = value.labels() == 0 ? value.number() : 0;
    if (count < 0 && symbols.firstPass()) {
      count = 0;
    }
    if (count < 0 || count > MAX_BYTES) {
      throw word.error("times " + count + " is out of range");
    }
    int start = cursor.position();
    for (long n = 0; n < count; n++) {
      cursor.position(start);
      directive(cursor);
    }
    if (count == 0) {
      while (!cursor.atEnd()) {
        cursor.next();
      }
    }
  }

  private void directive(Cursor cursor) {
    Token word = cursor.peek();
    if (word.kind() != Token.Kind.WORD) {
      throw word.error("expected an instruction, found '" + word.text() + "'");
    }
    switch (word.lower()) {
      case "db" -> data(cursor, 1);
      case "dw" -> data(cursor, 2);
      case "dd" -> data(cursor, 4);
      case "dq" -> data(cursor, 8);
      case "resb" -> {
        cursor.next();
        emit(new byte[limited(cursor.constant(), word)], word);
      }
      case "bits" -> bits(cursor);
      case "org" -> origin(cursor);
      case "align" -> align(cursor);
      default -> instruction(cursor);
    }
  }

  private static int limited(long count, Token token) {
    if (count < 0 || count > MAX_BYTES) {
      throw token.error(count + " is out of range");
    }
    return (int) count;
  }

  private void bits(Cursor cursor) {
    Token word = cursor.next();
    long wanted = cursor.constant();
    if (wanted != 16 && wanted != 32 && wanted != 64) {
      throw word.error("bits is 16, 32 or 64");
    }
    bits = (int) wanted;
  }

  private void origin(Cursor cursor) {
    Token word = cursor.next();
    if (out.size() > 0) {
      throw word.error("org comes before the first byte");
    }
    symbols.origin(cursor.constant());
  }

  /** Fills with NOP. */
  private void align(Cursor cursor) {
    Token word = cursor.next();
    long step = cursor.constant();
    if (step <= 0 || step > 4096 || Long.bitCount(step) != 1) {
      throw word.error("align takes a power of two up to 4096");
    }
    byte[] filling = new byte[(int) (-(symbols.here() - symbols.origin()) & step - 1)];
    Arrays.fill(filling, (byte) 0x90);
    emit(filling, word);
  }

  private void data(Cursor cursor, int size) {
    Token word = cursor.next();
    Code code = new Code(bits, symbols.here());
    do {
      Token token = cursor.peek();
      boolean alone = cursor.peekSecond().is(",") || cursor.peekSecond().kind() == Token.Kind.END;
      if (token.kind() == Token.Kind.STRING && alone) {
        cursor.next();
        text(code, token.text(), size);
        continue;
      }
      Operand operand = new Operand(Operand.Kind.IMMEDIATE, token);
      code.number(operand, cursor.expression(), size);
    } while (cursor.skip(","));
    emit(code.toBytes(), word);
  }

  /** A string fills whole elements, the last one with zeros. */
  private static void text(Code code, String text, int size) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      code.put(b);
    }
    for (int n = bytes.length; n % size != 0; n++) {
      code.put(0);
    }
  }

  private void instruction(Cursor cursor) {
    Prefixes prefixes = new Prefixes();
    Token word = cursor.next();
    while (prefixes.take(word.lower())) {
      word = cursor.next();
    }
    List<Form> forms = Forms.named(word.lower());
    if (forms == null || word.kind() != Token.Kind.WORD) {
      throw word.error("unknown instruction '" + word.text() + "' (a label ends with a colon)");
    }
    List<Operand> operands = new ArrayList<>();
    if (!cursor.atEnd()) {
      do {
        operands.add(cursor.operand());
      } while (cursor.skip(","));
    }
    shareSize(operands);
    for (Form form : forms) {
      if (new Matching(form, operands, bits, near[line]).fits()) {
        encode(form, operands, prefixes, word);
        return;
      }
    }
    throw refusal(word, operands, forms);
  }

  /** "mov [bx], word 5" says the size of the memory operand. */
  private static void shareSize(List<Operand> operands) {
    for (Operand operand : operands) {
      if (operand.kind == Operand.Kind.MEMORY && operand.size == 0 && operands.size() == 2) {
        Operand other = operands.get(operands.get(0) == operand ? 1 : 0);
        if (other.kind == Operand.Kind.IMMEDIATE) {
          operand.size = other.size;
        }
      }
    }
  }

  private AsmException refusal(Token word, List<Operand> operands, List<Form> forms) {
    String name = "'" + word.text() + "'";
    for (Operand operand : operands) {
      if (operand.register != null && operand.register.size() == 8 && bits != 64) {
        return operand.error("this register exists only in 64-bit code");
      }
      if (operand.kind == Operand.Kind.MEMORY && operand.size == 0) {
        return word.error(name + ": say the operand's size: byte, word, dword or qword");
      }
    }
    boolean count = forms.stream().anyMatch(form -> form.operands.length == operands.size());
    return word.error(
        count
            ? name + " has no form with these operands in " + bits + "-bit code"
            : name + " does not take " + operands.size() + " operands");
  }

  private void encode(Form form, List<Operand> operands, Prefixes prefixes, Token word) {
    boolean mayGrow = form.encoding[0].equals("eb") || form.encoding[0].startsWith("7");
    if (mayGrow
        && form.operands.length == 1
        && form.operands[0].equals("rel8")
        && !operands.get(0).isShort) {
      long offset = operands.get(0).value.number() - (symbols.here() + 2);
      if (offset != (byte) offset && !symbols.firstPass()) {
        near[line] = true;
        grown = true;
        emit(new byte[2], word);
        return;
      }
    }
    if (symbols.firstPass()) {
      emit(provisional(form, operands, prefixes), word);
      return;
    }
    emit(new Encoder(form, operands, bits, symbols.here()).encode(prefixes), word);
  }

  /** In the first pass forward labels are guessed; a range error would be premature. */
  private byte[] provisional(Form form, List<Operand> operands, Prefixes prefixes) {
    try {
      return new Encoder(form, operands, bits, symbols.here()).encode(prefixes);
    } catch (AsmException premature) {
      return new byte[2];
    }
  }
}
