package seamtape.replayer.query;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;

/**
 * Reads events in order, each with the enter event and the nesting of its call, in constant memory.
 * After {@link #next} was false it goes on once the tape was refreshed. One thread.
 */
public final class EventScan implements AutoCloseable {
  /** Calls in flight that are kept; the returns of older ones are searched for. */
  private static final int KEPT = 512;

  private final Tape tape;
  private final String vendor;
  private final Cursor cursor;
  private final Map<Long, RecordedCall> inFlight = new LinkedHashMap<>();
  private final Deque<RecordedCall> free = new ArrayDeque<>();
  private CallReader reader;
  private RecordedCall call;

  public EventScan(Tape tape, long from) {
    this.tape = tape;
    vendor = tape.manifest().machine().vendor();
    cursor = tape.cursor();
    cursor.seek(from);
  }

  /** What is read. */
  public Path recording() {
    return tape.path();
  }

  /** Moves to the next event; false after the last one there is now. */
  public boolean next() throws TapeException {
    if (call != null && call.hasReturn() && free.size() < KEPT) {
      free.push(call);
    }
    call = null;
    if (!cursor.next()) {
      return false;
    }
    Event event = cursor.event();
    switch (event.phase) {
      case ENTER -> call = begin(event);
      case RETURN -> call = end(event);
      case INPUT -> {}
    }
    return true;
  }

  private RecordedCall begin(Event event) throws TapeException {
    RecordedCall begun = free.isEmpty() ? new RecordedCall(vendor) : free.pop();
    begun.begin(-1, event, depth(event));
    if (inFlight.size() == KEPT) {
      inFlight.remove(inFlight.keySet().iterator().next());
    }
    inFlight.put(event.number, begun);
    return begun;
  }

  private int depth(Event enter) throws TapeException {
    if (!enter.call.family().nests() || enter.link <= 0) {
      return 0;
    }
    RecordedCall parent = inFlight.get(enter.number - enter.link);
    return parent == null ? reader().depth(enter) : parent.depth() + 1;
  }

  private RecordedCall end(Event event) throws TapeException {
    RecordedCall ended = inFlight.remove(event.number - event.link);
    if (ended == null) {
      ended = before(event);
    }
    if (ended != null) {
      ended.end(event);
    }
    return ended;
  }

  /** A call that began before the scan, or very long ago. */
  private RecordedCall before(Event event) throws TapeException {
    long enter = event.number - event.link;
    Event found = enter < 1 || enter >= event.number ? null : reader().read(enter);
    if (found == null || found.phase != Phase.ENTER) {
      return null;
    }
    Event begun = Event.copyOf(found);
    return new RecordedCall(vendor).begin(-1, begun, depth(begun));
  }

  private CallReader reader() throws TapeException {
    if (reader == null) {
      reader = new CallReader(tape);
    }
    return reader;
  }

  /** The event; overwritten by the next move. */
  public Event event() {
    return cursor.event();
  }

  /**
   * The event's call, with its return when the event is that; empty for an input and for a return
   * whose enter is lost. Valid until the next move; its position among the calls is not known.
   */
  public Optional<RecordedCall> call() {
    return Optional.ofNullable(call);
  }

  /** The call's enter event, or null. */
  public Event enter() {
    return call == null ? null : call.enter();
  }

  /** Nesting of the call; 0 without one. */
  public int depth() {
    return call == null ? 0 : call.depth();
  }

  /** The calls that have begun and not returned, oldest first. */
  public void forEachInFlight(Consumer<RecordedCall> action) {
    inFlight.values().forEach(action);
  }

  @Override
  public void close() {
    cursor.close();
    if (reader != null) {
      reader.close();
    }
  }
}
