package seamtape.replayer.shape;

import java.util.ArrayList;
import java.util.List;

/**
 * The calls of one lane at one depth of nesting, in order of their returns: each by itself while
 * they are few, in leaves of {@link #LEAF} always.
 */
public final class Track {
  /** Calls of a leaf. */
  static final int LEAF = 64;

  /** Tracks with more calls than this are kept as leaves alone. */
  static final int EXACT = 8192;

  /** Numbers of an item in its array. */
  private static final int WIDTH = 8;

  private final int depth;
  private Longs exact = new Longs();
  private Longs leaves = new Longs();
  private Item open;
  private long firstEventOfOpen;
  private long lastEvent;
  private final Longs firstEvents = new Longs();
  private final Longs lastEvents = new Longs();
  private long count;

  Track(int depth) {
    this.depth = depth;
  }

  public int depth() {
    return depth;
  }

  /** Calls. */
  public long count() {
    return count;
  }

  /** False for a track whose calls must be read from the recording to be told apart. */
  public boolean exact() {
    return exact != null;
  }

  void add(Item item, long enterEvent) {
    count++;
    if (exact != null && count > EXACT) {
      exact = null;
    }
    if (exact != null) {
      put(exact, item);
    }
    if (open == null) {
      firstEventOfOpen = enterEvent;
    }
    firstEventOfOpen = Math.min(firstEventOfOpen, enterEvent);
    lastEvent = Math.max(enterEvent, lastEvent);
    open = open == null ? item : open.with(item);
    if (open.count() >= LEAF) {
      close();
    }
  }

  void close() {
    if (open != null) {
      put(leaves, open);
      firstEvents.add(firstEventOfOpen);
      lastEvents.add(lastEvent);
      open = null;
    }
  }

  private static void put(Longs into, Item item) {
    into.add(item.start());
    into.add(item.end());
    into.add(item.count());
    into.add(item.errors());
    into.add(item.event());
    into.add(item.call());
    into.add(item.errorEvent());
    into.add(item.longest());
  }

  private static Item item(Longs from, int index) {
    int at = index * WIDTH;
    return new Item(
        from.get(at),
        from.get(at + 1),
        from.get(at + 2),
        from.get(at + 3),
        from.get(at + 4),
        (int) from.get(at + 5),
        from.get(at + 6),
        from.get(at + 7));
  }

  /**
   * Items that overlap a span of time; those that share a bin are one.
   *
   * @param bin width of a bin in the recording's clock, at least 1
   */
  public List<Item> items(long from, long to, long bin) {
    return merged(within(exact == null ? leaves : exact, from, to), bin);
  }

  /** Joins items that begin in one bin and end before the next is over. */
  public static List<Item> merged(List<Item> items, long bin) {
    List<Item> out = new ArrayList<>();
    Item last = null;
    for (Item item : items) {
      boolean close = last != null && item.end() - last.start() < bin;
      if (close) {
        last = last.with(item);
      } else {
        if (last != null) {
          out.add(last);
        }
        last = item;
      }
    }
    if (last != null) {
      out.add(last);
    }
    return out;
  }

  private static List<Item> within(Longs items, long from, long to) {
    List<Item> found = new ArrayList<>();
    int size = items.size() / WIDTH;
    for (int i = firstEndingAfter(items, from); i < size && items.get(i * WIDTH) <= to; i++) {
      found.add(item(items, i));
    }
    return found;
  }

  /** Ends ascend, since calls are added as they return. */
  private static int firstEndingAfter(Longs items, long time) {
    int low = 0;
    int high = items.size() / WIDTH;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (items.get(middle * WIDTH + 1) < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** First and last enter event of the leaves that overlap a span, and their calls; for reading. */
  long[] reach(long from, long to) {
    long first = Long.MAX_VALUE;
    long last = 0;
    long calls = 0;
    int size = leaves.size() / WIDTH;
    for (int i = firstEndingAfter(leaves, from); i < size; i++) {
      if (leaves.get(i * WIDTH) > to) {
        break;
      }
      first = Math.min(first, firstEvents.get(i));
      last = Math.max(last, lastEvents.get(i));
      calls += leaves.get(i * WIDTH + 2);
    }
    return new long[] {first, last, calls};
  }
}
