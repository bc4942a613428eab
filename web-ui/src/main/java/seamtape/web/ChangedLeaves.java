package seamtape.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import seamtape.replayer.state.CallChanges;
import seamtape.replayer.state.MachineState;
import seamtape.replayer.state.StatePart;
import seamtape.replayer.state.StateView;

/** The leaves of the state's tree that one call changed: first value, last value. */
final class ChangedLeaves implements CallChanges.Sink {
  private final Map<String, StateTree.Changed> byPath = new LinkedHashMap<>();

  @Override
  public void changed(StatePart part, MachineState before, MachineState after) {
    StateTree.changes(
            StateTree.of(StateView.part(before, part)), StateTree.of(StateView.part(after, part)))
        .forEach(
            change ->
                byPath.merge(
                    change.path(),
                    change,
                    (first, last) ->
                        new StateTree.Changed(change.path(), first.before(), last.after())));
  }

  /** In the order of the events; a value that came back to what it was is none. */
  List<StateTree.Changed> found() {
    return byPath.values().stream()
        .filter(change -> !Objects.equals(change.before(), change.after()))
        .toList();
  }
}
