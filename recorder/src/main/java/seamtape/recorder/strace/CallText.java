package seamtape.recorder.strace;

/**
 * Finds the arguments of a call in its text, from behind {@code name(}: commas on the outermost
 * level part them. Nesting is counted, not recursed into, so that depth costs nothing.
 */
final class CallText {
  static final byte[] UNFINISHED = StraceLine.ascii("<unfinished ...>");

  /** Arguments kept; a system call has at most six. */
  private static final int MAX_ARGUMENTS = 8;

  byte[] bytes;
  int count;

  /** Behind the closing parenthesis; -1 when the text ends before it. */
  int close;

  /** Where {@code <unfinished ...>} begins; -1 without it. */
  int unfinished;

  private int end;
  private boolean unbalanced;
  private final int[] from = new int[MAX_ARGUMENTS];
  private final int[] to = new int[MAX_ARGUMENTS];

  CallText scan(byte[] text, int start, int limit) {
    bytes = text;
    end = limit;
    count = 0;
    close = -1;
    unfinished = -1;
    unbalanced = false;
    int depth = 0;
    int argument = start;
    int i = start;
    while (i < limit) {
      byte c = text[i];
      if (c > '>' && c != '[' && c != ']' && c != '{' && c != '}' || c >= '0' && c <= '9') {
        i++;
        continue;
      }
      switch (c) {
        case '"' -> i = behindString(i);
        case '/' -> i = behindComment(i);
        case '<' -> {
          if (isUnfinished(i)) {
            unfinished = i;
            add(argument, i);
            return this;
          }
          i = behindAnnotation(i);
        }
        case '(', '[', '{' -> {
          depth++;
          i++;
        }
        case ']', '}', ')' -> {
          if (c == ')' && depth == 0) {
            add(argument, i);
            close = i + 1;
            return this;
          }
          depth = Math.max(depth - 1, 0);
          i++;
        }
        case ',' -> {
          if (depth == 0) {
            add(argument, i);
            argument = i + 1;
          }
          i++;
        }
        default -> i++;
      }
    }
    add(argument, limit);
    return this;
  }

  private void add(int start, int stop) {
    int first = start;
    int last = Math.min(stop, end);
    while (first < last && bytes[first] == ' ') {
      first++;
    }
    while (last > first && bytes[last - 1] == ' ') {
      last--;
    }
    if (count < MAX_ARGUMENTS && (first < last || count > 0)) {
      from[count] = first;
      to[count++] = last;
    }
  }

  int from(int argument) {
    return argument < count ? from[argument] : end;
  }

  int to(int argument) {
    return argument < count ? to[argument] : end;
  }

  boolean has(int argument) {
    return argument < count && from[argument] < to[argument];
  }

  /** True when the argument stands whole: something follows it. */
  boolean whole(int argument) {
    return argument < count - 1 || argument == count - 1 && close >= 0;
  }

  private int behindString(int start) {
    for (int i = start + 1; i < end; i++) {
      if (bytes[i] == '\\') {
        i++;
      } else if (bytes[i] == '"') {
        return i + 1;
      }
    }
    return end;
  }

  private int behindComment(int start) {
    if (start + 1 >= end || bytes[start + 1] != '*') {
      return start + 1;
    }
    for (int i = start + 2; i + 1 < end; i++) {
      if (bytes[i] == '*' && bytes[i + 1] == '/') {
        return i + 2;
      }
    }
    return end;
  }

  private boolean isUnfinished(int at) {
    return end - at >= UNFINISHED.length
        && java.util.Arrays.equals(
            bytes, at, at + UNFINISHED.length, UNFINISHED, 0, UNFINISHED.length);
  }

  /** Behind the {@code >} of {@code 3</dev/kvm<char 10:232>>}; a shift is no annotation. */
  private int behindAnnotation(int start) {
    if (start + 1 < end && bytes[start + 1] == '<') {
      return start + 2;
    }
    int stop = unbalanced ? -1 : annotationEnd(bytes, start, end);
    unbalanced |= stop < 0;
    return stop < 0 ? start + 1 : stop;
  }

  /** Behind the bracket that closes the one at start; -1 when none does. "->" closes nothing. */
  static int annotationEnd(byte[] text, int start, int limit) {
    int depth = 0;
    for (int i = start; i < limit; i++) {
      if (text[i] == '<') {
        depth++;
      } else if (text[i] == '>' && text[i - 1] != '-' && --depth == 0) {
        return i + 1;
      }
    }
    return -1;
  }
}
