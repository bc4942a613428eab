package seamtape.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.CallRow;
import seamtape.replayer.query.RecordedCall;
import seamtape.replayer.state.MachineState;
import seamtape.replayer.state.PartHistory;
import seamtape.replayer.state.StateIndex;
import seamtape.replayer.state.StatePart;
import seamtape.replayer.state.StateView;

/**
 * The machine around a call: before its enter event, after its return. Runs on the recording's
 * thread; what takes longer than a slice is answered as {@code complete: false}.
 */
final class StateApi {
  private static final int MAX_CHANGES = 500;
  static final int MAX_HISTORY = 200;

  /** Children of a node that are sent with it; a TD has a page for every 4 KiB. */
  static final int MAX_CHILDREN = 200;

  /**
   * What of the machine is asked for.
   *
   * @param machine true to ask a re-execution for what events do not tell
   * @param under a node whose children are wanted from one on, blank for the whole
   * @param find a text that only what has it is wanted for, blank for all
   * @param path a value that must be there
   */
  record View(boolean machine, String under, int from, String find, String path) {}

  private StateApi() {}

  /**
   * @param before true for the state that the call found
   */
  static JsonObject state(OpenRecording recording, long event, boolean before, View view)
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
    long at = before ? Math.max(0, enter - 1) : after;
    List<StateTree.Changed> changes =
        call == null ? List.of() : keeper.changes(enter, after, deadline);
    MachineState state = changes == null ? null : keeper.at(at, deadline);
    if (state == null) {
      return unfinished(keeper.reached(at), at);
    }
    boolean told = view.machine() && keeper.canReexecute();
    JsonObject shown = told ? keeper.reexecuted(state, deadline) : keeper.tree(state);
    if (shown == null) {
      return unfinished(keeper.machineAt(), at);
    }
    if (!view.under().isEmpty()) {
      return children(shown, view);
    }
    return machine(shown, view, changes)
        .put("complete", true)
        .put("event", enter)
        .put("at", at)
        .put("when", before ? "before" : "after")
        .put("row", call == null ? null : Views.row(CallRow.of(call)))
        .put("canReexecute", keeper.canReexecute())
        .put("changes", changes(changes));
  }

  /** The tree as far as it is sent at once; whatever changed is in it. */
  private static JsonObject machine(JsonObject tree, View view, List<StateTree.Changed> changes) {
    JsonObject shown = view.find().isEmpty() ? tree : StateTree.found(tree, view.find());
    List<String> wanted = new ArrayList<>(List.of(view.path()));
    changes
        .subList(0, Math.min(changes.size(), MAX_CHANGES))
        .forEach(one -> wanted.add(one.path()));
    JsonObject cut = new JsonObject();
    return new JsonObject()
        .put("machine", StateTree.cut(shown, MAX_CHILDREN, StateTree.leading(wanted), cut))
        .put("cut", cut);
  }

  private static JsonObject children(JsonObject tree, View view) {
    if (!(StateTree.node(tree, view.under()) instanceof JsonObject node)) {
      throw Problem.notFound("the state has no " + view.under());
    }
    JsonObject cut = new JsonObject();
    JsonObject page = StateTree.page(node, view.from(), MAX_CHILDREN);
    return new JsonObject()
        .put("complete", true)
        .put("under", view.under())
        .put("children", StateTree.cut(page, MAX_CHILDREN, Set.of(), cut))
        .put("total", node.size());
  }

  private static JsonObject unfinished(long reached, long of) {
    return new JsonObject().put("complete", false).put("reached", reached).put("of", of);
  }

  private static JsonArray changes(List<StateTree.Changed> found) {
    JsonArray changes = new JsonArray();
    for (StateTree.Changed change : found.subList(0, Math.min(found.size(), MAX_CHANGES))) {
      changes.add(new JsonArray().add(change.path()).add(change.before()).add(change.after()));
    }
    return changes;
  }

  /**
   * The events that changed one value: those after an event, oldest first, or those up to it,
   * newest first.
   *
   * @param from where the last answer said to go on
   */
  static JsonObject history(
      OpenRecording recording, String path, long from, boolean back, int limit)
      throws TapeException {
    StateIndex index = recording.stateIndex();
    long last = recording.tape().eventCount();
    boolean indexed = recording.statesIndexed();
    JsonObject json = new JsonObject().put("of", last);
    if (back && !indexed && index.reached() < Math.min(from, last)) {
      return json.put("complete", false)
          .put("reached", index.reached())
          .put("hits", new JsonArray())
          .put("next", from);
    }
    try (Cursor cursor = recording.tape().cursor()) {
      List<StatePart> parts = StatePart.of(path);
      PartHistory history =
          new PartHistory(
              index, recording.states()::at, cursor, parts, state -> value(state, parts, path));
      long deadline = CallApi.deadline();
      boolean ended =
          back
              ? history.backwards(from, limit, deadline)
              : history.forwards(from, limit, deadline) && indexed;
      JsonArray hits = new JsonArray();
      for (PartHistory.Hit hit : history.hits()) {
        hits.add(new JsonArray().add(hit.enter()).add(hit.call()).add(hit.was()).add(hit.became()));
      }
      return json.put("complete", ended || hits.size() >= limit)
          .put("reached", history.next())
          .put("hits", hits)
          .put("next", history.next())
          .put("more", !ended);
    }
  }

  private static Object value(MachineState state, List<StatePart> parts, String path) {
    JsonObject tree =
        parts.isEmpty()
            ? StateTree.of(StateView.document(state, null)).getJsonObject("machine")
            : StateTree.of(StateView.part(state, parts.get(parts.size() - 1)));
    return StateTree.at(tree, path);
  }
}
