package seamtape.recorder.ftrace;

/**
 * Values of a tracepoint's text by the word before them: kernels add and move fields, the words
 * stay. {@code -1} and the empty text stand for what is not there.
 */
final class TraceText {
  private TraceText() {}

  /** The word that follows a word, without a comma behind it; empty without one. */
  static String after(String text, String word) {
    for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      int end = at + word.length();
      boolean whole = at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
      if (whole && end < text.length() && " =".indexOf(text.charAt(end)) >= 0) {
        return first(text, end);
      }
    }
    return "";
  }

  private static String first(String text, int from) {
    int start = from;
    while (start < text.length() && " =".indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    int end = start;
    while (end < text.length() && " ,".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(start, end);
  }

  /** A number of digits only; -1 for anything else. */
  static long decimal(String text) {
    if (text.isEmpty() || text.length() > 18) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + c - '0';
    }
    return value;
  }

  /** True for hex digits with or without 0x, of at most 64 bits. */
  static boolean isHex(String text) {
    String digits = text.startsWith("0x") ? text.substring(2) : text;
    return !digits.isEmpty()
        && digits.length() <= 16
        && digits.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
  }

  /** All 64 bits of hex digits; 0 for what is none. */
  static long hex(String text) {
    return isHex(text)
        ? Long.parseUnsignedLong(text.startsWith("0x") ? text.substring(2) : text, 16)
        : 0;
  }
}
