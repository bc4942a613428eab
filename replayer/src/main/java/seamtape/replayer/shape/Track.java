package seamtape.replayer.shape;

import java.util.ArrayList;
import java.util.List;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/**
 * The calls of one lane at one depth of nesting, in order of their returns: each by itself while
 * they are few, in leaves of {@link #LEAF} always, and in a {@link Pyramid} over the leaves, so
 * that what is drawn costs by its width and not by the calls beneath it.
 */
public final class Track {
  /** Calls of a leaf. */
  static final int LEAF = 64;

  /** Tracks with more calls than this are kept as leaves alone. */
  static final int EXACT = 8192;

  private final int depth;
  private Items exact = new Items();
  private final Pyramid leaves = new Pyramid();
  private Item open;
  private long firstEventOfOpen;
  private long lastEvent;
  private Longs firstEvents = new Longs();
  private Longs lastEvents = new Longs();
  private long count;

  Track(int depth) {
    this.depth = depth;
  }

  /** What was added is closed. */
  void write(NumberWriter to) {
    to.put(count);
    to.put(exact == null ? 0 : 1);
    if (exact != null) {
      exact.write(to);
    }
    leaves.leaves().write(to);
    firstEvents.write(to);
    lastEvents.write(to);
  }

  static Track read(NumberReader from, int depth) {
    Track track = new Track(depth);
    track.count = from.number();
    track.exact = from.number() == 0 ? null : Items.read(from);
    Items items = Items.read(from);
    for (int i = 0; i < items.size(); i++) {
      track.leaves.add(items.get(i));
    }
    track.firstEvents = Longs.read(from);
    track.lastEvents = Longs.read(from);
    if (track.firstEvents.size() != items.size() || track.lastEvents.size() != items.size()) {
      throw new IllegalArgumentException("a reach for each leaf");
    }
    return track;
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
      exact.add(item);
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
      leaves.add(open);
      firstEvents.add(firstEventOfOpen);
      lastEvents.add(lastEvent);
      open = null;
    }
  }

  /**
   * Items that overlap a span of time; those that share a bin are one.
   *
   * @param bin width of a bin in the recording's clock, at least 1
   */
  public List<Item> items(long from, long to, long bin) {
    return merged(exact == null ? leaves.within(from, to, bin) : exact.within(from, to), bin);
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

  /** First and last enter event of the leaves that overlap a span, and their calls; for reading. */
  long[] reach(long from, long to) {
    long first = Long.MAX_VALUE;
    long last = 0;
    long calls = 0;
    Items items = leaves.leaves();
    for (int i = items.firstEndingAfter(from); i < items.size() && items.start(i) <= to; i++) {
      first = Math.min(first, firstEvents.get(i));
      last = Math.max(last, lastEvents.get(i));
      calls += items.count(i);
    }
    return new long[] {first, last, calls};
  }
}
