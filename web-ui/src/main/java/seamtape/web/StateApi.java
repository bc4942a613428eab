package seamtape.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Objects;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.CallRow;
import seamtape.replayer.query.RecordedCall;
import seamtape.replayer.state.MachineState;

/**
 * The machine around a call: before its enter event, after its return. Runs on the recording's
 * thread; what takes longer than a slice is answered as {@code complete: false}.
 */
final class StateApi {
  private static final int MAX_CHANGES = 500;
  private static final int MAX_HISTORY = 200;

  private StateApi() {}

  /**
   * @param before true for the state that the call found
   * @param machine true to ask a re-execution for what events do not tell
   */
  static JsonObject state(OpenRecording recording, long event, boolean before, boolean machine)
      throws TapeException {
    long deadline = CallApi.deadline();
    long last = recording.tape().eventCount();
    RecordedCall call = event == 0 ? null : recording.reader().at(event).orElse(null);
    if (event > last || (call == null && event > 0)) {
      throw Problem.notFound("no call has event " + event + "; the last event is " + last);
    }
    long enter = call == null ? 0 : call.event();
    long after = call == null ? 0 : call.hasReturn() ? call.returned().number : enter;
    StateKeeper keeper = recording.states();
    long from = Math.max(0, enter - 1);
    MachineState state = keeper.at(from, deadline);
    if (state == null) {
      return unfinished(keeper.reached(from), from);
    }
    JsonObject found = keeper.tree(state);
    boolean told = machine && keeper.canReexecute();
    JsonObject shown = before ? shown(keeper, state, told, deadline, found) : null;
    if (told && before && shown == null) {
      return unfinished(keeper.machineAt(), from);
    }
    MachineState then = keeper.at(after, deadline);
    if (then == null) {
      return unfinished(keeper.reached(after), after);
    }
    JsonObject left = keeper.tree(then);
    if (!before) {
      shown = shown(keeper, then, told, deadline, left);
      if (shown == null) {
        return unfinished(keeper.machineAt(), after);
      }
    }
    return new JsonObject()
        .put("complete", true)
        .put("event", enter)
        .put("at", before ? from : after)
        .put("when", before ? "before" : "after")
        .put("row", call == null ? null : Views.row(CallRow.of(call)))
        .put("machine", shown)
        .put("canReexecute", keeper.canReexecute())
        .put("changes", changes(found, left));
  }

  private static JsonObject shown(
      StateKeeper keeper, MachineState state, boolean told, long deadline, JsonObject folded)
      throws TapeException {
    return told ? keeper.reexecuted(state, deadline) : folded;
  }

  private static JsonObject unfinished(long reached, long of) {
    return new JsonObject().put("complete", false).put("reached", reached).put("of", of);
  }

  private static JsonArray changes(JsonObject before, JsonObject after) {
    JsonArray changes = new JsonArray();
    for (StateTree.Changed change : StateTree.changes(before, after)) {
      if (changes.size() < MAX_CHANGES) {
        changes.add(new JsonArray().add(change.path()).add(change.before()).add(change.after()));
      }
    }
    return changes;
  }

  /**
   * The events that changed one value, from an event on.
   *
   * @param from the last event already looked at; 0 to begin
   */
  static JsonObject history(OpenRecording recording, String path, long from, String last)
      throws TapeException {
    long deadline = CallApi.deadline();
    StateKeeper keeper = recording.states();
    MachineState state = keeper.at(from, deadline);
    long end = recording.tape().eventCount();
    if (state == null) {
      return unfinished(keeper.reached(from), end).put("hits", new JsonArray()).put("next", from);
    }
    JsonArray hits = new JsonArray();
    Object known = from == 0 ? StateTree.at(keeper.tree(state), path) : last;
    String value = known == null ? "" : String.valueOf(known);
    try (Cursor cursor = recording.tape().cursor()) {
      cursor.seek(from + 1);
      while (hits.size() < MAX_HISTORY && cursor.next()) {
        state.apply(cursor.event());
        if (cursor.event().phase == Phase.RETURN) {
          String now = Objects.toString(StateTree.at(keeper.tree(state), path), "");
          if (!now.equals(value)) {
            long enter = cursor.event().number - cursor.event().link;
            hits.add(
                new JsonArray().add(enter).add(cursor.event().call.label()).add(value).add(now));
            value = now;
          }
        }
        if (System.nanoTime() - deadline >= 0) {
          break;
        }
      }
    }
    boolean done = state.event() >= end || hits.size() >= MAX_HISTORY;
    return new JsonObject()
        .put("complete", done)
        .put("reached", state.event())
        .put("of", end)
        .put("hits", hits)
        .put("next", state.event())
        .put("last", value);
  }
}
