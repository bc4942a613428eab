package seamtape.recorder.strace;

/**
 * Reads a number as strace prints it: decimal, hex, octal, negative, symbols and numbers joined by
 * {@code |}, shifts, with or without a comment ({@code 0x2 /* KVM_MEM_READONLY * /}).
 */
final class TextNumber {
  long value;

  /** False when the text is not a number; {@link #value} is 0 then. */
  boolean parse(byte[] text, int from, int to) {
    value = 0;
    int at = from;
    boolean any = false;
    while (at < to) {
      if (text[at] == ' ' || text[at] == '|') {
        at++;
      } else if (text[at] == '/') {
        break;
      } else {
        int stop = wordEnd(text, at, to);
        if (!word(text, at, stop)) {
          value = 0;
          return false;
        }
        any = true;
        at = stop;
      }
    }
    return any;
  }

  private static int wordEnd(byte[] text, int from, int to) {
    int at = from;
    while (at < to && text[at] != '|' && text[at] != ' ' && text[at] != '/') {
      at++;
    }
    return at;
  }

  private boolean word(byte[] text, int from, int to) {
    byte c = text[from];
    if (c >= '0' && c <= '9') {
      int shift = shiftIn(text, from, to);
      return shift < 0 ? unsigned(text, from, to, false) : shifted(text, from, shift, to);
    }
    if (c == '-' && from + 1 < to) {
      return unsigned(text, from + 1, to, true);
    }
    Long symbol = Symbols.VALUES.find(text, from, to);
    value |= symbol == null ? 0 : symbol;
    return symbol != null;
  }

  private static int shiftIn(byte[] text, int from, int to) {
    for (int i = from; i + 1 < to; i++) {
      if (text[i] == '<' && text[i + 1] == '<') {
        return i;
      }
    }
    return -1;
  }

  /** {@code 21<<MAP_HUGE_SHIFT}. */
  private boolean shifted(byte[] text, int from, int shift, int to) {
    long others = value;
    value = 0;
    if (shift + 2 >= to || !word(text, shift + 2, to) || value < 0 || value > 63) {
      return false;
    }
    int bits = (int) value;
    value = 0;
    boolean number = unsigned(text, from, shift, false);
    value = others | value << bits;
    return number;
  }

  private boolean unsigned(byte[] text, int from, int to, boolean negative) {
    int radix = 10;
    int at = from;
    if (to - from > 1 && text[from] == '0') {
      radix = text[from + 1] == 'x' ? 16 : 8;
      at += radix == 16 ? 2 : 1;
    }
    if (at == to || to - at > 22) {
      return false;
    }
    long number = 0;
    for (; at < to; at++) {
      int digit = digit(text[at]);
      if (digit < 0 || digit >= radix) {
        return false;
      }
      number = number * radix + digit;
    }
    value |= negative ? -number : number;
    return true;
  }

  static int digit(byte c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }
}
