package seamtape.replayer.state;

import java.util.ArrayList;
import java.util.List;

/** The parts of a state that its last event may have changed; reused from event to event. */
final class Touched {
  private final List<StatePart> parts = new ArrayList<>();

  void clear() {
    if (!parts.isEmpty()) {
      parts.clear();
    }
  }

  void add(StatePart.Kind kind, long of) {
    parts.add(StatePart.of(kind, of));
  }

  void add(StatePart.Kind kind, long of, long item) {
    parts.add(new StatePart(kind, of, item));
  }

  List<StatePart> parts() {
    return parts;
  }
}
