package seamtape.codec;

import java.util.Arrays;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Row;
import seamtape.event.Event;
import seamtape.event.Phase;

/**
 * Writes events as Avro data of {@link EventSchema#current()}, from primitives into a byte array,
 * without allocation. Immutable; any thread.
 */
public final class EventEncoder {
  /** Stored at once, perhaps beyond the end. */
  private static final int WORD_BYTES = 8;

  /** Bytes of a zig-zag varint. */
  private static final int MAX_LONG = 10;

  /** Bytes of the largest event without its copies: branch, dt, actor, link, fields, array ends. */
  private static final int MAX_FIXED = MAX_LONG * (6 + Event.MAX_FIELDS) + WORD_BYTES;

  /** Bytes of the largest event. */
  public static final int MAX_EVENT_BYTES =
      MAX_FIXED + 2 * MAX_LONG * Event.MAX_COPIES + Event.MAX_COPY_BYTES;

  private static final int PHASES = Phase.values().length;

  /** Branch of a row in a phase, by both; -1 where the row has no such phase. */
  private final int[] branches = new int[Catalog.calls().size() * PHASES];

  private final int[] fieldCount;
  private final boolean[] copies;

  public EventEncoder() {
    Arrays.fill(branches, -1);
    int branch = 0;
    for (Call call : Catalog.calls()) {
      for (Phase phase : Branch.phases(call.family())) {
        branches[Catalog.id(call) * PHASES + phase.ordinal()] = branch++;
      }
    }
    fieldCount = new int[branch];
    copies = new boolean[branch];
    for (int i = 0; i < branch; i++) {
      fieldCount[i] = EventSchema.current().branch(i).written();
      copies[i] = EventSchema.current().branch(i).copies();
    }
  }

  /** No fewer bytes than {@link #encode} will write, found without looking at values. */
  public static int maxBytes(Event event) {
    int count = event.copyCount();
    return count == 0 ? MAX_FIXED : MAX_FIXED + 2 * MAX_LONG * count + event.copyStart(count);
  }

  /**
   * Writes one event.
   *
   * @param previousTime time of the event before it in the recording; 0 for the first
   * @param target with room for {@link #maxBytes} from {@code at}; a few bytes after the event's
   *     end may change too
   * @return the position after its last byte
   * @throws IllegalArgumentException when the row is not of this build's catalog, has no such
   *     phase, or carries no bytes and is given some
   */
  public int encode(Event event, long previousTime, byte[] target, int at) {
    Phase phase = event.phase;
    int branch = branch(event.row(), phase);
    int to = putLong(branch, target, at);
    to = putLong(event.time - previousTime, target, to);
    to = putLong(event.actor, target, to);
    if (phase != Phase.INPUT) {
      to = putLong(event.link, target, to);
    }
    long[] fields = event.fields;
    for (int i = 0, n = fieldCount[branch]; i < n; i++) {
      to = putLong(fields[i], target, to);
    }
    if (copies[branch]) {
      return putCopies(event, target, to);
    }
    if (event.copyCount() > 0) {
      throw new IllegalArgumentException(event.call.name() + " carries no user memory");
    }
    return to;
  }

  private int branch(Row row, Phase phase) {
    if (row.index < 0) {
      throw new IllegalArgumentException(row.call.name() + " is a row of another build's catalog");
    }
    int branch = branches[row.index * PHASES + phase.ordinal()];
    if (branch < 0) {
      throw new IllegalArgumentException(row.call.name() + " has no event of phase " + phase);
    }
    return branch;
  }

  private static int putCopies(Event event, byte[] target, int at) {
    int count = event.copyCount();
    int to = at;
    if (count > 0) {
      to = putLong(count, target, to);
      for (int i = 0; i < count; i++) {
        int length = event.copyLength(i);
        to = putLong(event.copyAt(i), target, to);
        to = putLong(length, target, to);
        System.arraycopy(event.copyBytes(), event.copyStart(i), target, to, length);
        to += length;
      }
    }
    target[to++] = 0;
    return to;
  }

  private static int putLong(long signed, byte[] target, int at) {
    long value = Varint.zigZag(signed);
    if ((value & -0x80L) == 0) {
      target[at] = (byte) value;
      return at + 1;
    }
    if ((value & -0x4000L) == 0) {
      target[at] = (byte) (value | 0x80);
      target[at + 1] = (byte) (value >>> 7);
      return at + 2;
    }
    int length = Varint.length(value);
    if (length > 8) {
      return putBytes(value, target, at);
    }
    Varint.WORD.set(target, at, Varint.spread(value) | Varint.more(length));
    return at + length;
  }

  /** The rare numbers of nine or ten bytes. */
  private static int putBytes(long value, byte[] target, int at) {
    long rest = value;
    int to = at;
    while ((rest & -0x80L) != 0) {
      target[to++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[to++] = (byte) rest;
    return to;
  }
}
