package seamtape.workload.asm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A word, number, string or sign of a line, with its place. */
record Token(Kind kind, String text, long number, int line, int column) {
  enum Kind {
    WORD,
    NUMBER,
    STRING,
    SIGN,
    END
  }

  private static final String SIGNS = "[]+-*/%(),:&|^~";

  boolean is(String sign) {
    return kind == Kind.SIGN && text.equals(sign);
  }

  String lower() {
    return text.toLowerCase(Locale.ROOT);
  }

  AsmException error(String message) {
    return new AsmException(line, column, message);
  }

  /** The tokens of one line, the last of kind END; a semicolon starts a comment. */
  static List<Token> scan(String text, int line) {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < text.length() && text.charAt(at) != ';') {
      char c = text.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
        continue;
      }
      Token token = next(text, at, line);
      tokens.add(token);
      at = token.kind == Kind.STRING ? text.indexOf(c, at + 1) + 1 : at + token.text.length();
    }
    tokens.add(new Token(Kind.END, "end of line", 0, line, at + 1));
    return tokens;
  }

  private static Token next(String text, int at, int line) {
    char c = text.charAt(at);
    if (c == '\'' || c == '"' || c == '`') {
      int end = text.indexOf(c, at + 1);
      if (end < 0) {
        throw new AsmException(line, at + 1, "the string has no end");
      }
      return new Token(Kind.STRING, text.substring(at + 1, end), 0, line, at + 1);
    }
    if (text.startsWith("<<", at) || text.startsWith(">>", at) || text.startsWith("$$", at)) {
      return new Token(Kind.SIGN, text.substring(at, at + 2), 0, line, at + 1);
    }
    if (SIGNS.indexOf(c) >= 0 || c == '$') {
      return new Token(Kind.SIGN, String.valueOf(c), 0, line, at + 1);
    }
    int end = at;
    while (end < text.length() && isWord(text.charAt(end))) {
      end++;
    }
    if (end == at) {
      throw new AsmException(line, at + 1, "unexpected character '" + c + "'");
    }
    String word = text.substring(at, end);
    if (c >= '0' && c <= '9') {
      return new Token(Kind.NUMBER, word, number(word, line, at + 1), line, at + 1);
    }
    return new Token(Kind.WORD, word, 0, line, at + 1);
  }

  private static boolean isWord(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "._?@#".indexOf(c) >= 0;
  }

  /** 10, 0x1f, 1fh, 0b101, 101b, 0o17, 17o; underscores may separate digits. */
  private static long number(String word, int line, int column) {
    String digits = word.replace("_", "").toLowerCase(Locale.ROOT);
    try {
      if (digits.startsWith("0x")) {
        return Long.parseUnsignedLong(digits.substring(2), 16);
      }
      if (digits.endsWith("h")) {
        return Long.parseUnsignedLong(digits.substring(0, digits.length() - 1), 16);
      }
      if (digits.startsWith("0b")) {
        return Long.parseUnsignedLong(digits.substring(2), 2);
      }
      if (digits.startsWith("0o")) {
        return Long.parseUnsignedLong(digits.substring(2), 8);
      }
      String head = digits.substring(0, digits.length() - 1);
      return switch (digits.charAt(digits.length() - 1)) {
        case 'b' -> Long.parseUnsignedLong(head, 2);
        case 'o', 'q' -> Long.parseUnsignedLong(head, 8);
        case 'd' -> Long.parseUnsignedLong(head);
        default -> Long.parseUnsignedLong(digits);
      };
    } catch (NumberFormatException e) {
      throw new AsmException(line, column, "'" + word + "' is not a number");
    }
  }
}
