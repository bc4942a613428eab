package seamtape.replayer.query;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeIndex;

/**
 * Reads a recording call by call: enters paired with their returns, at any position. One thread, as
 * the cursors under it. Returns farther than {@link TapeSummary#NEAR} events are found once a
 * summary is given ({@link #use}), and read as missing until then.
 */
public final class CallReader implements AutoCloseable {
  /** Nesting deeper than this is damage: an ioctl, its module calls, their hypercalls. */
  private static final int DEEPEST = 32;

  /** Calls kept because others are nested in them. */
  private static final int KEPT_PARENTS = 32;

  private static final int KEPT_DEPTHS = 4096;

  private final Tape tape;
  private final TapeIndex index;
  private final Cursor forward;
  private final Cursor random;
  private final List<RecordedCall> pool = new ArrayList<>();
  private final Map<Long, RecordedCall> parents = newest(KEPT_PARENTS);
  private final Map<Long, Integer> depths = newest(KEPT_DEPTHS);
  private final String vendor;
  private TapeSummary summary;
  private long guesses;

  public CallReader(Tape tape) throws TapeException {
    this.tape = tape;
    vendor = tape.manifest().machine().vendor();
    index = tape.index();
    forward = tape.cursor();
    random = tape.cursor();
  }

  private static <V> Map<Long, V> newest(int limit) {
    return new LinkedHashMap<>(limit, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Long, V> eldest) {
        return size() > limit;
      }
    };
  }

  /** From now on every return of the recording is found. */
  public void use(TapeSummary of) {
    summary = of;
    parents.clear();
  }

  public long callCount() {
    return index.callCount();
  }

  /**
   * The call that an event belongs to; for an input event, the last call entered before it. A
   * return whose enter is lost belongs to none.
   */
  public Optional<RecordedCall> at(long event) throws TapeException {
    Event found = read(event);
    if (found == null) {
      return Optional.empty();
    }
    long enter = found.phase == Phase.RETURN ? event - found.link : event;
    long call = enter < 1 ? -1 : index.callIndexOf(enter);
    if (call < 0) {
      return Optional.empty();
    }
    RecordedCall of = window(call, 1).get(0);
    return enter < event && of.event() != enter ? Optional.empty() : Optional.of(copyOf(of));
  }

  /**
   * To be asked after the last call: calls of which nobody knows may have followed it.
   *
   * @throws TapeException when the recording had events after its last block
   */
  public void requireNothingLostAfterwards() throws TapeException {
    List<TapeIndex.Block> blocks = index.blocks();
    long next = blocks.isEmpty() ? 1 : blocks.get(blocks.size() - 1).lastEvent() + 1;
    if (next <= tape.eventCount()) {
      random.seek(next);
      random.next();
    }
  }

  /** Position of the last call entered at or before an event; -1 before the first. */
  public long callIndexOf(long event) throws TapeException {
    return index.callIndexOf(event);
  }

  /**
   * Position of the first call entered at a time or later; {@link #callCount} without one.
   *
   * @param time in the recording's clock
   */
  public long callAtTime(long time) throws TapeException {
    long from = 0;
    for (TapeIndex.Block block : index.blocks()) {
      if (block.maxTime() >= time) {
        from = block.firstEvent();
        break;
      }
    }
    if (from == 0) {
      return callCount();
    }
    random.seek(from);
    while (random.next()) {
      Event event = random.event();
      if (event.phase == Phase.ENTER && event.time >= time) {
        return index.callIndexOf(event.number);
      }
    }
    return callCount();
  }

  /**
   * Up to {@code count} calls from a position on, valid until the next window. Fewer before a
   * damaged block.
   *
   * @throws TapeException when the first of them is damaged
   */
  public List<RecordedCall> window(long first, int count) throws TapeException {
    long end = Math.min(callCount(), first + count);
    if (first < 0 || first >= end) {
      return List.of();
    }
    List<RecordedCall> calls = new ArrayList<>((int) (end - first));
    Map<Long, RecordedCall> pending = new LinkedHashMap<>();
    forward.seek(index.enterEventOfCall(first));
    int lookAhead = 0;
    while (lookAhead < TapeSummary.NEAR && advance(calls)) {
      Event event = forward.event();
      boolean full = calls.size() == end - first;
      if (event.phase == Phase.ENTER && !full) {
        RecordedCall call = slot(calls.size()).begin(first + calls.size(), event, depth(event));
        calls.add(call);
        await(call, pending);
      } else if (event.phase == Phase.RETURN) {
        end(pending.remove(event.number - event.link), event);
      }
      full = calls.size() == end - first;
      if (full && pending.isEmpty()) {
        break;
      }
      lookAhead = full ? lookAhead + 1 : 0;
    }
    readFarReturns(calls);
    return calls;
  }

  private boolean advance(List<RecordedCall> calls) throws TapeException {
    try {
      return forward.next();
    } catch (TapeException e) {
      if (calls.isEmpty()) {
        throw e;
      }
      return false;
    }
  }

  private RecordedCall slot(int at) {
    if (at == pool.size()) {
      pool.add(new RecordedCall(vendor));
    }
    return pool.get(at);
  }

  /** Calls whose return is known to be far, or not to exist, are not waited for. */
  private void await(RecordedCall call, Map<Long, RecordedCall> pending) {
    boolean far =
        summary != null
            && (summary.farReturn(call.event()) != 0 || summary.neverReturns(call.event()));
    if (!far) {
      pending.put(call.event(), call);
    }
  }

  private static void end(RecordedCall call, Event event) {
    if (call != null) {
      call.end(event);
    }
  }

  private void readFarReturns(List<RecordedCall> calls) {
    for (RecordedCall call : calls) {
      if (!call.hasReturn()) {
        endFar(call);
      }
    }
  }

  private void readFarReturn(RecordedCall call) throws TapeException {
    long at = summary == null ? 0 : summary.farReturn(call.event());
    Event event = at == 0 ? null : read(at);
    if (event != null && event.phase == Phase.RETURN) {
      call.end(event);
    }
  }

  /** True for a call whose return is far, which it then has, or not in the recording. */
  boolean endFar(RecordedCall call) {
    if (summary == null) {
      return false;
    }
    try {
      readFarReturn(call);
    } catch (TapeException e) {
      return true; // the return lies in a damaged block: the call reads as not returned
    }
    return call.hasReturn() || summary.neverReturns(call.event());
  }

  /** How often a return was given up that a summary might have told of. */
  long guesses() {
    return guesses;
  }

  /** A return is given up; without a summary it may still come. */
  void guess() {
    guesses += summary == null ? 1 : 0;
  }

  RecordedCall newCall() {
    return new RecordedCall(vendor);
  }

  /** A call that has the event itself, not a copy, for its enter event. */
  RecordedCall newCall(Event enter) {
    return new RecordedCall(vendor, enter);
  }

  /** All calls that a filter may pass, from the first on. */
  CallScan scan(Filter filter) {
    return new CallScan(tape, this, filter, summary);
  }

  /** An event by number, valid until the next read; null beyond the recording's ends. */
  public Event read(long event) throws TapeException {
    if (event < 1) {
      return null;
    }
    random.seek(event);
    return random.next() && random.event().number == event ? random.event() : null;
  }

  int depth(Event enter) throws TapeException {
    if (parentOf(enter) == 0) {
      return 0;
    }
    Deque<Long> chain = new ArrayDeque<>();
    long number = enter.number;
    long parent = parentOf(enter);
    int depth = 0;
    chain.push(number);
    while (parent > 0 && chain.size() < DEEPEST) {
      Integer known = depths.get(parent);
      if (known != null) {
        depth = known + 1;
        break;
      }
      chain.push(parent);
      Event event = read(parent);
      parent = event == null || event.phase != Phase.ENTER ? 0 : parentOf(event);
    }
    while (!chain.isEmpty()) {
      depths.put(chain.pop(), depth++);
    }
    return depth - 1;
  }

  private static long parentOf(Event enter) {
    boolean nested = enter.call.family().nests() && enter.link > 0;
    return nested ? Math.max(0, enter.number - enter.link) : 0;
  }

  /** The calls that a call is nested in, the innermost first. */
  public List<RecordedCall> parents(RecordedCall call) throws TapeException {
    List<RecordedCall> chain = new ArrayList<>();
    long parent = call.parent();
    while (parent > 0 && chain.size() < DEEPEST) {
      RecordedCall found = kept(parent);
      if (found == null) {
        break;
      }
      chain.add(found);
      parent = found.parent();
    }
    return chain;
  }

  private RecordedCall kept(long enterEvent) throws TapeException {
    RecordedCall known = parents.get(enterEvent);
    if (known != null) {
      return known;
    }
    Event found = read(enterEvent);
    if (found == null || found.phase != Phase.ENTER) {
      return null;
    }
    Event event = Event.copyOf(found); // the depth is found by reading on
    RecordedCall call = newCall().begin(index.callIndexOf(enterEvent), event, depth(event));
    findReturn(call);
    parents.put(enterEvent, call);
    return call;
  }

  private void findReturn(RecordedCall call) throws TapeException {
    if (summary != null && summary.farReturn(call.event()) != 0) {
      readFarReturn(call);
      return;
    }
    if (summary != null && summary.neverReturns(call.event())) {
      return;
    }
    random.seek(call.event() + 1);
    for (int i = 0; i < TapeSummary.NEAR && random.next(); i++) {
      Event event = random.event();
      if (event.phase == Phase.RETURN && event.number - event.link == call.event()) {
        call.end(event);
        return;
      }
    }
    guess();
  }

  private RecordedCall copyOf(RecordedCall call) {
    RecordedCall copy = new RecordedCall(vendor).begin(call.index(), call.enter(), call.depth());
    if (call.hasReturn()) {
      copy.end(call.returned());
    }
    return copy;
  }

  /**
   * Calls nested directly in a call.
   *
   * @param next the event to go on from, 0 when there are no more
   */
  public record Children(List<RecordedCall> calls, long next) {}

  /**
   * The children of a call, a page at a time.
   *
   * @param from event to go on from, or 0
   * @param count how many at most
   * @param events how many events to read at most
   */
  public Children children(RecordedCall call, long from, int count, int events)
      throws TapeException {
    List<Long> enters = new ArrayList<>();
    long end = call.hasReturn() ? call.returned().number : Long.MAX_VALUE;
    long at = Math.max(from, call.event() + 1);
    random.seek(at);
    int read = 0;
    boolean more = true;
    while (enters.size() < count && read < events && more) {
      more = random.next() && random.event().number < end;
      if (more) {
        Event event = random.event();
        at = event.number + 1;
        read++;
        if (event.phase == Phase.ENTER && parentOf(event) == call.event()) {
          enters.add(event.number);
        }
      }
    }
    List<RecordedCall> calls = new ArrayList<>();
    for (long enter : enters) {
      calls.add(kept(enter));
    }
    return new Children(calls, more ? at : 0);
  }

  @Override
  public void close() {
    forward.close();
    random.close();
  }
}
