package seamtape.replayer.query;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import seamtape.event.Event;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeIndex;

/**
 * Reads all calls of a recording once, in order, enters paired with their returns. Passes over
 * damaged blocks. One thread, the reader's.
 */
final class CallScan implements AutoCloseable {
  private final CallReader reader;
  private final Iterable<TapeIndex.Block> blocks;
  private final Cursor cursor;
  private final Deque<RecordedCall> waiting = new ArrayDeque<>();
  private final Deque<RecordedCall> free = new ArrayDeque<>();
  private final Map<Long, RecordedCall> inFlight = new HashMap<>();
  private RecordedCall given;
  private long calls;
  private long at;

  CallScan(Tape tape, CallReader reader) {
    this.reader = reader;
    blocks = tape.index().blocks();
    cursor = tape.cursor();
  }

  /** The next call, valid until the one after it; null at the end. */
  RecordedCall next() {
    if (given != null) {
      free.push(given);
      given = null;
    }
    boolean more = true;
    while (more && !ready(waiting.peek())) {
      more = read();
    }
    given = waiting.poll();
    if (given != null) {
      inFlight.remove(given.event());
    }
    return given;
  }

  private boolean ready(RecordedCall call) {
    if (call == null) {
      return false;
    }
    return call.hasReturn() || at - call.event() > TapeSummary.NEAR || reader.endFar(call);
  }

  private boolean read() {
    try {
      if (!cursor.next()) {
        return false;
      }
      take(cursor.event());
      return true;
    } catch (TapeException e) {
      return skipDamage();
    }
  }

  private void take(Event event) throws TapeException {
    at = event.number;
    switch (event.phase) {
      case ENTER -> {
        RecordedCall call = free.isEmpty() ? reader.newCall() : free.pop();
        call.begin(calls++, event, depth(event));
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

  private int depth(Event enter) throws TapeException {
    boolean nested = enter.call.family().nests() && enter.link > 0;
    RecordedCall parent = nested ? inFlight.get(enter.number - enter.link) : null;
    return parent != null ? parent.depth() + 1 : reader.depth(enter);
  }

  private boolean skipDamage() {
    for (TapeIndex.Block block : blocks) {
      if (block.firstEvent() > at + 1) {
        at = block.firstEvent() - 1;
        calls = block.firstCall();
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
