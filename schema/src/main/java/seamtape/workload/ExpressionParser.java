package seamtape.workload;

import java.util.function.Function;

/**
 * Reads {@code 0x1000 + 4 * i}: numbers, names, {@code + - * / % << >> & |}, unary {@code - ~},
 * parentheses; <code>${x}</code> is {@code (x)}. Folds what is constant.
 */
public final class ExpressionParser {
  /** Characters of one expression. */
  private static final int MAX_LENGTH = 1000;

  private static final int MAX_DEPTH = 50;

  /** Operators by how tightly they bind; {@code <} and {@code >} stand for the shifts. */
  private static final String[] LEVELS = {"|", "&", "<>", "+-", "*/%"};

  private final String text;
  private final Function<String, Expression> names;
  private int at;
  private int depth;

  private ExpressionParser(String text, Function<String, Expression> names) {
    this.text = text;
    this.names = names;
  }

  /**
   * @param names what a name becomes; null for one that is not known
   * @throws IllegalArgumentException with a sentence for the author of the workload
   */
  public static Expression parse(String text, Function<String, Expression> names) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("expression longer than " + MAX_LENGTH + " characters");
    }
    ExpressionParser parser = new ExpressionParser(text, names);
    Expression expression = parser.level(0);
    parser.blanks();
    if (parser.at < text.length()) {
      throw parser.unexpected();
    }
    return expression;
  }

  private Expression level(int level) {
    if (level == LEVELS.length) {
      return unary();
    }
    Expression left = level(level + 1);
    for (char operator = operator(level); operator != 0; operator = operator(level)) {
      left = fold(new Expression.Binary(operator, left, level(level + 1)));
    }
    return left;
  }

  /** Takes an operator of that level; 0 when there is none. */
  private char operator(int level) {
    blanks();
    if (at == text.length() || LEVELS[level].indexOf(text.charAt(at)) < 0) {
      return 0;
    }
    char operator = text.charAt(at++);
    boolean shift = operator == '<' || operator == '>';
    if (shift && (at == text.length() || text.charAt(at++) != operator)) {
      throw new IllegalArgumentException("write shifts as << and >>: " + text);
    }
    return operator;
  }

  private Expression unary() {
    blanks();
    if (++depth > MAX_DEPTH) {
      throw new IllegalArgumentException("expression nested deeper than " + MAX_DEPTH);
    }
    try {
      if (at < text.length() && "-~".indexOf(text.charAt(at)) >= 0) {
        return fold(new Expression.Unary(text.charAt(at++), unary()));
      }
      return primary();
    } finally {
      depth--;
    }
  }

  private Expression primary() {
    if (at == text.length()) {
      throw new IllegalArgumentException("a number or name is missing at the end of: " + text);
    }
    char c = text.charAt(at);
    if (c == '(' || text.startsWith("${", at)) {
      at += c == '(' ? 1 : 2;
      Expression inner = level(0);
      close(c == '(' ? ')' : '}');
      return inner;
    }
    if (Character.isDigit(c)) {
      return number();
    }
    if (Character.isLetter(c) || c == '_') {
      return name();
    }
    throw unexpected();
  }

  private void close(char bracket) {
    blanks();
    if (at == text.length() || text.charAt(at++) != bracket) {
      throw new IllegalArgumentException("'" + bracket + "' is missing in: " + text);
    }
  }

  private Expression number() {
    String digits = word(false).replace("_", "");
    try {
      if (digits.startsWith("0x") || digits.startsWith("0X")) {
        return Expression.of(Long.parseUnsignedLong(digits.substring(2), 16));
      }
      if (digits.startsWith("0b")) {
        return Expression.of(Long.parseUnsignedLong(digits.substring(2), 2));
      }
      return Expression.of(Long.parseUnsignedLong(digits));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "not a 64-bit number: " + digits + " (write decimal, 0x hex or 0b binary)");
    }
  }

  private Expression name() {
    String name = word(true);
    Expression expression = names.apply(name);
    if (expression == null) {
      throw new IllegalArgumentException("unknown name " + name);
    }
    return expression;
  }

  /**
   * Letters, digits and underscores; for names also field paths: {@code dev.fd}, {@code e[1].x}.
   */
  private String word(boolean path) {
    int start = at;
    while (at < text.length() && inWord(text.charAt(at), path)) {
      at++;
    }
    return text.substring(start, at);
  }

  private static boolean inWord(char c, boolean path) {
    return Character.isLetterOrDigit(c) || c == '_' || (path && (c == '.' || c == '[' || c == ']'));
  }

  private void blanks() {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException(
        "unexpected '" + text.charAt(at) + "' at character " + (at + 1) + " of: " + text);
  }

  private static Expression fold(Expression expression) {
    boolean constant =
        expression instanceof Expression.Unary unary
            ? unary.operand() instanceof Expression.Constant
            : expression instanceof Expression.Binary binary
                && binary.left() instanceof Expression.Constant
                && binary.right() instanceof Expression.Constant;
    if (!constant) {
      return expression;
    }
    try {
      return Expression.of(expression.evaluate(null));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("division by zero");
    }
  }
}
