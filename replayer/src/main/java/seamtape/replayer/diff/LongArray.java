package seamtape.replayer.diff;

import java.util.Arrays;

/** A list of longs without boxes; what lies before an index can be let go. */
final class LongArray {
  private static final int MIN_DROPPED = 1024;

  private long[] values = new long[64];
  private int size;

  /** The index of the first that is kept. */
  private int first;

  void add(long value) {
    if (size - first == values.length) {
      values = Arrays.copyOf(values, values.length * 2);
    }
    values[size++ - first] = value;
  }

  long removeLast() {
    return values[--size - first];
  }

  long at(int index) {
    return values[index - first];
  }

  void put(int index, long value) {
    values[index - first] = value;
  }

  /** Lets go of those before an index, once they are the greater part: the others are moved. */
  void dropBefore(int index) {
    if (index - first > size - index && index - first >= MIN_DROPPED) {
      System.arraycopy(values, index - first, values, 0, size - index);
      first = index;
    }
  }

  /** Those let go count too: it is the index of the next. */
  int size() {
    return size;
  }
}
