package seamtape.codec;

import java.util.Arrays;
import seamtape.catalog.Catalog;
import seamtape.catalog.Row;
import seamtape.event.Event;
import seamtape.event.Phase;

/**
 * Reads events of one schema into a reused {@link Event}, without allocation. Every length is
 * checked before it is believed. One thread.
 */
public final class EventDecoder {
  /**
   * Bytes that the longs of the largest event take, and a word and a few more: an event that begins
   * so far before the end of its array is decoded without looking for the end at each number.
   */
  public static final int FAST_BYTES = 10 * (4 + Event.MAX_FIELDS) + 16;

  /** Longest number, in bytes, that the fast way reads. */
  private static final int FAST_LENGTH = 8;

  private static final int COPIES = 1;
  private static final int SOME = 2;
  private static final int INPUT = 4;
  private static final int ENTER = 8;
  private static final int SUBJECT = 16;
  private static final int RAW = 32;
  private static final int WRITTEN_SHIFT = 6;

  private final EventSchema schema;
  private final Phase[] phases;
  private final Row[] rows;
  private final int[] fieldCounts;

  /**
   * Where the fields go that were written, of a branch with some of the row's or in another order.
   */
  private final int[][] targets;

  /** Of each branch, what its bytes are: six bits, and the number of fields written. */
  private final int[] shapes;

  /** Branch, dt, who acts and link. */
  private final long[] head = new long[4];

  /** The last three of them. */
  private final long[] rest = new long[3];

  private final Numbers numbers = new Numbers();
  private byte[] source;
  private int limit;

  private int skipped;
  private int skippedCalls;
  private long timeBefore;

  public EventDecoder(EventSchema schema) {
    this.schema = schema;
    int count = schema.branchCount();
    phases = new Phase[count];
    rows = new Row[count];
    fieldCounts = new int[count];
    targets = new int[count][];
    shapes = new int[count];
    for (int i = 0; i < count; i++) {
      Branch branch = schema.branch(i);
      phases[i] = branch.phase();
      rows[i] = Catalog.row(branch.call());
      fieldCounts[i] = branch.fieldCount();
      targets[i] = branch.target();
      shapes[i] = shape(branch);
    }
  }

  private static int shape(Branch branch) {
    return branch.written() << WRITTEN_SHIFT
        | (branch.copies() ? COPIES : 0)
        | (branch.target() != null ? SOME : 0)
        | (branch.phase() == Phase.INPUT ? INPUT : 0)
        | (branch.phase() == Phase.ENTER ? ENTER : 0)
        | (branch.hasSubject() ? SUBJECT : 0)
        | (branch.raw() ? RAW : 0);
  }

  public EventSchema schema() {
    return schema;
  }

  /**
   * Reads one event; its number stays 0.
   *
   * @param from its first byte
   * @param to the end of what may be read
   * @param previousTime time of the event before it in the recording; 0 for the first
   * @return the position after its last byte
   */
  public int decode(byte[] bytes, int from, int to, long previousTime, Event into)
      throws MalformedEventException {
    begin(bytes, to);
    if (from <= bytes.length - FAST_BYTES) {
      int at = decodeFast(bytes, from, previousTime, into);
      if (at >= 0) {
        return at;
      }
    }
    return decodeSlow(bytes, from, previousTime, into);
  }

  private void begin(byte[] bytes, int to) {
    source = bytes;
    limit = Math.min(to, bytes.length);
    numbers.begin(bytes, to);
  }

