package seamtape.replayer.shape;

import java.util.Arrays;

/** A growing array of numbers. */
final class Longs {
  private long[] values = new long[16];
  private int size;

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
  }

  long get(int index) {
    return values[index];
  }

  void set(int index, long value) {
    values[index] = value;
  }

  int size() {
    return size;
  }

  Longs copy() {
    Longs copy = new Longs();
    copy.values = Arrays.copyOf(values, values.length);
    copy.size = size;
    return copy;
  }
}
