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
  private static final int MAX_LONG_SHIFT = 63;

  /**
   * Bytes that the longs of the largest event take, and a word and a few more: an event that begins
   * so far before the end of its array is decoded without looking for the end at each number.
   */
  public static final int FAST_BYTES = 10 * (4 + Event.MAX_FIELDS) + 16;

  /** Longest number, in bytes, that the fast way reads. */
  private static final int FAST_LENGTH = 8;

  private static final int COPIES = 1;
  private static final int REORDERED = 2;
  private static final int INPUT = 4;
  private static final int ENTER = 8;
  private static final int WRITTEN_SHIFT = 4;

  private final EventSchema schema;
  private final Branch[] branches;
  private final Phase[] phases;
  private final Row[] rows;
  private final int[] fieldCounts;

  /** Of each branch, what its bytes are: four bits, and the number of fields written. */
  private final int[] shapes;

  /** Branch; then dt, actor and link. */
  private final long[] head = new long[3];

  private byte[] source;
  private int limit;

  private int skipped;
  private int skippedCalls;
  private long timeBefore;

  public EventDecoder(EventSchema schema) {
    this.schema = schema;
    int count = schema.branchCount();
    branches = new Branch[count];
    phases = new Phase[count];
    rows = new Row[count];
    fieldCounts = new int[count];
    shapes = new int[count];
    for (int i = 0; i < count; i++) {
      Branch branch = schema.branch(i);
      branches[i] = branch;
      phases[i] = branch.phase();
      rows[i] = Catalog.row(branch.call());
      fieldCounts[i] = branch.fieldCount();
      shapes[i] = shape(branch);
    }
  }

  private static int shape(Branch branch) {
    return branch.written() << WRITTEN_SHIFT
        | (branch.copies() ? COPIES : 0)
        | (branch.target() != null ? REORDERED : 0)
        | (branch.phase() == Phase.INPUT ? INPUT : 0)
        | (branch.phase() == Phase.ENTER ? ENTER : 0);
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
    source = bytes;
    limit = Math.min(to, bytes.length);
    if (from <= bytes.length - FAST_BYTES) {
      int at = decodeFast(bytes, from, previousTime, into);
      if (at >= 0) {
        return at;
      }
    }
    return decodeSlow(bytes, from, previousTime, into);
  }

  /**
   * An event whose longs lie in the array whatever they are, so that the limit is looked at once,
   * after the last of them. Spelled out, because this is what a scan does.
   *
   * @return -1 when it is not of the usual kind
   */
  private int decodeFast(byte[] bytes, int from, long previousTime, Event into)
      throws MalformedEventException {
    int at = from;
    long word = (long) Varint.WORD.get(bytes, at);
    int length = Varint.lengthAt(word);
    int longest = length;
    long index = Varint.valueAt(word, length);
    if (index < 0 || index >= shapes.length) {
      return -1;
    }
    int branch = (int) index;
    int shape = shapes[branch];
    if ((shape & (INPUT | REORDERED)) != 0) {
      return -1;
    }
    at += length;
    word = (long) Varint.WORD.get(bytes, at);
    length = Varint.lengthAt(word);
    longest |= length;
    long dt = Varint.valueAt(word, length);
    at += length;
    word = (long) Varint.WORD.get(bytes, at);
    length = Varint.lengthAt(word);
    longest |= length;
    long actor = Varint.valueAt(word, length);
    at += length;
    word = (long) Varint.WORD.get(bytes, at);
    length = Varint.lengthAt(word);
    longest |= length;
    long link = Varint.valueAt(word, length);
    if (longest > FAST_LENGTH) {
      return -1;
    }
    at += length;
    into.read(phases[branch], rows[branch], fieldCounts[branch], actor, previousTime + dt, link);
    long[] fields = into.fields;
    for (int i = 0, count = shape >>> WRITTEN_SHIFT; i < count; i++) {
      word = (long) Varint.WORD.get(bytes, at);
      length = Varint.lengthAt(word);
      if (length > FAST_LENGTH) {
        at = takeBytes(at, fields, i);
      } else {
        fields[i] = Varint.valueAt(word, length);
        at += length;
      }
    }
    if ((shape & COPIES) != 0) {
      at = bytes[at] == 0 ? at + 1 : takeCopies(at, into);
    }
    if (at > limit) {
      throw malformed("ends within an event", at);
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
    limit = Math.min(to, bytes.length);
    source = bytes;
    boolean[] stop = wanted.branches();
    int lastFast = bytes.length - FAST_BYTES;
    int at = from;
    int count = 0;
    int calls = 0;
    long time = previousTime;
    for (; count < most; count++) {
      long word = at <= lastFast ? (long) Varint.WORD.get(bytes, at) : first(at);
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

  /** The bytes of a branch near the end of the array, as of a word. */
  private long first(int at) {
    long word = 0;
    for (int i = 0; i < 8 && at + i < limit; i++) {
      word |= (source[at + i] & 0xffL) << (i << 3);
    }
    return word;
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
    int at = takeLongs(from, head, 1);
    while (head[0] != 0) {
      long count = head[0];
      if (count < 0 || count > Event.MAX_COPIES) {
        return Integer.MAX_VALUE;
      }
      for (long i = 0; i < count; i++) {
        at = takeLongs(at, head, 1);
        at = takeLongs(at, head, 1);
        if (head[0] < 0 || head[0] > limit - at) {
          return Integer.MAX_VALUE;
        }
        at += (int) head[0];
      }
      at = takeLongs(at, head, 1);
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
    int at = takeLongs(from, head, 1);
    if (head[0] < 0 || head[0] >= branches.length) {
      throw malformed("no row has branch " + head[0], from);
    }
    Branch branch = branches[(int) head[0]];
    Row row = rows[(int) head[0]];
    Phase phase = branch.phase();
    at = takeLongs(at, head, phase == Phase.INPUT ? 2 : 3);
    long link = phase == Phase.INPUT ? 0 : head[2];
    into.read(phase, row, branch.fieldCount(), head[1], previousTime + head[0], link);
    at = takeFields(branch, at, into.fields);
    return branch.copies() ? takeCopies(at, into) : at;
  }

  private int takeFields(Branch branch, int from, long[] fields) throws MalformedEventException {
    int[] target = branch.target();
    if (target == null) {
      return takeLongs(from, fields, branch.written());
    }
    Arrays.fill(fields, 0, branch.fieldCount(), 0);
    int at = from;
    for (int i = 0; i < target.length; i++) {
      at = takeLongs(at, head, 1);
      fields[target[i]] = head[0];
    }
    return at;
  }

  /** An Avro array: parts of items, each led by its count, or by its count negated and a size. */
  private int takeCopies(int from, Event into) throws MalformedEventException {
    int at = takeLongs(from, head, 1);
    while (head[0] != 0) {
      long count = head[0];
      if (count < 0) {
        at = takeLongs(at, head, 1);
        count = -count;
      }
      if (count < 0 || count > Event.MAX_COPIES - into.copyCount()) {
        throw malformed("more than " + Event.MAX_COPIES + " copies", at);
      }
      for (long i = 0; i < count; i++) {
        at = takeCopy(at, into);
      }
      at = takeLongs(at, head, 1);
    }
    return at;
  }

  private int takeCopy(int from, Event into) throws MalformedEventException {
    int at = takeLongs(from, head, 2);
    long length = head[1];
    if (length < 0 || length > limit - at) {
      throw malformed("a copy of " + length + " bytes, " + (limit - at) + " are left", at);
    }
    if (into.copyStart(into.copyCount()) + length > Event.MAX_COPY_BYTES) {
      throw malformed("copies of more than " + Event.MAX_COPY_BYTES + " bytes", at);
    }
    into.copy(head[0], source, at, (int) length);
    return at + (int) length;
  }

  /** Reads longs by whole words, byte by byte where less than a word is left or needed. */
  private int takeLongs(int from, long[] into, int count) throws MalformedEventException {
    byte[] bytes = source;
    int lastWord = limit - 8;
    int at = from;
    for (int i = 0; i < count; i++) {
      if (at <= lastWord) {
        long word = (long) Varint.WORD.get(bytes, at);
        if ((word & 0x80) == 0) {
          into[i] = Varint.unZigZag(word & 0x7f);
          at++;
          continue;
        }
        if ((word & 0x8000) == 0) {
          into[i] = Varint.unZigZag((word & 0x7f) | (word >>> 1 & 0x3f80));
          at += 2;
          continue;
        }
        long end = ~word & Varint.MORE;
        if (end != 0) {
          long upToEnd = end ^ (end - 1);
          into[i] = Varint.unZigZag(Varint.gather(word & upToEnd));
          at += (Long.numberOfTrailingZeros(end) >>> 3) + 1;
          continue;
        }
      }
      at = takeBytes(at, into, i);
    }
    return at;
  }

  private int takeBytes(int from, long[] into, int index) throws MalformedEventException {
    int at = from;
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      if (at >= limit || shift > MAX_LONG_SHIFT) {
        throw malformed(at >= limit ? "ends within an event" : "a number of too many bytes", at);
      }
      long next = source[at++];
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        into[index] = Varint.unZigZag(value);
        return at;
      }
    }
  }

  private static MalformedEventException malformed(String what, int at) {
    return new MalformedEventException(what, at);
  }
}