  /**
   * An event whose longs lie in the array whatever they are, so that the limit is looked at once,
   * after the last of them.
   *
   * @return -1 when it is not of the usual kind
   */
  private int decodeFast(byte[] bytes, int from, long previousTime, Event into)
      throws MalformedEventException {
    long word = (long) Varint.WORD.get(bytes, from);
    int length = Varint.lengthAt(word);
    int longest = length;
    long index = Varint.valueAt(word, length);
    if (index < 0 || index >= shapes.length) {
      return -1;
    }
    int branch = (int) index;
    int shape = shapes[branch];
    if ((shape & (INPUT | RAW)) != 0) {
      return -1;
    }
    int at = from + length;
    word = (long) Varint.WORD.get(bytes, at);
    length = Varint.lengthAt(word);
    longest |= length;
    long dt = Varint.valueAt(word, length);
    at += length;
    word = (long) Varint.WORD.get(bytes, at);
    length = Varint.lengthAt(word);
    longest |= length;
    long who = Varint.valueAt(word, length);
    at += length;
    word = (long) Varint.WORD.get(bytes, at);
    length = Varint.lengthAt(word);
    longest |= length;
    long link = Varint.valueAt(word, length);
    if (longest > FAST_LENGTH) {
      return -1;
    }
    at += length;
    long actor = CompactIds.actorOf(who);
    link = (shape & SUBJECT) != 0 ? CompactIds.subjectOf(link) : link;
    long time = previousTime + dt;
    into.read(phases[branch], rows[branch], fieldCounts[branch], actor, time, link);
    long[] fields = into.fields;
    if ((shape & SOME) != 0) {
      at = scatter(bytes, at, branch, fields);
    } else {
      for (int i = 0, count = shape >>> WRITTEN_SHIFT; i < count; i++) {
        word = (long) Varint.WORD.get(bytes, at);
        length = Varint.lengthAt(word);
        if (length > FAST_LENGTH) {
          at = numbers.takeBytes(at, fields, i);
        } else {
          fields[i] = Varint.valueAt(word, length);
          at += length;
        }
      }
    }
    if ((shape & COPIES) != 0) {
      at = bytes[at] == 0 ? at + 1 : takeCopies(at, into);
    }
    if (at > limit) {
      throw Numbers.malformed("ends within an event", at);
    }
    return at;
  }

  private void begin(int branch, int shape, long previousTime, Event into) {
    boolean raw = (shape & RAW) != 0;
    long actor = raw ? head[2] : CompactIds.actorOf(head[2]);
    long link = (shape & INPUT) != 0 ? 0 : head[3];
    if (!raw && (shape & SUBJECT) != 0) {
      link = CompactIds.subjectOf(link);
    }
    long time = previousTime + head[1];
    into.read(phases[branch], rows[branch], fieldCounts[branch], actor, time, link);
  }

  /** Some of the row's fields, or in another order than the row's; the others are 0. */
  private int scatter(byte[] bytes, int from, int branch, long[] fields)
      throws MalformedEventException {
    for (int i = fieldCounts[branch] - 1; i >= 0; i--) {
      fields[i] = 0;
    }
    int at = from;
    for (int place : targets[branch]) {
      long word = (long) Varint.WORD.get(bytes, at);
      int length = Varint.lengthAt(word);
      if (length > FAST_LENGTH) {
        at = numbers.takeBytes(at, fields, place);
      } else {
        fields[place] = Varint.valueAt(word, length);
        at += length;
      }
    }
    return at;
  }

  /**
   * Passes over events that are not wanted, without reading their fields.
   *
   * @param most how many at most
   * @param into overwritten
   * @return the position of the first wanted event, or after the last one passed over; {@link
   *     #skipped}, {@link #skippedCalls} and {@link #timeBefore} tell what lies before it
   */
  public int skip(
      byte[] bytes, int from, int to, long previousTime, int most, Selection wanted, Event into)
      throws MalformedEventException {
    begin(bytes, to);
    boolean[] stop = wanted.branches();
    int lastFast = bytes.length - FAST_BYTES;
    int at = from;
    int count = 0;
    int calls = 0;
    long time = previousTime;
    for (; count < most; count++) {
      long word = at <= lastFast ? (long) Varint.WORD.get(bytes, at) : numbers.wordAt(at);
      int length = Varint.lengthAt(word);
      long index = Varint.valueAt(word, length);
      if (index < 0 || index >= stop.length || length > FAST_LENGTH || stop[(int) index]) {
        break;
      }
      int shape = shapes[(int) index];
      int end = at <= lastFast ? skipFast(bytes, at + length, shape) : -1;
      if (end < 0) {
        end = decode(bytes, at, to, time, into);
        time = into.time;
      } else {
        time += head[0];
      }
      calls += (shape & ENTER) != 0 ? 1 : 0;
      at = end;
    }
    skipped = count;
    skippedCalls = calls;
    timeBefore = time;
    return at;
  }

