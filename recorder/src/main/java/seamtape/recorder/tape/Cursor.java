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
  private final Marks marks = new Marks();
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
    approach(next);
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
      approach(next);
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

  /**
   * Moves to the enter event of a call.
   *
   * @param block a block that the headers say has it
   * @return false when the block has no such call
   */
  boolean toCall(BlockHeader block, long call) throws TapeException {
    next = block.firstEvent;
    load();
    stand(marks.beforeCall(call));
    while (ahead <= last && calls <= call) {
      marks.put((int) (ahead - row.firstEvent()), at, time, calls);
      pass(Math.min(last + 1, ahead + Marks.STRIDE));
    }
    stand(marks.beforeCall(call));
    next = ahead;
    while (next <= last && next()) {
      if (event.phase == Phase.ENTER && calls - 1 == call) {
        return true;
      }
    }
    return false;
  }

  /** Passes over events of the block until an event is the one ahead; keeps marks on the way. */
  private void approach(long number) throws TapeException {
    while (ahead < number) {
      int passed = (int) (ahead - row.firstEvent());
      marks.put(passed, at, time, calls);
      pass(Math.min(number, row.firstEvent() + Marks.after(passed)));
    }
  }

  /** Passes over the events before one, without reading them where that can be. */
  private void pass(long end) throws TapeException {
    try {
      while (ahead < end) {
        int most = (int) (end - ahead);
        at = decoder.skip(payload, at, plainBytes, time, most, tape.nothing(), event);
        ahead += decoder.skipped();
        calls += decoder.skippedCalls();
        time = decoder.timeBefore();
        if (ahead < end) {
          decode();
        }
      }
    } catch (MalformedEventException e) {
      while (ahead < end) {
        decode(); // tells which
      }
    }
  }

  private void stand(int mark) {
    at = marks.at(mark);
    ahead = row.firstEvent() + marks.events(mark);
    time = marks.time(mark);
    calls = marks.calls(mark);
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
      marks.begin(found.header());
    }
    stand(marks.before((int) (next - row.firstEvent())));
    return true;
  }

  /** No block has the next event: either it is not written yet, or it is lost. */
  private boolean end() throws TapeException {
    Snapshot snapshot = tape.snapshot();
    if (next > snapshot.events()) {
      return false;
    }
    throw lost(next, snapshot.damageAt(next));
  }

  /** An event that the recording had. */
  TapeException lost(long number, Damage.Kind damage) {
    TapeException.Kind kind =
        damage == Damage.Kind.TRUNCATED
            ? TapeException.Kind.TRUNCATED
            : damage == Damage.Kind.CHECKSUM
                ? TapeException.Kind.CHECKSUM
                : TapeException.Kind.SEQUENCE;
    return failure(kind, number, "event " + number + " is lost (" + damage.label() + ")", null);
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
