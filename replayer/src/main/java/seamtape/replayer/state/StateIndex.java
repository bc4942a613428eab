package seamtape.replayer.state;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.event.Event;

/**
 * What one pass over a recording keeps of its states: copies at intervals, from which the state at
 * any event is near, and where each part changed. Memory is bounded: intervals double when the
 * copies weigh too much. One thread takes events, others ask.
 */
public final class StateIndex {
  /** Bytes that copies may take, about. */
  private static final long MAX_WEIGHT = 48L << 20;

  private static final long FIRST_INTERVAL = 8192;

  private final long maxWeight;
  private final MachineState state = new MachineState();
  private final TouchIndex touches = new TouchIndex();
  private final TreeMap<Long, MachineState> copies = new TreeMap<>();
  private long interval;
  private long weight;
  private volatile long reached;

  public StateIndex() {
    this(MAX_WEIGHT, FIRST_INTERVAL);
  }

  /**
   * @param maxWeight of all copies
   * @param firstInterval events between copies, until they weigh too much
   */
  StateIndex(long maxWeight, long firstInterval) {
    this.maxWeight = maxWeight;
    interval = firstInterval;
  }

  /** Takes the next event. */
  public void take(Event event) {
    state.apply(event);
    List<StatePart> parts = state.touched();
    if (!parts.isEmpty()) {
      touches.note(parts, event.number);
    }
    if (event.number % interval == 0) {
      keep();
    }
    reached = event.number;
  }

  private synchronized void keep() {
    copies.put(state.event(), state.copy());
    weight += state.weight();
    while (weight > maxWeight && copies.size() > 1) {
      interval *= 2;
      thin();
    }
  }

  private void thin() {
    weight = 0;
    for (Iterator<Map.Entry<Long, MachineState>> i = copies.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Long, MachineState> copy = i.next();
      if (copy.getKey() % interval == 0) {
        weight += copy.getValue().weight();
      } else {
        i.remove();
      }
    }
  }

  /** The last event taken. */
  public long reached() {
    return reached;
  }

  /** The event of the last copy at or before one; 0 without one. */
  public synchronized long before(long event) {
    Long found = copies.floorKey(event);
    return found == null ? 0 : found;
  }

  /** A state to go on from to an event: the nearest copy's, or that before the first event. */
  public synchronized MachineState from(long event) {
    Map.Entry<Long, MachineState> found = copies.floorEntry(event);
    return found == null ? new MachineState() : found.getValue().copy();
  }

  TouchIndex touches() {
    return touches;
  }

  synchronized int copies() {
    return copies.size();
  }
}
