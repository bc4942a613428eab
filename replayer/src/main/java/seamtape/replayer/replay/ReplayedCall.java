package seamtape.replayer.replay;

import java.util.ArrayList;
import java.util.List;
import seamtape.event.Event;
import seamtape.replayer.explain.Explanation;

/**
 * One thread's call while it is replayed: what was recorded of it and what the machine did. Reused.
 */
final class ReplayedCall {
  /** Nested calls kept for comparison on each side; all are counted. */
  private static final int MAX_NESTED = 4096;

  final Event enter = new Event();
  final Event replayedReturn = new Event();
  final List<Event> recordedNested = new ArrayList<>();
  final List<Event> replayedNested = new ArrayList<>();
  long recordedNestedCount;
  long replayedNestedCount;
  boolean open;
  boolean returned;
  boolean skipped;

  /** The argument to replay with: the recorded one, or memory of ours where the log has none. */
  long arg;

  /** Why it was not replayed; null where it was, or where its fd is missing. */
  Explanation skipRow;

  /** The argument was made up: it holds the replay's own fds. */
  boolean neutral;

  void begin(Event recorded) {
    enter.set(recorded);
    recordedNested.clear();
    replayedNested.clear();
    recordedNestedCount = 0;
    replayedNestedCount = 0;
    open = true;
    returned = false;
    skipped = false;
    neutral = false;
    skipRow = null;
    arg = recorded.fields[1];
  }

  void recordedInside(Event event) {
    if (recordedNestedCount++ < MAX_NESTED) {
      recordedNested.add(Event.copyOf(event));
    }
  }

  void replayedInside(Event event) {
    if (replayedNestedCount++ < MAX_NESTED) {
      replayedNested.add(Event.copyOf(event));
    }
  }

  void replayedReturn(Event event) {
    replayedReturn.set(event);
    returned = true;
  }
}
