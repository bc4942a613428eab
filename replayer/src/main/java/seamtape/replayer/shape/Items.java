package seamtape.replayer.shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import seamtape.catalog.Catalog;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/** Items in order of their ends, eight numbers each. */
final class Items {
  /** Numbers of an item. */
  static final int WIDTH = 8;

  private final Longs numbers = new Longs();

  void add(Item item) {
    numbers.add(item.start());
    numbers.add(item.end());
    numbers.add(item.count());
    numbers.add(item.errors());
    numbers.add(item.event());
    numbers.add(item.call());
    numbers.add(item.errorEvent());
    numbers.add(item.longest());
  }

  Item get(int index) {
    int at = index * WIDTH;
    return new Item(
        numbers.get(at),
        numbers.get(at + 1),
        numbers.get(at + 2),
        numbers.get(at + 3),
        numbers.get(at + 4),
        (int) numbers.get(at + 5),
        numbers.get(at + 6),
        numbers.get(at + 7));
  }

  int size() {
    return numbers.size() / WIDTH;
  }

  long start(int index) {
    return numbers.get(index * WIDTH);
  }

  long end(int index) {
    return numbers.get(index * WIDTH + 1);
  }

  long count(int index) {
    return numbers.get(index * WIDTH + 2);
  }

  /** Those that overlap a span of time. */
  List<Item> within(long from, long to) {
    List<Item> found = new ArrayList<>();
    for (int i = firstEndingAfter(from); i < size() && start(i) <= to; i++) {
      found.add(get(i));
    }
    return found;
  }

  /** Ends ascend, since calls are added as they return. */
  int firstEndingAfter(long time) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (end(middle) < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Column by column: neighbours differ little. */
  void write(NumberWriter to) {
    int size = size();
    for (int column = 0; column < WIDTH; column++) {
      long[] values = new long[size];
      for (int i = 0; i < size; i++) {
        values[i] = numbers.get(i * WIDTH + column);
      }
      to.putAll(values);
    }
  }

  static Items read(NumberReader from) {
    Items read = new Items();
    long[][] columns = new long[WIDTH][];
    for (int column = 0; column < WIDTH; column++) {
      columns[column] = from.numbers();
      if (columns[column].length != columns[0].length) {
        throw new IllegalArgumentException("columns of unequal length");
      }
    }
    for (int i = 0; i < columns[0].length; i++) {
      Objects.checkIndex(columns[5][i], (long) Catalog.calls().size());
      for (long[] column : columns) {
        read.numbers.add(column[i]);
      }
    }
    return read;
  }
}
