package seamtape.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.CallRow;
import seamtape.replayer.query.RecordedCall;
import seamtape.replayer.query.TapeSummary;

/**
 * Answers about a recording and its calls, one by one; runs on its thread. What takes longer than a
 * slice is answered as far as it got, with {@code complete} false, and the page asks again.
 */
final class CallApi {
  /** Longest search within one request, in nanoseconds. */
  private static final long SLICE_NANOS = 50_000_000;

  private static final int CHILDREN_PAGE = 100;
  private static final int CHILDREN_EVENTS = 65_536;

  private CallApi() {}

  static long deadline() {
    return System.nanoTime() + SLICE_NANOS;
  }

  static JsonObject recording(OpenRecording recording) throws TapeException {
    recording.refresh();
    TapeSummary summary = recording.summary();
    long events = recording.tape().eventCount();
    JsonObject json = Views.recording(recording.entry(), recording.tape().manifest());
    if (!recording.lost().isEmpty()) {
      Views.damage(json, recording.lost());
    }
    return json.put("events", events)
        .put("calls", recording.reader().callCount())
        .put("summarised", summary == null ? recording.summarised() : events)
        .put("summary", summary == null ? null : Views.summary(summary));
  }

  static JsonObject details(OpenRecording recording, long event) throws TapeException {
    RecordedCall call = call(recording, event);
    return Views.details(call, recording.reader(), recording.summary())
        .put("children", children(recording, call, 0));
  }

  static JsonObject children(OpenRecording recording, long event, long from) throws TapeException {
    return children(recording, call(recording, event), from);
  }

  private static RecordedCall call(OpenRecording recording, long event) throws TapeException {
    return recording
        .reader()
        .at(event)
        .orElseThrow(
            () ->
                Problem.notFound(
                    "no call has event "
                        + event
                        + "; the recording ends with event "
                        + recording.tape().eventCount()));
  }

  private static JsonObject children(OpenRecording recording, RecordedCall call, long from)
      throws TapeException {
    CallReader.Children page =
        recording.reader().children(call, from, CHILDREN_PAGE, CHILDREN_EVENTS);
    List<CallRow> rows = new ArrayList<>();
    page.calls().forEach(child -> rows.add(CallRow.of(child)));
    return new JsonObject().put("rows", Views.rows(rows)).put("next", page.next());
  }

  /** Adds the row of the call that each change names. */
  static Void putRows(OpenRecording recording, JsonArray changes, String event, String row)
      throws TapeException {
    for (int i = 0; i < changes.size(); i++) {
      JsonObject change = changes.getJsonObject(i);
      long number = change.getLong(event);
      if (number > 0) {
        recording
            .reader()
            .at(number)
            .ifPresent(call -> change.put(row, Views.row(CallRow.of(call))));
      }
    }
    return null;
  }
}
