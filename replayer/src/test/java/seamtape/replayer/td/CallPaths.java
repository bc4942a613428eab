package seamtape.replayer.td;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import seamtape.catalog.Call;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;

/** The calls of a recording, each as the calls from the outermost to itself. */
final class CallPaths {
  private CallPaths() {}

  static List<List<Call>> of(Tape tape) throws Exception {
    List<List<Call>> paths = new ArrayList<>();
    Map<Long, List<Call>> open = new HashMap<>();
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        if (event.phase == Phase.ENTER) {
          long parent = event.number - event.link;
          List<Call> path = new ArrayList<>(open.getOrDefault(parent, List.of()));
          path.add(event.call);
          open.put(event.number, path);
          paths.add(path);
        }
      }
    }
    return paths;
  }
}
