package seamtape.recorder.strace;

import java.nio.charset.StandardCharsets;

/**
 * What strace prints in front of a call, and which kind of line it is. Prefixes come in any mix:
 * pid ({@code 123}, {@code 123<comm>}, {@code [pid 123]}), time (-t, -tt, -ttt, -r, both),
 * instruction pointer (-i), system call number (-n). One instance is reused for all lines of a
 * file.
 */
final class StraceLine {
  /** Kinds of lines. */
  enum Kind {
    /** {@code name(}: a call begins here, and may end here. */
    CALL,
    /** {@code <... name resumed>}. */
    RESUMED,
    /** {@code --- SIG... ---}. */
    SIGNAL,
    /** {@code +++ exited with 0 +++}. */
    EXIT,
    /** strace's own words, stack traces, empty lines. */
    NOTE,
    /** {@code , 0) = 0}: the rest of a line that foreign text cut. */
    REST,
    /** Anything else. */
    TEXT
  }

  /** How a time is to be read. */
  enum Clock {
    NONE,
    /** Since the line before. */
    RELATIVE,
    /** Since midnight. */
    DAY,
    /** Since 1970. */
    EPOCH
  }

  /** No thread has a higher id (PID_MAX_LIMIT): larger numbers are seconds. */
  static final int MAX_PID = 1 << 22;

  private static final int MAX_TOKENS = 8;
  private static final int MAX_NAME = 48;
  private static final long SECOND = 1_000_000_000L;
  private static final long EPOCH_FROM = 100_000_000L;
  private static final byte[] PID = ascii("[pid ");
  private static final byte[] IOCTL = ascii("ioctl(");
  private static final byte[] RESUMED_IOCTL = ascii("<... ioctl resumed>");
  private static final byte[] RESUMED = ascii("<... ");
  private static final byte[] STRACE = ascii("strace: ");

  byte[] bytes;
  int end;
  Kind kind;

  /** 0 without one. */
  int tid;

  Clock clock;

  /** Nanoseconds, as {@link #clock} says. */
  long time;

  /** The call's name. */
  int name;

  int nameEnd;

  /** Behind "name(", "resumed>", or the start of the rest. */
  int body;

  private int at;

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  Kind parse(byte[] line, int from, int to) {
    bytes = line;
    end = to;
    begin(from);
    kind = body();
    if (kind == Kind.TEXT) {
      recover(from);
    }
    return kind;
  }

  private void begin(int from) {
    at = from;
    tid = 0;
    clock = Clock.NONE;
    time = 0;
    for (int i = 0; i < MAX_TOKENS && token(); i++) {
      continue;
    }
  }

  /** Takes one token of the prefix; false where the prefix ends. */
  private boolean token() {
    skipSpaces();
    if (at >= end) {
      return false;
    }
    int start = at;
    boolean taken = tokenAt(bytes[at]);
    at = taken ? at : start;
    return taken;
  }

  private boolean tokenAt(byte c) {
    if (c >= '0' && c <= '9') {
      return number();
    }
    if (c == '[') {
      return starts(at, PID) ? bracketedPid() : bracket();
    }
    return c == '(' && at + 1 < end && bytes[at + 1] == '+' && skipBehind(')');
  }

  private boolean number() {
    long value = digits();
    byte c = at < end ? bytes[at] : 0;
    if (c == '.') {
      clock = value >= EPOCH_FROM ? Clock.EPOCH : Clock.RELATIVE;
      time = value * SECOND + fraction();
      return true;
    }
    if (c == ':') {
      return timeOfDay(value);
    }
    if (c == '<') {
      tid = (int) Math.min(value, MAX_PID);
      return skipComm();
    }
    if (c != ' ' || tid != 0 && value <= MAX_PID) {
      return false;
    }
    if (value <= MAX_PID) {
      tid = (int) value;
    } else {
      clock = Clock.EPOCH;
      time = value * SECOND;
    }
    return true;
  }

