package seamtape.event;

import java.util.OptionalLong;

/** The copies of one event as one sparse range of bytes, by their place at the argument. */
final class CopiedBytes {
  /** A byte that no copy has. */
  static final int UNKNOWN = -1;

  private final byte[] bytes;
  private final long[] starts;
  private final long[] ends;
  private final int[] inBytes;

  /** Of the copies by where they start. */
  private final int[] order;

  private int last;

  CopiedBytes(Event event) {
    int count = event.copyCount();
    bytes = event.copyBytes();
    starts = new long[count];
    ends = new long[count];
    inBytes = new int[count];
    order = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = event.copyAt(i);
      ends[i] = starts[i] + event.copyLength(i);
      inBytes[i] = event.copyStart(i);
      order[i] = i;
    }
    sort();
  }

  /** They come in order nearly always. */
  private void sort() {
    for (int i = 1; i < order.length; i++) {
      int copy = order[i];
      int to = i;
      for (; to > 0 && starts[order[to - 1]] > starts[copy]; to--) {
        order[to] = order[to - 1];
      }
      order[to] = copy;
    }
  }

  /** The copy that has a byte; -1 where none has. */
  int copyOf(long at) {
    if (last < starts.length && starts[last] <= at && at < ends[last]) {
      return last;
    }
    int low = 0;
    int high = order.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int copy = order[middle];
      if (at < starts[copy]) {
        high = middle - 1;
      } else if (at >= ends[copy]) {
        low = middle + 1;
      } else {
        last = copy;
        return copy;
      }
    }
    return -1;
  }

  /** Offset of a byte in its copy. */
  int offsetInCopy(int copy, long at) {
    return (int) (at - starts[copy]);
  }

  int at(long at) {
    int copy = copyOf(at);
    return copy < 0 ? UNKNOWN : bytes[inBytes[copy] + offsetInCopy(copy, at)] & 0xff;
  }

  /** A little-endian number; empty where a byte is unknown. */
  OptionalLong number(long at, int size) {
    int copy = copyOf(at);
    if (copy >= 0 && at + size <= ends[copy]) {
      return OptionalLong.of(number(inBytes[copy] + offsetInCopy(copy, at), size));
    }
    return acrossCopies(at, size);
  }

  private long number(int from, int size) {
    long value = 0;
    for (int i = from + size - 1; i >= from; i--) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return value;
  }

  private OptionalLong acrossCopies(long at, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      int next = at(at + i);
      if (next == UNKNOWN) {
        return OptionalLong.empty();
      }
      value = value << 8 | next;
    }
    return OptionalLong.of(value);
  }

  /**
   * First place after {@code from} and below {@code to} that has a byte; {@code to} if none has.
   */
  long firstKnown(long from, long to) {
    long first = to;
    for (int i = 0; i < starts.length; i++) {
      if (ends[i] > from && starts[i] < first && ends[i] > starts[i]) {
        first = Math.max(starts[i], from);
      }
    }
    return first;
  }

  boolean anyKnown(long from, long length) {
    return firstKnown(from, from + length) < from + length;
  }

  /** End of the last copy that begins below a place; the place itself at most. */
  long lastKnownBelow(long place) {
    long end = Long.MIN_VALUE;
    for (int i = 0; i < starts.length; i++) {
      if (starts[i] < place && ends[i] > end) {
        end = Math.min(ends[i], place);
      }
    }
    return end;
  }

  /** Hex digits of a range, {@code ??} for unknown bytes. */
  String hex(long from, int length) {
    StringBuilder text = new StringBuilder(length * 2);
    for (int i = 0; i < length; i++) {
      int value = at(from + i);
      if (value == UNKNOWN) {
        text.append("??");
      } else {
        text.append(Character.forDigit(value >> 4, 16)).append(Character.forDigit(value & 15, 16));
      }
    }
    return text.toString();
  }
}
