package seamtape.replayer.query;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import seamtape.codec.Selection;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeIndex;

/**
 * Reads the calls of a recording once, in order, enters paired with their returns: all that a
 * filter may pass, others are not read. Passes over damaged blocks. One thread, the reader's.
 */
final class CallScan implements AutoCloseable {
  /** Events passed over before the caller is given a chance to do something else. */
  private static final int EVENTS_A_LOOK = 1 << 16;

  private final CallReader reader;
  private final Filter filter;
  private final Selection wanted;
  private final List<TapeIndex.Block> blocks;

  /** For each block, false when no call that enters in it passes; null when that is not known. */
  private final boolean[] passing;

  private final Cursor cursor;
  private final Deque<RecordedCall> waiting = new ArrayDeque<>();
  private final Deque<RecordedCall> free = new ArrayDeque<>();
  private final Map<Long, RecordedCall> inFlight = new HashMap<>();
  private RecordedCall given;
  private RecordedCall head;
  private boolean atEnd;
  private long at;
  private int block;

  /**
   * @param summary of the recording, or null
   */
  CallScan(Tape tape, CallReader reader, Filter filter, TapeSummary summary) {
    this.reader = reader;
    this.filter = filter;
    wanted = tape.schema().select((phase, row) -> phase != Phase.INPUT && filter.mayPass(row));
    blocks = tape.index().blocks();
    cursor = tape.cursor();
    boolean known = summary != null && summary.contents().ofBlock().length == blocks.size();
    passing = known ? summary.contents().mayPass(filter) : null;
  }

  /**
   * The next call, valid until the one after it; null at the end, and now and then before it when
   * none was found for long, see {@link #atEnd}. Its depth is 0 unless the filter asks for depths.
   */
  RecordedCall next() throws FilterException {
    if (given != null) {
      free.push(given);
      given = null;
    }
    long pause = cursor.position() + EVENTS_A_LOOK;
    while (!atEnd && !ready(waiting.peek())) {
      if (cursor.position() >= pause) {
        return null;
      }
      atEnd = !read(pause);
    }
    given = waiting.poll();
    if (given != null) {
      inFlight.remove(given.event());
      if (!given.hasReturn() && !atEnd) {
        reader.guess();
      }
    }
    return given;
  }

  boolean atEnd() {
    return atEnd && waiting.isEmpty();
  }

  /** How many calls were given or are passed over: all before one that is still to be given. */
  long passed() {
    return waiting.isEmpty() ? cursor.calls() : waiting.peek().index();
  }

  private boolean ready(RecordedCall call) {
    if (call == null) {
      return false;
    }
    return call.hasReturn() || at - call.event() > TapeSummary.NEAR || reader.endFar(call);
  }

  /** Goes on to the next wanted event or the pause; false at the end. */
  private boolean read(long pause) throws FilterException {
    try {
      long stop = Math.min(pause, passBlocks());
      if (cursor.next(wanted, stop)) {
        take(cursor.event());
        return true;
      }
      at = cursor.position() - 1;
      return cursor.position() >= stop;
    } catch (TapeException e) {
      return skipDamage();
    }
  }

  /**
   * Goes on to the next block in which a call may pass, but not past the return that a call waits
   * for. The event to look again at.
   */
  private long passBlocks() {
    if (passing == null || !waiting.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long position = cursor.position();
    while (block < passing.length && blocks.get(block).lastEvent() < position) {
      block++;
    }
    int next = block;
    while (next < passing.length && !passing[next]) {
      next++;
    }
    if (next > block && block < passing.length) {
      boolean more = next < passing.length;
      cursor.seek(more ? blocks.get(next).firstEvent() : blocks.get(next - 1).lastEvent() + 1);
      at = cursor.position() - 1;
      block = next;
    }
    return block < passing.length ? blocks.get(block).lastEvent() + 1 : Long.MAX_VALUE;
  }

  private void take(Event event) throws TapeException, FilterException {
    at = event.number;
    switch (event.phase) {
      case ENTER -> {
        if (!filter.mayPass(head(event))) {
          return;
        }
        RecordedCall call = free.isEmpty() ? reader.newCall() : free.pop();
        call.begin(cursor.calls() - 1, event, depth(event));
        waiting.add(call);
        inFlight.put(at, call);
      }
      case RETURN -> {
        RecordedCall call = inFlight.remove(at - event.link);
        if (call != null) {
          call.end(event);
        }
      }
      case INPUT -> {}
    }
  }

  /** The call of an enter event, as far as that tells. */
  private RecordedCall head(Event event) {
    if (head == null || head.enter() != event) {
      head = reader.newCall(event);
    }
    return head;
  }

  private int depth(Event enter) throws TapeException {
    if (!filter.asksForDepth()) {
      return 0;
    }
    boolean nested = enter.call.family().nests() && enter.link > 0;
    RecordedCall parent = nested ? inFlight.get(enter.number - enter.link) : null;
    return parent != null ? parent.depth() + 1 : reader.depth(enter);
  }

  private boolean skipDamage() {
    long from = cursor.position();
    for (TapeIndex.Block block : blocks) {
      if (block.firstEvent() > from) {
        at = block.firstEvent() - 1;
        cursor.seek(block.firstEvent());
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    cursor.close();
  }
}
