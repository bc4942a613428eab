package seamtape.replayer.shape;

import java.util.ArrayList;
import java.util.List;

/**
 * Items in levels: each item of a level is {@link #FAN} of the level beneath. A span is drawn from
 * the top down, and an item that is narrower than a bin is not looked into. Takes an eighth more
 * than its leaves.
 */
final class Pyramid {
  /** Items beneath one. */
  static final int FAN = 8;

  private final List<Items> levels = new ArrayList<>();

  /** Of each level above the leaves, the item that has not all of its own yet. */
  private final List<Item> open = new ArrayList<>();

  Pyramid() {
    levels.add(new Items());
    open.add(null);
  }

  void add(Item leaf) {
    Item item = leaf;
    for (int level = 0; item != null; level++) {
      levels.get(level).add(item);
      item = join(level + 1, item);
    }
  }

  /** The item of a level, once it has all of its own. */
  private Item join(int level, Item item) {
    boolean full = levels.get(level - 1).size() % FAN == 0;
    if (level == levels.size()) {
      levels.add(new Items());
      open.add(null);
    }
    Item begun = open.get(level);
    Item joined = begun == null ? item : begun.with(item);
    open.set(level, full ? null : joined);
    return full ? joined : null;
  }

  Items leaves() {
    return levels.get(0);
  }

  /**
   * What overlaps a span of time, narrower than a bin or a leaf.
   *
   * @param bin in the recording's clock
   */
  List<Item> within(long from, long to, long bin) {
    List<Item> found = new ArrayList<>();
    int done = 0;
    for (int level = levels.size() - 1; level >= 0; level--) {
      int size = levels.get(level).size();
      collect(level, done, size, new Span(from, to, bin), found);
      done = size * FAN;
    }
    return found;
  }

  private record Span(long from, long to, long bin) {}

  private void collect(int level, int first, int end, Span span, List<Item> found) {
    Items items = levels.get(level);
    for (int i = Math.max(first, items.firstEndingAfter(span.from)); i < end; i++) {
      if (items.start(i) > span.to) {
        return;
      }
      if (level == 0 || items.end(i) - items.start(i) < span.bin) {
        found.add(items.get(i));
      } else {
        collect(level - 1, i * FAN, (i + 1) * FAN, span, found);
      }
    }
  }
}
