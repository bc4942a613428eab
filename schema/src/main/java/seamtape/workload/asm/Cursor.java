package seamtape.workload.asm;

import java.util.List;

/** Reads the tokens of one line: expressions and operands. */
final class Cursor {
  private final List<Token> tokens;
  private final Symbols symbols;
  private int at;

  Cursor(List<Token> tokens, Symbols symbols) {
    this.tokens = tokens;
    this.symbols = symbols;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    if (token.kind() != Token.Kind.END) {
      at++;
    }
    return token;
  }

  int position() {
    return at;
  }

  void position(int position) {
    at = position;
  }

  boolean atEnd() {
    return peek().kind() == Token.Kind.END;
  }

  boolean skip(String sign) {
    if (peek().is(sign)) {
      at++;
      return true;
    }
    return false;
  }

  boolean skipWord(String word) {
    if (peek().kind() == Token.Kind.WORD && peek().lower().equals(word)) {
      at++;
      return true;
    }
    return false;
  }

  void expect(String sign) {
    if (!skip(sign)) {
      throw peek().error("expected '" + sign + "', found " + peek().text());
    }
  }

  /** An expression without registers. */
  Value expression() {
    Token first = peek();
    Value value = or();
    if (!value.registers().isEmpty()) {
      throw first.error("a register has no value here");
    }
    return value;
  }

  /** A number that must be known without any label's final address. */
  long constant() {
    Token first = peek();
    Value value = expression();
    if (value.labels() != 0) {
      throw first.error("expected a number, not an address");
    }
    return value.number();
  }

  private Value or() {
    Value value = and();
    while (peek().is("|") || peek().is("^")) {
      Token sign = next();
      long right = number(sign, and());
      long left = number(sign, value);
      value = Value.of(sign.is("|") ? left | right : left ^ right);
    }
    return value;
  }

  private Value and() {
    Value value = shift();
    while (peek().is("&")) {
      Token sign = next();
      value = Value.of(number(sign, value) & number(sign, shift()));
    }
    return value;
  }

  private Value shift() {
    Value value = sum();
    while (peek().is("<<") || peek().is(">>")) {
      Token sign = next();
      long left = number(sign, value);
      long count = number(sign, sum());
      value = Value.of(sign.is("<<") ? left << count : left >>> count);
    }
    return value;
  }

  private Value sum() {
    Value value = product();
    while (peek().is("+") || peek().is("-")) {
      int sign = next().is("+") ? 1 : -1;
      value = value.plus(product(), sign);
    }
    return value;
  }

  private Value product() {
    Value value = unary();
    while (peek().is("*") || peek().is("/") || peek().is("%")) {
      Token sign = next();
      Value right = unary();
      if (sign.is("*")) {
        value = right.plain() ? value.times(right.number()) : right.times(number(sign, value));
        continue;
      }
      long divisor = number(sign, right);
      if (divisor == 0) {
        throw sign.error("division by zero");
      }
      long left = number(sign, value);
      value =
          Value.of(
              sign.is("/")
                  ? Long.divideUnsigned(left, divisor)
                  : Long.remainderUnsigned(left, divisor));
    }
    return value;
  }

  private static long number(Token sign, Value value) {
    if (!value.plain()) {
      throw sign.error("'" + sign.text() + "' needs numbers, not addresses or registers");
    }
    return value.number();
  }

  private Value unary() {
    Token token = next();
    switch (token.kind()) {
      case NUMBER -> {
        return Value.of(token.number());
      }
      case STRING -> {
        return Value.of(characters(token));
      }
      case WORD -> {
        Register register = Register.named(token.lower());
        return register != null ? Value.register(register.name()) : symbols.value(token);
      }
      case SIGN -> {
        return signed(token);
      }
      case END -> throw token.error("expected a value, found the end of the line");
    }
    throw new AssertionError(token);
  }

  private Value signed(Token token) {
    switch (token.text()) {
      case "-" -> {
        return unary().times(-1);
      }
      case "+" -> {
        return unary();
      }
      case "~" -> {
        return Value.of(~number(token, unary()));
      }
      case "(" -> {
        Value value = or();
        expect(")");
        return value;
      }
      case "$" -> {
        return Value.label(symbols.here());
      }
      case "$$" -> {
        return Value.label(symbols.origin());
      }
      default -> throw token.error("expected a value, found '" + token.text() + "'");
    }
  }

  /** A string as a number: its characters in memory order. */
  private static long characters(Token token) {
    if (token.text().length() > 8) {
      throw token.error("a string of more than 8 characters is no number");
    }
    long value = 0;
    for (int i = 0; i < token.text().length(); i++) {
      value |= (token.text().charAt(i) & 0xffL) << 8 * i;
    }
    return value;
  }

  /** One operand with its size and distance words. */
  Operand operand() {
    Token first = peek();
    int size = 0;
    boolean[] words = new boolean[4];
    while (peek().kind() == Token.Kind.WORD) {
      int named = size(peek().lower());
      int distance = List.of("short", "near", "far", "strict").indexOf(peek().lower());
      if (named > 0) {
        size = named;
      } else if (distance >= 0) {
        words[distance] = true;
      } else {
        break;
      }
      next();
    }
    Operand operand = body(first);
    if (size != 0 && operand.kind == Operand.Kind.REGISTER && size != operand.size) {
      throw operand.error("the size does not fit the register " + operand.register.name());
    }
    operand.size = size == 0 ? operand.size : size;
    operand.isShort = words[0];
    operand.isNear = words[1];
    operand.isFar = words[2];
    operand.isStrict = words[3];
    return operand;
  }

  private static int size(String word) {
    return switch (word) {
      case "byte" -> 1;
      case "word" -> 2;
      case "dword" -> 4;
      case "qword" -> 8;
      default -> 0;
    };
  }

  private Operand body(Token first) {
    if (skip("[")) {
      return memory(first);
    }
    Register register = peek().kind() == Token.Kind.WORD ? Register.named(peek().lower()) : null;
    if (register != null) {
      next();
      Operand operand = new Operand(Operand.Kind.REGISTER, first);
      operand.register = register;
      operand.size = register.size();
      return operand;
    }
    Value value = expression();
    if (skip(":")) {
      Operand operand = new Operand(Operand.Kind.FAR, first);
      operand.selector = value;
      operand.value = expression();
      return operand;
    }
    Operand operand = new Operand(Operand.Kind.IMMEDIATE, first);
    operand.value = value;
    return operand;
  }

  private Operand memory(Token first) {
    Operand operand = new Operand(Operand.Kind.MEMORY, first);
    boolean relative = skipWord("rel");
    if (peek().kind() == Token.Kind.WORD && size(peek().lower()) > 0) {
      operand.displacementSize = size(next().lower());
    }
    Register segment = peek().kind() == Token.Kind.WORD ? Register.named(peek().lower()) : null;
    if (segment != null && segment.kind() == Register.Kind.SEGMENT) {
      next();
      expect(":");
      operand.segment = segment;
      relative |= skipWord("rel");
    }
    Value value = or();
    expect("]");
    operand.value = value;
    // As in nasm, "rel" means nothing for an address that does not move with the code.
    operand.ripRelative = relative && value.registers().isEmpty() && value.labels() != 0;
    Addressing.assign(operand, value);
    return operand;
  }
}
