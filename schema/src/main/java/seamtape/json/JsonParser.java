package seamtape.json;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recursive descent over one text, bounded by the limits of {@link Json}. */
final class JsonParser {
  private static final int UNSIGNED_DIGITS = 20;

  private final String text;
  private final boolean unsigned;
  private int at;
  private int depth;

  JsonParser(String text, boolean unsigned) {
    this.text = text;
    this.unsigned = unsigned;
  }

  Object document() {
    if (text.length() > Json.MAX_CHARS) {
      throw error("longer than " + Json.MAX_CHARS + " characters");
    }
    Object value = value();
    skipSpace();
    if (at < text.length()) {
      throw error("expected the end, found " + shown());
    }
    return value;
  }

  private Object value() {
    skipSpace();
    if (at == text.length()) {
      throw error("expected a value, found the end");
    }
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", Boolean.TRUE);
      case 'f' -> word("false", Boolean.FALSE);
      case 'n' -> word("null", null);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw error("expected a value, found " + shown());
    };
  }

  private Map<String, Object> object() {
    enter();
    Map<String, Object> members = new LinkedHashMap<>();
    if (!skipIf('}')) {
      do {
        skipSpace();
        if (at == text.length() || text.charAt(at) != '"') {
          throw error("expected a name in quotes, found " + shown());
        }
        int nameAt = at;
        String name = string();
        expect(':');
        Object value = value();
        if (members.containsKey(name)) {
          at = nameAt;
          throw error("name used twice: " + name);
        }
        members.put(name, value);
      } while (skipIf(','));
      expect('}');
    }
    depth--;
    return members;
  }

  private List<Object> array() {
    enter();
    List<Object> elements = new ArrayList<>();
    if (!skipIf(']')) {
      do {
        elements.add(value());
      } while (skipIf(','));
      expect(']');
    }
    depth--;
    return elements;
  }

  private void enter() {
    at++;
    if (++depth > Json.MAX_DEPTH) {
      throw error("nested deeper than " + Json.MAX_DEPTH);
    }
  }

  private String string() {
    int start = ++at;
    while (at < text.length() && plain(text.charAt(at))) {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '"') {
      return text.substring(start, at++);
    }
    StringBuilder out = new StringBuilder(text.substring(start, at));
    while (true) {
      if (at == text.length()) {
        throw error("a string without its closing quote");
      }
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return out.toString();
      }
      if (c < ' ') {
        throw error("a control character in a string");
      }
      at++;
      out.append(c == '\\' ? escaped() : c);
    }
  }

  private static boolean plain(char c) {
    return c != '"' && c != '\\' && c >= ' ';
  }

  private char escaped() {
    if (at == text.length()) {
      throw error("a string without its closing quote");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> {
        at--;
        throw error("unknown escape " + shown());
      }
    };
  }

  private char unicode() {
    int code = 0;
    for (int i = 0; i < 4; i++, at++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0 || text.charAt(at) > 'f') {
        throw error("expected four hex digits after \\u");
      }
      code = code << 4 | digit;
    }
    return (char) code;
  }

  private Object number() {
    int start = at;
    skipIfHere('-');
    int first = at;
    digits();
    if (text.charAt(first) == '0' && at > first + 1) {
      at = first;
      throw error("a number with a leading zero");
    }
    boolean whole = true;
    if (skipIfHere('.')) {
      whole = false;
      digits();
    }
    if (skipIfHere('e') || skipIfHere('E')) {
      whole = false;
      if (!skipIfHere('+')) {
        skipIfHere('-');
      }
      digits();
    }
    String digits = text.substring(start, at);
    try {
      return whole ? (Object) Long.valueOf(digits) : (Object) Double.valueOf(digits);
    } catch (NumberFormatException e) {
      return beyondLong(digits, start);
    }
  }

  private BigInteger beyondLong(String digits, int start) {
    if (unsigned && digits.length() <= UNSIGNED_DIGITS) {
      BigInteger number = new BigInteger(digits);
      if (number.signum() > 0 && number.bitLength() <= Long.SIZE) {
        return number;
      }
    }
    at = start;
    throw error("a whole number beyond 64 bits");
  }

  private void digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw error("expected a digit, found " + shown());
    }
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw error("expected " + word + ", found " + shown());
    }
    at += word.length();
    return value;
  }

  private boolean skipIfHere(char c) {
    boolean here = at < text.length() && text.charAt(at) == c;
    if (here) {
      at++;
    }
    return here;
  }

  private boolean skipIf(char c) {
    skipSpace();
    return skipIfHere(c);
  }

  private void expect(char c) {
    if (!skipIf(c)) {
      throw error("expected '" + c + "', found " + shown());
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private String shown() {
    if (at >= text.length()) {
      return "the end";
    }
    char c = text.charAt(at);
    return c > ' ' && c < 0x7f ? "'" + c + "'" : String.format("U+%04X", (int) c);
  }

  private JsonException error(String message) {
    int end = Math.min(at, text.length());
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < end; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new JsonException(message, line, end - lineStart + 1);
  }
}