  /** The end of an event whose branch was read, its dt in {@link #head}; -1 when it is unusual. */
  private int skipFast(byte[] bytes, int from, int shape) throws MalformedEventException {
    long word = (long) Varint.WORD.get(bytes, from);
    int length = Varint.lengthAt(word);
    if (length > FAST_LENGTH) {
      return -1;
    }
    head[0] = Varint.valueAt(word, length);
    int rest = (shape >>> WRITTEN_SHIFT) + ((shape & INPUT) != 0 ? 1 : 2);
    int at = Varint.skip(bytes, from + length, rest);
    if ((shape & COPIES) != 0 && bytes[at++] != 0) {
      at = skipCopies(at - 1);
    }
    return at > limit ? -1 : at;
  }

  private int skipCopies(int from) throws MalformedEventException {
    long dt = head[0];
    int at = numbers.take(from, head, 1);
    while (head[0] != 0) {
      long count = head[0];
      if (count < 0 || count > Event.MAX_COPIES) {
        return Integer.MAX_VALUE;
      }
      for (long i = 0; i < count; i++) {
        at = numbers.take(at, head, 1);
        at = numbers.take(at, head, 1);
        if (head[0] < 0 || head[0] > limit - at) {
          return Integer.MAX_VALUE;
        }
        at += (int) head[0];
      }
      at = numbers.take(at, head, 1);
    }
    head[0] = dt;
    return at;
  }

  /** Events that the last {@link #skip} passed over. */
  public int skipped() {
    return skipped;
  }

  /** Enter events among them. */
  public int skippedCalls() {
    return skippedCalls;
  }

  /** Time of the last of them, or the time that it was given. */
  public long timeBefore() {
    return timeBefore;
  }

  private int decodeSlow(byte[] bytes, int from, long previousTime, Event into)
      throws MalformedEventException {
    int at = numbers.take(from, head, 1);
    if (head[0] < 0 || head[0] >= shapes.length) {
      throw Numbers.malformed("no row has branch " + head[0], from);
    }
    int branch = (int) head[0];
    int shape = shapes[branch];
    at = numbers.take(at, rest, (shape & INPUT) != 0 ? 2 : 3);
    System.arraycopy(rest, 0, head, 1, rest.length);
    begin(branch, shape, previousTime, into);
    at = takeFields(branch, shape >>> WRITTEN_SHIFT, at, into.fields);
    return (shape & COPIES) != 0 ? takeCopies(at, into) : at;
  }

  private int takeFields(int branch, int written, int from, long[] fields)
      throws MalformedEventException {
    int[] target = targets[branch];
    if (target == null) {
      return numbers.take(from, fields, written);
    }
    Arrays.fill(fields, 0, fieldCounts[branch], 0);
    int at = from;
    for (int place : target) {
      at = numbers.take(at, head, 1);
      fields[place] = head[0];
    }
    return at;
  }

  /** An Avro array: parts of items, each led by its count, or by its count negated and a size. */
  private int takeCopies(int from, Event into) throws MalformedEventException {
    int at = numbers.take(from, head, 1);
    while (head[0] != 0) {
      long count = head[0];
      if (count < 0) {
        at = numbers.take(at, head, 1);
        count = -count;
      }
      if (count < 0 || count > Event.MAX_COPIES - into.copyCount()) {
        throw Numbers.malformed("more than " + Event.MAX_COPIES + " copies", at);
      }
      for (long i = 0; i < count; i++) {
        at = takeCopy(at, into);
      }
      at = numbers.take(at, head, 1);
    }
    return at;
  }

  private int takeCopy(int from, Event into) throws MalformedEventException {
    int at = numbers.take(from, head, 2);
    long length = head[1];
    if (length < 0 || length > limit - at) {
      throw Numbers.malformed("a copy of " + length + " bytes, " + (limit - at) + " are left", at);
    }
    if (into.copyStart(into.copyCount()) + length > Event.MAX_COPY_BYTES) {
      throw Numbers.malformed("copies of more than " + Event.MAX_COPY_BYTES + " bytes", at);
    }
    into.copy(head[0], source, at, (int) length);
    return at + (int) length;
  }
}
