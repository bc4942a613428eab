package seamtape.recorder;

import java.util.function.LongSupplier;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.Row;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.machine.NestedCalls;

/** Records calls inside calls, as the machine tells of them while it serves a thread. */
final class NestedRecorder implements NestedCalls {
  /** By ordinal; the enum's own list is a new array each time. */
  private static final Family[] FAMILIES = Family.values();

  private final LongTable<CallInFlight> inFlight;
  private final EventLog log;
  private final LongSupplier clock;

  /** Of all events. */
  private final long[] told = new long[Event.MAX_FIELDS];

  /** By row, made as they are used: one that keeps its row and phase need not store them again. */
  private final Event[] enters = new Event[Catalog.calls().size()];

  private final Event[] returns = new Event[enters.length];

  NestedRecorder(LongTable<CallInFlight> inFlight, EventLog log, LongSupplier clock) {
    this.inFlight = inFlight;
    this.log = log;
    this.clock = clock;
  }

  @Override
  public long[] fields() {
    return told;
  }

  @Override
  public void enter(int tid, long actor, int family, int number, long[] fields) {
    CallInFlight call = inFlight.get(tid);
    Row row = Catalog.row(FAMILIES[family], number);
    if (row == null) {
      throw new IllegalArgumentException("no row for " + FAMILIES[family] + " " + number);
    }
    long parent = log.last() + 1 - call.enters[call.depth - 1];
    Event event = of(enters, row.index);
    event.begin(Phase.ENTER, row, actor, clock.getAsLong(), parent);
    append(event, fields);
    call.push(row, actor, log.last());
  }

  @Override
  public void returns(int tid, long[] fields) {
    CallInFlight call = inFlight.get(tid);
    int top = --call.depth;
    long back = log.last() + 1 - call.enters[top];
    Row row = enters[call.nested[top]].row();
    Event event = of(returns, row.index);
    event.begin(Phase.RETURN, row, call.nestedActors[top], clock.getAsLong(), back);
    append(event, fields);
  }

  private Event of(Event[] events, int row) {
    Event event = events[row];
    if (event == null) {
      event = events[row] = new Event(told);
    }
    return event;
  }

  private void append(Event event, long[] fields) {
    if (fields != told) {
      copy(fields, event.fieldCount());
    }
    log.append(event);
  }

  private void copy(long[] fields, int count) {
    int given = Math.min(fields.length, count);
    for (int i = 0; i < given; i++) {
      told[i] = fields[i];
    }
    for (int i = given; i < count; i++) {
      told[i] = 0;
    }
  }
}
