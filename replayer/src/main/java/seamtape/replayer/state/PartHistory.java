package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.TapeException;

/**
 * The events that changed one value, looked for only where the index says that its parts changed.
 * One slice of the search; what it did not reach is the next one's.
 */
public final class PartHistory {
  /** Gives the state after an event; null when the deadline came first. */
  public interface States {
    MachineState at(long event, long deadline) throws TapeException;
  }

  /** A call that changed the value; was and became are empty where there is none. */
  public record Hit(long enter, String call, String was, String became) {}

  private final StateIndex index;
  private final States states;
  private final Cursor cursor;
  private final Set<StatePart> parts;
  private final List<StatePart> listed;
  private final Function<MachineState, Object> value;
  private final List<Hit> hits = new ArrayList<>();
  private long next;

  /**
   * @param cursor for this search alone
   * @param value reads the value from a state; null where there is none
   */
  public PartHistory(
      StateIndex index,
      States states,
      Cursor cursor,
      List<StatePart> parts,
      Function<MachineState, Object> value) {
    this.index = index;
    this.states = states;
    this.cursor = cursor;
    this.value = value;
    listed = parts;
    this.parts = new HashSet<>(parts);
  }

  /** In the order they were found. */
  public List<Hit> hits() {
    return hits;
  }

  /** Where to go on. */
  public long next() {
    return next;
  }

  /** The value now, as hits tell it. */
  public String text(MachineState state) {
    return Objects.toString(value.apply(state), "");
  }

  /**
   * Looks from the event after one to the end of what is indexed, oldest first.
   *
   * @return false when the deadline or the limit came first
   */
  public boolean forwards(long after, int limit, long deadline) throws TapeException {
    next = after;
    while (hits.size() < limit) {
      long at = where(next + 1);
      if (at > index.reached()) {
        next = index.reached();
        return true;
      }
      next = at - 1;
      MachineState state = states.at(next, deadline);
      if (state == null || !walk(state, Math.min(end(at), index.reached()), limit, deadline)) {
        return false;
      }
    }
    return false;
  }

  private long where(long event) {
    return parts.isEmpty() ? event : index.touches().next(listed, event);
  }

  private long end(long event) {
    return index.touches().end(event) - 1;
  }

  /** Notes what changes the value up to an event; false when the deadline or limit came first. */
  private boolean walk(MachineState state, long to, int limit, long deadline) throws TapeException {
    String known = text(state);
    cursor.seek(state.event() + 1);
    while (state.event() < to && cursor.next()) {
      Event event = cursor.event();
      state.apply(event);
      next = state.event();
      if (concerns(state)) {
        known = note(event, known, text(state));
        if (hits.size() == limit || System.nanoTime() - deadline >= 0) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean concerns(MachineState state) {
    List<StatePart> touched = state.touched();
    return !touched.isEmpty() && (parts.isEmpty() || touched.stream().anyMatch(parts::contains));
  }

  private String note(Event event, String known, String now) {
    if (!now.equals(known)) {
      long enter = event.phase == Phase.RETURN ? event.number - event.link : event.number;
      hits.add(new Hit(enter, event.call.label(), known, now));
    }
    return now;
  }

  /**
   * Looks from an event back to the first, newest first.
   *
   * @return false when the deadline or the limit came first
   */
  public boolean backwards(long from, int limit, long deadline) throws TapeException {
    next = Math.min(from, index.reached());
    while (next > 0 && hits.size() < limit) {
      long at = parts.isEmpty() ? next : index.touches().previous(listed, next);
      if (at == 0) {
        next = 0;
        break;
      }
      long begin = Math.max(1, index.touches().begin(at));
      MachineState state = states.at(begin - 1, deadline);
      if (state == null) {
        next = at;
        return false;
      }
      int known = hits.size();
      walk(state, at, Integer.MAX_VALUE, Long.MAX_VALUE);
      Collections.reverse(hits.subList(known, hits.size()));
      next = begin - 1;
      if (System.nanoTime() - deadline >= 0) {
        break;
      }
    }
    return next == 0;
  }
}
