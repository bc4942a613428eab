package seamtape.codec;

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

  /** All bits but those of a number of one byte. */
  private static final long NOT_SHORT = -0x80L;

  private static final int PHASES = Phase.values().length;

  /** How a row's events of one phase are written. */
  private static final class Form {
    /** Number of the branch, zig-zagged. */
    final long branch;

    final boolean copies;
    final boolean linked;
    final boolean hasSubject;

    final int fieldCount;

    /** Places of the fields that the brief record has, and of those it has not; null without it. */
    int[] often;

    int[] seldom;
    long briefBranch;

    Form(Branch branch, int number) {
      this.branch = Varint.zigZag(number);
      fieldCount = branch.fieldCount();
      copies = branch.copies();
      linked = branch.link() != null;
      hasSubject = branch.hasSubject();
    }

    void brief(Branch brief, int number) {
      briefBranch = Varint.zigZag(number);
      often = brief.target();
      seldom = Branch.seldom(brief.phase(), brief.call());
    }

    boolean isBrief(long[] fields) {
      long any = 0;
      for (int place : seldom) {
        any |= fields[place];
      }
      return any == 0;
    }
  }

  /** By row and phase; null where the row has no such phase. */
  private final Form[] forms = new Form[Catalog.calls().size() * PHASES];

  public EventEncoder() {
    EventSchema schema = EventSchema.current();
    for (int i = 0; i < schema.branchCount(); i++) {
      Branch branch = schema.branch(i);
      int at = at(Catalog.id(branch.call()), branch.phase());
      if (branch.brief()) {
        forms[at].brief(branch, i);
      } else {
        forms[at] = new Form(branch, i);
      }
    }
  }

  private static int at(int row, Phase phase) {
    return row * PHASES + phase.ordinal();
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
    Form form = form(event.row(), event.phase);
    long[] fields = event.fields;
    boolean brief = form.seldom != null && form.isBrief(fields);
    int to = putHead(event, form, brief ? form.briefBranch : form.branch, previousTime, target, at);
    int count = brief ? 0 : form.fieldCount;
    for (int i = 0; i < count; i++) {
      to = put(Varint.zigZag(fields[i]), target, to);
    }
    if (brief) {
      for (int place : form.often) {
        to = put(Varint.zigZag(fields[place]), target, to);
      }
    }
    if (form.copies) {
      return putCopies(event, target, to);
    }
    if (event.copyCount() > 0) {
      throw new IllegalArgumentException(event.call.name() + " carries no user memory");
    }
    return to;
  }

  private Form form(Row row, Phase phase) {
    if (row.index < 0) {
      throw new IllegalArgumentException(row.call.name() + " is a row of another build's catalog");
    }
    Form form = forms[at(row.index, phase)];
    if (form == null) {
      throw new IllegalArgumentException(row.call.name() + " has no event of phase " + phase);
    }
    return form;
  }

  /** Branch, dt, who acts and link: four bytes of one word, nearly always. */
  private static int putHead(
      Event event, Form form, long branch, long previousTime, byte[] target, int at) {
    long dt = Varint.zigZag(event.time - previousTime);
    long who = Varint.zigZag(CompactIds.actor(event.actor));
    long link = Varint.zigZag(form.hasSubject ? CompactIds.subject(event.link) : event.link);
    if (form.linked && ((branch | dt | who | link) & NOT_SHORT) == 0) {
      Varint.HALF.set(target, at, (int) (branch | dt << 8 | who << 16 | link << 24));
      return at + 4;
    }
    int to = put(who, target, put(dt, target, put(branch, target, at)));
    return form.linked ? put(link, target, to) : to;
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

  private static int putLong(long value, byte[] target, int at) {
    return put(Varint.zigZag(value), target, at);
  }

  /** Writes a number that is zig-zagged. */
  private static int put(long value, byte[] target, int at) {
    if ((value & NOT_SHORT) == 0) {
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
    while ((rest & NOT_SHORT) != 0) {
      target[to++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[to++] = (byte) rest;
    return to;
  }
}
