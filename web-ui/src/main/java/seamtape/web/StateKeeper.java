package seamtape.web;

import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.replay.Reexecution;
import seamtape.replayer.state.CallChanges;
import seamtape.replayer.state.MachineReading;
import seamtape.replayer.state.MachineState;
import seamtape.replayer.state.StateIndex;
import seamtape.replayer.state.StateView;
import seamtape.sim.Simulator;

/**
 * Machine states of one recording, folded as far as they were asked for and then moved on, so that
 * stepping does not begin anew. One thread, the recording's.
 */
final class StateKeeper implements AutoCloseable {
  private static final int KEPT = 8;

  /** Events folded between two looks at the clock. */
  private static final int EVENTS_A_LOOK = 512;

  private final Tape tape;
  private final StateIndex index;
  private final Cursor cursor;
  private final Deque<MachineState> states = new ArrayDeque<>();
  private CallChanges changes;
  private ChangedLeaves leaves;
  private Reexecution machine;
  private long machineAt;

  /**
   * @param index of states of the same recording, made meanwhile
   */
  StateKeeper(Tape tape, StateIndex index) {
    this.tape = tape;
    this.index = index;
    cursor = tape.cursor();
  }

  /**
   * The state after an event; null when the deadline came first: ask again.
   *
   * @param event 0 is before the first
   */
  MachineState at(long event, long deadline) throws TapeException {
    MachineState state = nearest(event);
    cursor.seek(state.event() + 1);
    while (state.event() < event && cursor.next()) {
      state.apply(cursor.event());
      if (state.event() % EVENTS_A_LOOK == 0 && System.nanoTime() - deadline >= 0) {
        return state.event() < event ? null : state;
      }
    }
    return state;
  }

  /** How far the fold towards an event is. */
  long reached(long event) {
    return states.stream().mapToLong(MachineState::event).filter(at -> at <= event).max().orElse(0);
  }

  /** The furthest state that is not beyond the event, now the first in the row; or a new one. */
  private MachineState nearest(long event) {
    MachineState best = null;
    for (MachineState state : states) {
      if (state.event() <= event && (best == null || state.event() > best.event())) {
        best = state;
      }
    }
    if (best == null || index.before(event) > best.event()) {
      best = index.from(event);
      if (states.size() == KEPT) {
        states.removeLast();
      }
    } else {
      states.remove(best);
    }
    states.addFirst(best);
    return best;
  }

  /**
   * What a call and those beneath it changed; null when the deadline came first: ask again.
   *
   * @param last its return event, or its enter event without one
   */
  List<StateTree.Changed> changes(long enter, long last, long deadline) throws TapeException {
    if (changes == null || changes.enter() != enter || changes.last() != last) {
      MachineState before = at(enter - 1, deadline);
      if (before == null) {
        return null;
      }
      leaves = new ChangedLeaves();
      changes = new CallChanges(before, enter, last, leaves);
    }
    return changes.advance(cursor, deadline) ? leaves.found() : null;
  }

  JsonObject tree(MachineState state) throws TapeException {
    return StateTree.of(StateView.document(state, null)).getJsonObject("machine");
  }

  /** True for recordings whose guests can run again. */
  boolean canReexecute() {
    return Reexecution.possible(tape);
  }

  /** The state with what re-execution knows; null when the deadline came first: ask again. */
  JsonObject reexecuted(MachineState state, long deadline) throws TapeException {
    long event = state.event();
    if (machine == null || machineAt > event) {
      restart();
    }
    while (machineAt < event) {
      machineAt = Math.min(event, machineAt + EVENTS_A_LOOK);
      machine.advanceTo(machineAt);
      if (System.nanoTime() - deadline >= 0 && machineAt < event) {
        return null;
      }
    }
    MachineReading reading = machine.divergences() > 0 ? null : new MachineReading(state, machine);
    return StateTree.of(StateView.document(state, reading))
        .getJsonObject("machine")
        .put("reexecution", reading == null ? "diverges" : "agrees");
  }

  long machineAt() {
    return machineAt;
  }

  private void restart() throws TapeException {
    if (machine != null) {
      machine.close();
    }
    machine = new Reexecution(tape, new Simulator());
    machineAt = 0;
  }

  @Override
  public void close() {
    cursor.close();
    if (machine != null) {
      machine.close();
    }
  }
}
