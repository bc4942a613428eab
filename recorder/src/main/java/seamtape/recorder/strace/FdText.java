package seamtape.recorder.strace;

import seamtape.recorder.log.FdName;

/** An fd as strace prints it: {@code 3}, {@code 0x3}, {@code 3</dev/kvm<char 10:232>>}. */
final class FdText {
  int fd;

  /** What -y says of it; null without an annotation. */
  FdName name;

  private final TextNumber number = new TextNumber();

  /** False for what is no fd, AT_FDCWD included. */
  boolean parse(byte[] text, int from, int to) {
    int bracket = from;
    while (bracket < to && text[bracket] != '<' && text[bracket] != ' ') {
      bracket++;
    }
    name = null;
    if (!number.parse(text, from, bracket)) {
      return false;
    }
    fd = (int) number.value;
    while (bracket < to && text[bracket] == ' ') {
      bracket++;
    }
    if (bracket < to && text[bracket] == '<') {
      int stop = CallText.annotationEnd(text, bracket, to);
      name = FdName.of(text, bracket + 1, stop < 0 ? to : stop - 1);
    }
    return true;
  }
}
