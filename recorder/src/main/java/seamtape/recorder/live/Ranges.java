package seamtape.recorder.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A set of addresses, as ranges that do not touch a byte twice. */
final class Ranges {
  /** From inclusive, to exclusive. */
  record Range(long from, long to) {
    long length() {
      return to - from;
    }
  }

  private final TreeMap<Long, Long> ends = new TreeMap<>();

  void add(long from, long to) {
    remove(from, to);
    ends.put(from, to);
  }

  void remove(long from, long to) {
    cut(from);
    cut(to);
    ends.subMap(from, Math.max(from, to)).clear();
  }

  private void cut(long at) {
    Map.Entry<Long, Long> before = ends.lowerEntry(at);
    if (before != null && before.getValue() > at) {
      ends.put(at, before.getValue());
      ends.put(before.getKey(), at);
    }
  }

  boolean contains(long from, long to) {
    return from <= to && gaps(from, to).isEmpty();
  }

  /** What of a range is not in the set. */
  List<Range> gaps(long from, long to) {
    List<Range> gaps = new ArrayList<>();
    long at = from;
    for (Range part : within(from, to)) {
      if (part.from > at) {
        gaps.add(new Range(at, part.from));
      }
      at = part.to;
    }
    if (at < to) {
      gaps.add(new Range(at, to));
    }
    return gaps;
  }

  /** What of a range is in the set. */
  List<Range> within(long from, long to) {
    List<Range> parts = new ArrayList<>();
    if (from >= to) {
      return parts;
    }
    Map.Entry<Long, Long> before = ends.lowerEntry(from);
    if (before != null && before.getValue() > from) {
      parts.add(new Range(from, Math.min(before.getValue(), to)));
    }
    ends.subMap(from, to).forEach((start, end) -> parts.add(new Range(start, Math.min(end, to))));
    return parts;
  }

  List<Range> all() {
    List<Range> all = new ArrayList<>();
    ends.forEach((from, to) -> all.add(new Range(from, to)));
    return all;
  }
}
