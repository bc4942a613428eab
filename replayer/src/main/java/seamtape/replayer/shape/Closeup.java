package seamtape.replayer.shape;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import seamtape.catalog.Catalog;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.event.Subject;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.LongMap;
import seamtape.replayer.query.RecordedCall;

/**
 * The calls of a stretch of a recording one by one, where {@link TapeShape} has them in leaves
 * only. Reads the stretch once; one thread, the reader's.
 */
public final class Closeup {
  /** Events read after the stretch for returns; those farther away are looked up one by one. */
  private static final int AFTER = 4096;

  /** Where a call is drawn. */
  private record Place(String lane, int depth, long event, long time, boolean inside) {}

  private final CallReader reader;
  private final boolean timed;
  private final LongMap<Place> open = new LongMap<>();
  private final Map<String, List<Item>> items = new LinkedHashMap<>();
  private int pending;

  private Closeup(CallReader reader, boolean timed) {
    this.reader = reader;
    this.timed = timed;
  }

  /**
   * Items by lane and depth, in order of their ends: {@code vm0/vcpu0 1}.
   *
   * @param timed false for a recording without a clock
   */
  public static Map<String, List<Item>> of(
      Tape tape, CallReader reader, boolean timed, TapeShape.Reach reach) throws TapeException {
    Closeup closeup = new Closeup(reader, timed);
    try (Cursor cursor = tape.cursor()) {
      closeup.read(cursor, reach.firstEvent(), reach.lastEvent());
    }
    closeup.lookUpReturns();
    return closeup.items;
  }

  /** The name of a track. */
  public static String key(String lane, int depth) {
    return lane + " " + depth;
  }

  private void read(Cursor cursor, long first, long last) throws TapeException {
    cursor.seek(first);
    while (cursor.next()) {
      Event event = cursor.event();
      boolean after = event.number > last;
      if (after && (pending == 0 || event.number > last + AFTER)) {
        return;
      }
      if (event.phase == Phase.ENTER && !after) {
        enter(event);
      } else if (event.phase == Phase.RETURN) {
        returned(event);
      }
    }
  }

  private void enter(Event event) throws TapeException {
    boolean nests = event.call.family().nests();
    Place parent = nests && event.link > 0 ? place(event.number - event.link) : null;
    String lane = parent == null ? lane(event, nests) : parent.lane;
    int depth = parent == null ? 0 : parent.depth + 1;
    long time = timed ? event.time : event.number;
    open.put(event.number, new Place(lane, depth, event.number, time, true));
    pending++;
  }

  private static String lane(Event event, boolean nests) {
    long subject = nests ? Actor.subject(event.actor) : event.link;
    return Subject.vcpu(subject) >= 0 ? Subject.text(subject) : Actor.text(event.actor);
  }

  /** Of a call in flight, also of one that began before the stretch. */
  private Place place(long enter) throws TapeException {
    Place known = open.get(enter);
    if (known != null || enter < 1) {
      return known;
    }
    Optional<RecordedCall> call = reader.at(enter);
    if (call.isEmpty() || call.get().event() != enter) {
      return null;
    }
    List<RecordedCall> parents = reader.parents(call.get());
    RecordedCall outermost = parents.isEmpty() ? call.get() : parents.get(parents.size() - 1);
    Place before = new Place(TapeShape.lane(outermost), parents.size(), enter, 0, false);
    open.put(enter, before);
    return before;
  }

  private void returned(Event event) {
    Place call = open.remove(event.number - event.link);
    if (call != null && call.inside) {
      pending--;
      add(call, event);
    }
  }

  private void add(Place call, Event event) {
    long end = timed ? event.time : event.number;
    boolean failed = RecordedCall.failed(event);
    long error = failed ? call.event : 0;
    int id = Catalog.id(event.call);
    Item item = new Item(call.time, end, 1, failed ? 1 : 0, call.event, id, error, end - call.time);
    items.computeIfAbsent(key(call.lane, call.depth), key -> new ArrayList<>()).add(item);
  }

  private void lookUpReturns() throws TapeException {
    for (long enter : open.keys()) {
      Place call = open.get(enter);
      Optional<RecordedCall> whole = call.inside ? reader.at(enter) : Optional.empty();
      if (whole.isPresent() && whole.get().hasReturn()) {
        add(call, whole.get().returned());
      }
    }
  }
}
