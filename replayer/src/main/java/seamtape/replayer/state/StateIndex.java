package seamtape.replayer.state;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.event.Event;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/**
 * What one pass over a recording keeps of its states: copies at intervals, from which the state at
 * any event is near, and where each part changed. Memory is bounded: intervals double when the
 * copies weigh too much. One thread takes events, others ask.
 */
public final class StateIndex {
  /** Bytes that copies may take, about. */
  private static final long MAX_WEIGHT = 48L << 20;

  /** Bytes of a file, before it is compressed. */
  private static final int MAX_BYTES = 48 << 20;

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

  /**
   * Takes a pass that was made before.
   *
   * @return false when the bytes are not what {@link #write} wrote; then nothing is changed
   */
  public boolean recall(NumberReader from) {
    try {
      long end = from.number();
      TouchIndex readTouches = TouchIndex.read(from);
      StateReader states = new StateReader(from);
      TreeMap<Long, MachineState> read = new TreeMap<>();
      for (int left = from.count(); left > 0; left--) {
        MachineState copy = MachineState.read(states);
        read.put(copy.event(), copy);
      }
      if (!from.atEnd() || end < 0 || !read.isEmpty() && read.lastKey() > end) {
        return false;
      }
      become(read, readTouches, end);
      return true;
    } catch (RuntimeException e) {
      return false; // whatever wrote it, the events tell it again
    }
  }

  private synchronized void become(
      TreeMap<Long, MachineState> read, TouchIndex readTouches, long end) {
    copies.putAll(read);
    touches.become(readTouches);
    reached = end;
  }

  /**
   * Writes what the pass has told, with every copy whose place is a multiple of {@code every}.
   *
   * @return false when it takes more than {@link #MAX_BYTES}
   */
  public boolean write(NumberWriter to, int every) {
    to.put(reached);
    touches.write(to);
    List<MachineState> all = kept();
    to.put((all.size() + every - 1) / every);
    StateWriter states = new StateWriter(to);
    for (int i = 0; i < all.size(); i += every) {
      all.get(i).write(states);
      if (to.length() > MAX_BYTES) {
        return false;
      }
    }
    return true;
  }

  private synchronized List<MachineState> kept() {
    return List.copyOf(copies.values());
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