  /** At most 11 digits count: more is no time and no pid. */
  private long digits() {
    long value = 0;
    int first = at;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      value = at - first < 11 ? value * 10 + bytes[at] - '0' : value;
      at++;
    }
    return value;
  }

  /** The nanoseconds of ".123456"; ends behind the digits. */
  private long fraction() {
    if (at >= end || bytes[at] != '.') {
      return 0;
    }
    int first = ++at;
    long value = 0;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      value = at - first < 9 ? value * 10 + bytes[at] - '0' : value;
      at++;
    }
    for (int i = at - first; i < 9; i++) {
      value *= 10;
    }
    return value;
  }

  private boolean timeOfDay(long hours) {
    at++;
    long minutes = digits();
    if (at >= end || bytes[at] != ':') {
      return false;
    }
    at++;
    long seconds = digits();
    clock = Clock.DAY;
    time = (hours * 3600 + minutes * 60 + seconds) * SECOND + fraction();
    return true;
  }

  private boolean skipComm() {
    while (at < end && !(bytes[at] == '>' && (at + 1 == end || bytes[at + 1] == ' '))) {
      at++;
    }
    at = Math.min(at + 1, end);
    return at < end;
  }

  private boolean bracketedPid() {
    at += PID.length;
    skipSpaces();
    tid = (int) Math.min(digits(), MAX_PID);
    return skipBehind(']');
  }

  private boolean bracket() {
    return skipBehind(']') && bytes[at] == ' ';
  }

  private boolean skipBehind(char close) {
    while (at < end && bytes[at] != close) {
      at++;
    }
    at = Math.min(at + 1, end);
    return at < end;
  }

  private void skipSpaces() {
    while (at < end && bytes[at] == ' ') {
      at++;
    }
  }

  private Kind body() {
    if (at >= end) {
      return Kind.NOTE;
    }
    byte c = bytes[at];
    if (isNameByte(c)) {
      return call();
    }
    return switch (c) {
      case '+' -> repeated(c) ? Kind.EXIT : Kind.TEXT;
      case '-' -> repeated(c) ? Kind.SIGNAL : Kind.TEXT;
      case '<' -> starts(at, RESUMED) ? resumed() : Kind.TEXT;
      case ',', ')' -> rest();
      case '>' -> at > 0 && bytes[at - 1] == ' ' ? Kind.NOTE : Kind.TEXT;
      default -> Kind.TEXT;
    };
  }

  private boolean repeated(byte c) {
    return at + 3 < end && bytes[at + 1] == c && bytes[at + 2] == c && bytes[at + 3] == ' ';
  }

  private Kind rest() {
    body = at;
    return Kind.REST;
  }

  private Kind call() {
    name = at;
    int limit = Math.min(end, at + MAX_NAME);
    while (at < limit && isNameByte(bytes[at])) {
      at++;
    }
    if (at < end && bytes[at] == '(' && notDigit(bytes[name])) {
      nameEnd = at;
      body = at + 1;
      dropNoise();
      return Kind.CALL;
    }
    return starts(name, STRACE) ? Kind.NOTE : Kind.TEXT;
  }

  /** "helloioctl(": what the program wrote in front of the call. */
  private void dropNoise() {
    int start = nameEnd - (IOCTL.length - 1);
    if (start > name && starts(start, IOCTL)) {
      name = start;
    }
  }

  private Kind resumed() {
    name = at + RESUMED.length;
    at = name;
    while (at < end && bytes[at] != ' ') {
      at++;
    }
    nameEnd = at;
    while (at < end && bytes[at] != '>') {
      at++;
    }
    body = Math.min(at + 1, end);
    return at < end ? Kind.RESUMED : Kind.TEXT;
  }

  /** Looks for a call behind text that the program wrote on the same line. */
  private void recover(int from) {
    int pid = find(PID, from + 1);
    int start = pid >= 0 ? pid : find(IOCTL, from + 1);
    start = start >= 0 ? start : find(RESUMED_IOCTL, from + 1);
    if (start < 0) {
      return;
    }
    begin(start);
    Kind found = body();
    if (found == Kind.CALL || found == Kind.RESUMED || found == Kind.EXIT || found == Kind.SIGNAL) {
      kind = found;
    }
  }

  private int find(byte[] word, int from) {
    for (int i = from; i <= end - word.length; i++) {
      if (bytes[i] == word[0] && starts(i, word)) {
        return i;
      }
    }
    return -1;
  }

  boolean starts(int offset, byte[] word) {
    return end - offset >= word.length
        && java.util.Arrays.equals(bytes, offset, offset + word.length, word, 0, word.length);
  }

  /** True for a line that only strace prints: a call that ends as strace ends one, a signal. */
  boolean wellFormed() {
    if (kind != Kind.CALL) {
      return kind == Kind.RESUMED || kind == Kind.SIGNAL || kind == Kind.EXIT;
    }
    for (int i = end - 3; i >= body; i--) {
      if (bytes[i] == '=' && bytes[i - 1] == ' ' && bytes[i + 1] == ' ') {
        return true;
      }
    }
    return end > body && bytes[end - 1] == '>' && find(CallText.UNFINISHED, body) >= 0;
  }

  private static boolean notDigit(byte c) {
    return c < '0' || c > '9';
  }

  private static boolean isNameByte(byte c) {
    return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c >= 'A' && c <= 'Z';
  }
}
