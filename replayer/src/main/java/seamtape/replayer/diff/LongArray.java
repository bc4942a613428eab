package seamtape.replayer.diff;

import java.util.Arrays;

/** A list of longs without boxes. */
final class LongArray {
  private long[] values = new long[64];
  private int size;

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
  }

  long removeLast() {
    return values[--size];
  }

  long at(int index) {
    return values[index];
  }

  void put(int index, long value) {
    values[index] = value;
  }

  int size() {
    return size;
  }
}
