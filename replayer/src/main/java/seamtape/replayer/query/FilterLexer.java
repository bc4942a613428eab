package seamtape.replayer.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cuts a filter into tokens. */
final class FilterLexer {
  private static final List<String> SIGNS =
      List.of(
          "&&", "||", "^^", "==", "!=", "<=", ">=", "..", "(", ")", "{", "}", ",", "!", "<", ">",
          "~", "&");

  /** Factors of number suffixes: times in nanoseconds, sizes in bytes. */
  private static final Map<String, Long> UNITS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "B", 1L,
          "KiB", 1L << 10,
          "MiB", 1L << 20,
          "GiB", 1L << 30);

  private final String text;
  private final List<FilterToken> tokens = new ArrayList<>();
  private int at;

  private FilterLexer(String text) {
    this.text = text;
  }

  /** The tokens, the last of them END. */
  static List<FilterToken> tokens(String text) throws FilterException {
    return new FilterLexer(text).run();
  }

  private List<FilterToken> run() throws FilterException {
    while (true) {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      if (at == text.length()) {
        tokens.add(new FilterToken(FilterToken.Kind.END, "", 0, at, 1));
        return tokens;
      }
      next();
    }
  }

  private void next() throws FilterException {
    char first = text.charAt(at);
    boolean raw = first == 'r' && at + 1 < text.length() && text.charAt(at + 1) == '"';
    if (first == '"' || raw) {
      string(raw);
    } else if (digit(first) || (first == '-' && at + 1 < text.length() && digit(peek(1)))) {
      number();
    } else if (Character.isLetter(first) || first == '_') {
      word();
    } else {
      sign();
    }
  }

  private char peek(int ahead) {
    return text.charAt(at + ahead);
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  private void add(FilterToken.Kind kind, String content, long number, int start) {
    tokens.add(new FilterToken(kind, content, number, start, Math.max(1, at - start)));
  }

  private void string(boolean raw) throws FilterException {
    int start = at;
    StringBuilder content = new StringBuilder();
    at += raw ? 2 : 1;
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c == '\\' && !raw && at < text.length()) {
        c = text.charAt(at++);
        // \" and \\ stand for themselves; all else keeps its backslash, so that "\d" reads as
        // typed.
        if (c != '"' && c != '\\') {
          content.append('\\');
        }
      }
      content.append(c);
    }
    if (at == text.length()) {
      throw new FilterException("this string has no end", start, at - start, List.of("\""));
    }
    at++;
    add(FilterToken.Kind.STRING, content.toString(), 0, start);
  }

  private void number() throws FilterException {
    int start = at;
    if (text.charAt(at) == '-') {
      at++;
    }
    boolean fraction = false;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean point = c == '.' && !fraction && at + 1 < text.length() && digit(peek(1));
      if (!Character.isLetterOrDigit(c) && c != '_' && !point) {
        break;
      }
      fraction |= point;
      at++;
    }
    String written = text.substring(start, at);
    try {
      add(FilterToken.Kind.NUMBER, written, value(written.replace("_", "")), start);
    } catch (NumberFormatException e) {
      throw new FilterException(
          "“" + written + "” is not a number of 64 bits",
          start,
          at - start,
          List.of("12", "0x1f", "0b101", "50us", "4KiB"));
    }
  }

  private static long value(String written) {
    boolean minus = written.startsWith("-");
    String digits = minus ? written.substring(1) : written;
    long value;
    if (digits.startsWith("0x") || digits.startsWith("0X")) {
      value = Long.parseUnsignedLong(digits.substring(2), 16);
    } else if (digits.startsWith("0b") || digits.startsWith("0B")) {
      value = Long.parseUnsignedLong(digits.substring(2), 2);
    } else {
      value = decimal(digits);
    }
    return minus ? -value : value;
  }

  private static long decimal(String digits) {
    int unitAt = digits.length();
    while (unitAt > 0 && Character.isLetter(digits.charAt(unitAt - 1))) {
      unitAt--;
    }
    String unit = digits.substring(unitAt);
    String number = digits.substring(0, unitAt);
    if (unit.isEmpty() && number.indexOf('.') < 0) {
      return Long.parseUnsignedLong(number);
    }
    Long factor = unit.isEmpty() ? Long.valueOf(1) : UNITS.get(unit);
    if (factor == null) {
      throw new NumberFormatException(unit);
    }
    try {
      return new java.math.BigDecimal(number)
          .multiply(java.math.BigDecimal.valueOf(factor))
          .longValueExact();
    } catch (ArithmeticException e) {
      throw new NumberFormatException(digits);
    }
  }

  /** Names may hold dots and indices: {@code TDH.VP.ENTER}, {@code arg.entries[2].function}. */
  private void word() {
    int start = at;
    while (at < text.length() && wordChar(text.charAt(at))) {
      at++;
    }
    while (text.charAt(at - 1) == '.') {
      at--;
    }
    add(FilterToken.Kind.WORD, text.substring(start, at), 0, start);
  }

  private boolean wordChar(char c) {
    boolean range = c == '.' && at + 1 < text.length() && text.charAt(at + 1) == '.';
    return !range && (Character.isLetterOrDigit(c) || "_.[]".indexOf(c) >= 0);
  }

  private void sign() throws FilterException {
    for (String sign : SIGNS) {
      if (text.startsWith(sign, at)) {
        int start = at;
        at += sign.length();
        add(FilterToken.Kind.SIGN, sign, 0, start);
        return;
      }
    }
    String shown = text.substring(at, text.offsetByCodePoints(at, 1));
    throw new FilterException(
        shown.equals("=") ? "equality is written ==" : "“" + shown + "” means nothing here",
        at,
        shown.length(),
        List.of(shown.equals("=") ? "==" : "a field, a name in quotes, a number"));
  }
}
