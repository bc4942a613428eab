package seamtape.replayer.shape;

import java.util.Arrays;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/** A growing array of numbers. */
final class Longs {
  private long[] values = new long[16];
  private int size;

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.max(16, size * 2));
    }
    values[size++] = value;
  }

  long get(int index) {
    return values[index];
  }

  void set(int index, long value) {
    values[index] = value;
  }

  void write(NumberWriter to) {
    to.putAll(Arrays.copyOf(values, size));
  }

  static Longs read(NumberReader from) {
    Longs read = new Longs();
    read.values = from.numbers();
    read.size = read.values.length;
    return read;
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
