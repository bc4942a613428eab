package seamtape.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Row;

/**
 * One event, reused: the hot path fills, encodes and decodes a single instance. Not thread-safe;
 * the fields are public because encoder, decoder and machine are its peers. Copy with {@link
 * #copyOf} to keep one.
 */
public final class Event {
  /** No row has more fields in one direction. */
  public static final int MAX_FIELDS = 32;

  /** Pieces of user memory in one event. */
  public static final int MAX_COPIES = 512;

  /** Bytes of user memory in one event; larger images are cut into several events. */
  public static final int MAX_COPY_BYTES = 1 << 20;

  /**
   * Value of a field that the source of an imported recording does not show (a pointer, mostly).
   */
  public static final long UNKNOWN = -1;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int WORD_BYTES = 8;

  /** Copies up to this length go by words; a call to copy costs more. */
  private static final int SHORT_COPY = 64;

  /** Number in the recording, from 1; 0 while it has none. Not part of the encoding. */
  public long number;

  public Phase phase;
  public Call call;

  /**
   * Virtual TSC, or nanoseconds since the first event of an imported recording; never decreases.
   */
  public long time;

  /** Who acts, see {@link Actor}. */
  public long actor;

  /**
   * ENTER of an ioctl or file operation: the {@link Subject}. ENTER of a nested call: how many
   * events back its parent's enter lies, 0 without one. RETURN: how many events back its enter
   * lies. INPUT: 0.
   */
  public long link;

  /** The row's fields, {@code in()} or {@code out()}, in order. */
  public final long[] fields;

  /** Of {@link #call} when it was last asked for. */
  private Row row;

  /** The number of fields that a decoder told; -1 when it is to be asked of the row. */
  private int readFields = -1;

  private int copyCount;
  private final long[] copyAt = new long[MAX_COPIES];
  private final int[] copyStart = new int[MAX_COPIES + 1];
  private byte[] bytes = new byte[4096];

  public Event() {
    this(new long[MAX_FIELDS]);
  }

  /**
   * @param fields its {@link #fields}, which others may have too: {@link #MAX_FIELDS} of them
   */
  public Event(long[] fields) {
    this.fields = fields;
  }

  public Event enter(Call row, long who, long when, long subjectOrParent) {
    return reset(Phase.ENTER, row, who, when, subjectOrParent);
  }

  public Event returns(Call row, long who, long when, long eventsBack) {
    return reset(Phase.RETURN, row, who, when, eventsBack);
  }

  public Event input(Call row, long who, long when) {
    return reset(Phase.INPUT, row, who, when, 0);
  }

  /**
   * Begins an event that a decoder reads: {@link #fields} keep what they had, the caller sets them
   * all.
   *
   * @param rowFields how many the row has in this phase
   */
  public void read(Phase newPhase, Row newRow, int rowFields, long who, long when, long newLink) {
    // References are stored only where they change: a store costs the collector's barrier.
    if (phase != newPhase) {
      phase = newPhase;
    }
    if (row != newRow || call != newRow.call) {
      row = newRow;
      call = newRow.call;
    }
    actor = who;
    time = when;
    link = newLink;
    number = 0;
    copyCount = 0;
    readFields = rowFields;
  }

  /**
   * Begins an event whose {@link #fields} the caller sets, all of {@link #fieldCount}: they keep
   * what they had.
   */
  public Event begin(Phase newPhase, Row newRow, long who, long when, long newLink) {
    read(newPhase, newRow, newPhase == Phase.RETURN ? newRow.out : newRow.in, who, when, newLink);
    return this;
  }

  /** The row of {@link #call}. */
  public Row row() {
    if (row == null || row.call != call) {
      row = Catalog.row(call);
    }
    return row;
  }

  private Event reset(Phase newPhase, Call row, long who, long when, long newLink) {
    phase = newPhase;
    call = row;
    actor = who;
    time = when;
    link = newLink;
    number = 0;
    clearCopies();
    readFields = -1;
    for (int i = fieldCount() - 1; i >= 0; i--) {
      fields[i] = 0;
    }
    return this;
  }

  /** How many of {@link #fields} the row uses in this phase. */
  public int fieldCount() {
    if (readFields >= 0) {
      return readFields;
    }
    return phase == Phase.RETURN ? row().out : row().in;
  }

  public void clearCopies() {
    copyCount = 0;
  }

  /**
   * Adds bytes of user memory.
   *
   * @param at where they lie: an offset from the argument's address (from the mapped struct kvm_run
   *     for KVM_RUN, from 0 for inputs)
   * @throws IllegalArgumentException beyond {@link #MAX_COPIES} or {@link #MAX_COPY_BYTES}
   */
  public void copy(long at, byte[] source, int offset, int length) {
    int start = copyStart[copyCount];
    if (copyCount == MAX_COPIES || start + length > MAX_COPY_BYTES) {
      throw new IllegalArgumentException(
          "an event holds at most " + MAX_COPIES + " copies of " + MAX_COPY_BYTES + " bytes");
    }
    if (start + length + WORD_BYTES > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(start + length + WORD_BYTES, bytes.length * 2));
    }
    if (length <= SHORT_COPY && offset + length + WORD_BYTES <= source.length) {
      copyWords(source, offset, start, length);
    } else {
      System.arraycopy(source, offset, bytes, start, length);
    }
    copyAt[copyCount++] = at;
    copyStart[copyCount] = start + length;
  }

  /** A few bytes, by words: what is copied beyond them is overwritten or not looked at. */
  private void copyWords(byte[] source, int offset, int start, int length) {
    for (int i = 0; i < length; i += WORD_BYTES) {
      WORD.set(bytes, start + i, (long) WORD.get(source, offset + i));
    }
  }

  public int copyCount() {
    return copyCount;
  }

  public long copyAt(int index) {
    return copyAt[index];
  }

  public int copyLength(int index) {
    return copyStart[index + 1] - copyStart[index];
  }

  /** Start of a copy in {@link #copyBytes}. */
  public int copyStart(int index) {
    return copyStart[index];
  }

  /** The backing array of all copies; valid until the next change. */
  public byte[] copyBytes() {
    return bytes;
  }

  /** The bytes of one copy, in a new array. */
  public byte[] copied(int index) {
    return Arrays.copyOfRange(bytes, copyStart[index], copyStart[index + 1]);
  }

  public Event set(Event other) {
    reset(other.phase, other.call, other.actor, other.time, other.link);
    number = other.number;
    System.arraycopy(other.fields, 0, fields, 0, other.fieldCount());
    for (int i = 0; i < other.copyCount; i++) {
      copy(other.copyAt[i], other.bytes, other.copyStart[i], other.copyLength(i));
    }
    return this;
  }

  public static Event copyOf(Event other) {
    return new Event().set(other);
  }
}
