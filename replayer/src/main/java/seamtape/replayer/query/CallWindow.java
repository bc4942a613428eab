package seamtape.replayer.query;

import java.util.HashMap;
import java.util.Map;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.TapeException;

/**
 * The calls that a walk over events meets, read some at a time: a walk forwards asks for each call
 * twice, at its enter and at its return, and mostly soon.
 */
public final class CallWindow {
  private final CallReader reader;
  private final int size;
  private final Map<Long, RecordedCall> calls = new HashMap<>();

  /**
   * @param size calls read at a time
   */
  public CallWindow(CallReader reader, int size) {
    this.reader = reader;
    this.size = size;
  }

  /** The call of an enter or return event, valid until the next one is asked for; null without. */
  public RecordedCall of(Event event) throws TapeException {
    boolean returns = event.phase == Phase.RETURN;
    long enter = returns ? event.number - event.link : event.number;
    RecordedCall call = calls.get(enter);
    if (call != null) {
      return call;
    }
    if (returns) {
      calls.clear(); // they are the reader's, which is about to read another
      return reader.at(enter).orElse(null);
    }
    load(enter);
    return calls.get(enter);
  }

  private void load(long enter) throws TapeException {
    calls.clear();
    for (RecordedCall call : reader.window(reader.callIndexOf(enter), size)) {
      calls.put(call.event(), call);
    }
  }
}
