package seamtape.recorder.tape;

import java.io.IOException;
import seamtape.codec.EventDecoder;
import seamtape.codec.MalformedEventException;
import seamtape.codec.Selection;
import seamtape.event.Event;
import seamtape.event.Phase;

/**
 * Reads the events of a {@link Tape} in order, without allocation between blocks. One thread. A
 * block is checked before its events are decoded; after an exception {@link #seek} goes on
 * elsewhere.
 */
public final class Cursor implements AutoCloseable {
  private static final byte[] NOTHING = {};

  private final Tape tape;
  private final EventDecoder decoder;
  private final Event event = new Event();
  private byte[] buffer = new byte[Block.MAX_BYTES + EventDecoder.FAST_BYTES];
  private byte[] unpacked = NOTHING;
  private long next = 1;

  /** The block in {@link #payload}; the decoder stands before {@code ahead}. */
  private BlockRow row;

  /** Its last event; 0 without a block. */
  private long last;

  private int plainBytes;
  private byte[] payload;
  private int at;
  private long ahead;
  private long time;
  private long calls;

  Cursor(Tape tape) {
    this.tape = tape;
    decoder = new EventDecoder(tape.schema());
  }

  /** Makes an event the next one; it need not exist. */
  public void seek(long eventNumber) {
    if (eventNumber < 1) {
      throw new IllegalArgumentException("events are numbered from 1, not " + eventNumber);
    }
    next = eventNumber;
  }

  /**
   * Moves to the next event; false after the last one, as far as is known now.
   *
   * @throws TapeException when the event is damaged or missing
   */
  public boolean next() throws TapeException {
    if (next > last || next < ahead) {
      if (!load()) {
        return false;
      }
    }
    while (ahead < next) {
      decode();
    }
    decode();
    event.number = next++;
    return true;
  }

  /**
   * As {@link #next()}, to the next event of the rows and phases that are wanted; the others are
   * passed over without being read.
   *
   * @param end the number to stop before: false is said then too, see {@link #position}
   */
  public boolean next(Selection wanted, long end) throws TapeException {
    while (next < end) {
      if (next > last || next < ahead) {
        if (!load()) {
          return false;
        }
      }
      while (ahead < next) {
        decode();
      }
      skip(wanted, Math.min(last + 1, end));
      if (next <= last && next < end) {
        return next();
      }
    }
    return false;
  }

  /** Number of the event after the last one that was read or passed over. */
  public long position() {
    return next;
  }

  private void skip(Selection wanted, long end) throws TapeException {
    try {
      int most = (int) (end - ahead);
      at = decoder.skip(payload, at, plainBytes, time, most, wanted, event);
      ahead += decoder.skipped();
      next = ahead;
      calls += decoder.skippedCalls();
      time = decoder.timeBefore();
    } catch (MalformedEventException e) {
      drop();
      throw failure(TapeException.Kind.MALFORMED, next, "event " + next + ": " + e.getMessage(), e);
    }
  }

  /** How many calls begin before the event, or at it: it is the last of them. */
  public long calls() {
    return calls;
  }

  /** The event that {@link #next} moved to; overwritten by the next move. */
  public Event event() {
    return event;
  }

  private void decode() throws TapeException {
    try {
      at = decoder.decode(payload, at, plainBytes, time, event);
      time = event.time;
      calls += event.phase == Phase.ENTER ? 1 : 0;
      ahead++;
    } catch (MalformedEventException e) {
      drop();
      throw failure(
          TapeException.Kind.MALFORMED, ahead, "event " + ahead + ": " + e.getMessage(), e);
    }
  }

  private boolean load() throws TapeException {
    if (row == null || next < row.firstEvent() || next > last) {
      BlockRow found = tape.snapshot().find(next);
      if (found == null) {
        return end();
      }
      drop();
      payload = read(found);
      row = found;
      last = found.lastEvent();
      plainBytes = found.header().plainBytes;
    }
    at = 0;
    ahead = row.firstEvent();
    time = row.header().baseTime;
    calls = row.header().firstCall;
    return true;
  }

  /** No block has the next event: either it is not written yet, or it is lost. */
  private boolean end() throws TapeException {
    Snapshot snapshot = tape.snapshot();
    if (next > snapshot.events()) {
      return false;
    }
    Damage.Kind damage = snapshot.damageAt(next);
    TapeException.Kind kind =
        damage == Damage.Kind.TRUNCATED
            ? TapeException.Kind.TRUNCATED
            : damage == Damage.Kind.CHECKSUM
                ? TapeException.Kind.CHECKSUM
                : TapeException.Kind.SEQUENCE;
    throw failure(kind, next, "event " + next + " is lost (" + damage.label() + ")", null);
  }

  private byte[] read(BlockRow found) throws TapeException {
    BlockHeader header = found.header();
    String which = "block " + header.number + " (events " + header.firstEvent + " to ";
    which += header.lastEvent() + ")";
    try {
      if (found.salvaged() == null && !BlockCodec.knows(header)) {
        String what = which + " is stored with codec " + header.codec + ": use a newer build";
        throw failure(TapeException.Kind.VERSION, header.firstEvent, what, null);
      }
      byte[] bytes = found.read(buffer);
      if (bytes == null) {
        String what = which + " is cut off";
        throw failure(TapeException.Kind.TRUNCATED, header.firstEvent, what, null);
      }
      if (found.salvaged() == null) {
        buffer = bytes;
      }
      if (!found.matches(bytes)) {
        String what = which + " is damaged: its checksum is wrong";
        throw failure(TapeException.Kind.CHECKSUM, header.firstEvent, what, null);
      }
      byte[] plain = found.plain(bytes, unpacked);
      if (plain == null) {
        String what = which + " is damaged: it cannot be unpacked";
        throw failure(TapeException.Kind.MALFORMED, header.firstEvent, what, null);
      }
      unpacked = header.codec == BlockCodec.NONE ? unpacked : plain;
      return plain;
    } catch (TapeException e) {
      throw e;
    } catch (IOException e) {
      throw TapeException.io(tape.path(), "read " + which, e);
    }
  }

  private TapeException failure(TapeException.Kind kind, long at, String what, Throwable cause) {
    return new TapeException(kind, tape.path(), at, what, cause);
  }

  @Override
  public void close() {
    drop();
  }

  private void drop() {
    row = null;
    last = 0;
  }
}
