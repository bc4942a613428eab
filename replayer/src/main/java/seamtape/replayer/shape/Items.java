package seamtape.replayer.shape;

import java.util.ArrayList;
import java.util.List;

/** Items in order of their ends, eight numbers each. */
final class Items {
  /** Numbers of an item. */
  static final int WIDTH = 8;

  private final Longs numbers;

  Items() {
    this(new Longs());
  }

  Items(Longs numbers) {
    this.numbers = numbers;
  }

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

  Longs numbers() {
    return numbers;
  }
}
