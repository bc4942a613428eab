package seamtape.recorder.strace;

import seamtape.catalog.KvmIoctl;

/**
 * The request of an ioctl as strace prints it: {@code KVM_RUN}, {@code 0xae80}, {@code 0xae80 /*
 * KVM_RUN * /}, {@code _IOC(_IOC_READ|_IOC_WRITE, 0xae, 0xd4, 0x40)}, {@code A or B}.
 */
final class RequestText {
  private static final int KVM_TYPE = 0xae;
  private static final int MAX_NAME = 64;
  private static final byte[] IOC = StraceLine.ascii("_IOC(");
  private static final byte[] KVM = StraceLine.ascii("KVM_");
  private static final byte[] OR = StraceLine.ascii(" or ");

  /** False for requests that are not KVM's. */
  boolean kvm;

  /** Null for a number or a name that the catalog does not have. */
  KvmIoctl row;

  /** The 32-bit number; 0 when only a foreign name is shown. */
  int number;

  private final TextNumber value = new TextNumber();
  private final CallText parts = new CallText();

  void parse(byte[] text, int from, int to) {
    row = null;
    number = 0;
    kvm = false;
    if (from >= to) {
      return;
    }
    if (text[from] >= '0' && text[from] <= '9') {
      int stop = from;
      while (stop < to && text[stop] != ' ') {
        stop++;
      }
      if (value.parse(text, from, stop)) {
        numbered((int) value.value);
      }
    } else if (starts(text, from, to, IOC)) {
      composed(text, from + IOC.length, to);
    } else {
      named(text, from, to);
    }
  }

  private static boolean starts(byte[] text, int from, int to, byte[] word) {
    return to - from >= word.length
        && java.util.Arrays.equals(text, from, from + word.length, word, 0, word.length);
  }

  private void numbered(int request) {
    number = request;
    kvm = (request >>> 8 & 0xff) == KVM_TYPE;
    row = kvm ? KvmIoctl.byNumber(request).orElse(null) : null;
  }

  /** Direction, type, number and size, as _IOC() of asm-generic/ioctl.h puts them together. */
  private void composed(byte[] text, int from, int to) {
    parts.scan(text, from, to);
    int[] fields = new int[4];
    for (int i = 0; i < 4; i++) {
      if (!value.parse(text, parts.from(i), parts.to(i))) {
        return;
      }
      fields[i] = (int) value.value;
    }
    numbered(fields[0] << 30 | fields[3] << 16 | fields[1] << 8 | fields[2]);
  }

  private void named(byte[] text, int from, int to) {
    int at = from;
    while (at < to && row == null) {
      int stop = at;
      while (stop < to && !starts(text, stop, to, OR)) {
        stop++;
      }
      kvm |= starts(text, at, stop, KVM);
      row = Symbols.REQUESTS.find(text, at, stop);
      at = stop + OR.length;
    }
    number = row == null ? 0 : row.number();
  }

  /** For a name that foreign text follows without a gap: the longest name that it begins with. */
  void parseCut(byte[] text, int from, int to) {
    for (int stop = Math.min(to, from + MAX_NAME); stop > from && row == null; stop--) {
      row = Symbols.REQUESTS.find(text, from, stop);
    }
    kvm |= row != null;
    number = row == null ? number : row.number();
  }
}
