package seamtape.recorder.strace;

/**
 * The text behind a call's closing parenthesis: {@code = 0 (KVM_EXIT_IO) <0.000012>}, {@code = -1
 * EINTR (...)}, {@code = 4<anon_inode:kvm-vm>}, {@code = 0x3000}, {@code = ?}.
 */
final class ResultText {
  /** No duration. */
  static final long NONE = Long.MIN_VALUE;

  private static final long SECOND = 1_000_000_000L;
  private static final byte[] EXIT = StraceLine.ascii("(KVM_EXIT");
  private static final byte[] ERRNO = StraceLine.ascii("(errno ");

  /** False for {@code ?} and for text that is no result. */
  boolean known;

  /** A value, or a negative errno. */
  long value;

  /** Exit reason of KVM_RUN; -1 when not shown. */
  int exitReason;

  /** Nanoseconds; {@link #NONE} without -T. */
  long duration;

  /** True when something stands behind the equals sign. */
  boolean present;

  private byte[] text;
  private int end;
  private int at;
  private final TextNumber number = new TextNumber();

  ResultText none() {
    known = false;
    present = false;
    value = 0;
    exitReason = -1;
    duration = NONE;
    return this;
  }

  ResultText parse(byte[] bytes, int from, int to) {
    none();
    text = bytes;
    at = from;
    end = to;
    skip(' ');
    if (at >= end || text[at] != '=') {
      return this;
    }
    at++;
    skip(' ');
    present = at < end;
    if (present) {
      result();
      details();
    }
    return this;
  }

  private void skip(char c) {
    while (at < end && text[at] == c) {
      at++;
    }
  }

  private void result() {
    int from = at;
    while (at < end && text[at] != ' ' && text[at] != '<') {
      at++;
    }
    known = number.parse(text, from, at);
    value = number.value;
    if (at < end && text[at] == '<') {
      int stop = CallText.annotationEnd(text, at, end);
      at = stop < 0 ? end : stop;
    }
  }

  private void details() {
    while (at < end) {
      skip(' ');
      int from = at;
      while (at < end && text[at] != ' ') {
        at++;
      }
      if (from < at) {
        detail(from, at);
      }
    }
  }

  private void detail(int from, int to) {
    switch (text[from]) {
      case 'E' -> errno(from, to);
      case '<' -> duration = duration(from + 1, to);
      case '(' -> {
        if (starts(from, EXIT) && text[to - 1] == ')') {
          Integer reason = Symbols.EXITS.find(text, from + 1, to - 1);
          exitReason = reason == null ? -1 : reason;
        } else if (starts(from, ERRNO)) {
          unnamedErrno(from + ERRNO.length);
        }
      }
      default -> {}
    }
  }

  /** {@code -1 EINTR}, but also {@code ? ERESTARTSYS}: the kernel's own restart codes. */
  private void errno(int from, int to) {
    Integer errno = Symbols.ERRORS.find(text, from, to);
    if (errno != null && (!known || value == -1)) {
      known = true;
      value = -errno;
    }
  }

  private void unnamedErrno(int from) {
    int to = from;
    while (to < end && text[to] >= '0' && text[to] <= '9') {
      to++;
    }
    if (value == -1 && number.parse(text, from, to) && number.value < 4096) {
      value = -number.value;
    }
  }

  private boolean starts(int from, byte[] word) {
    return end - from >= word.length
        && java.util.Arrays.equals(text, from, from + word.length, word, 0, word.length);
  }

  private long duration(int from, int to) {
    long seconds = 0;
    long nanoseconds = 0;
    long unit = 0;
    for (int i = from; i < to; i++) {
      byte c = text[i];
      if (c == '.') {
        unit = SECOND / 10;
      } else if (c >= '0' && c <= '9' && i - from < 20) {
        seconds = unit == 0 && seconds < 1L << 30 ? seconds * 10 + c - '0' : seconds;
        nanoseconds += unit * (c - '0');
        unit /= unit == 1 ? 2 : 10;
      } else {
        return c == '>' && i > from ? seconds * SECOND + nanoseconds : NONE;
      }
    }
    return NONE;
  }
}
