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
  private final Event event = new Event();

  NestedRecorder(LongTable<CallInFlight> inFlight, EventLog log, LongSupplier clock) {
    this.inFlight = inFlight;
    this.log = log;
    this.clock = clock;
  }

  @Override
  public long[] fields() {
    return event.fields;
  }

  @Override
  public void enter(int tid, long actor, int family, int number, long[] fields) {
    CallInFlight call = inFlight.get(tid);
    Row row = Catalog.row(FAMILIES[family], number);
    if (row == null) {
      throw new IllegalArgumentException("no row for " + FAMILIES[family] + " " + number);
    }
    long parent = log.last() + 1 - call.enters[call.depth - 1];
    event.begin(Phase.ENTER, row, actor, clock.getAsLong(), parent);
    append(fields);
    call.push(row, actor, log.last());
  }

  @Override
  public void returns(int tid, long[] fields) {
    CallInFlight call = inFlight.get(tid);
    int top = --call.depth;
    long back = log.last() + 1 - call.enters[top];
    event.begin(Phase.RETURN, call.nested[top], call.nestedActors[top], clock.getAsLong(), back);
    append(fields);
  }

  private void append(long[] fields) {
    if (fields != event.fields) {
      copy(fields);
    }
    log.append(event);
  }

  private void copy(long[] fields) {
    int count = event.fieldCount();
    int given = Math.min(fields.length, count);
    for (int i = 0; i < given; i++) {
      event.fields[i] = fields[i];
    }
    for (int i = given; i < count; i++) {
      event.fields[i] = 0;
    }
  }
}
