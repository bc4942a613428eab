package seamtape.web;

import io.vertx.core.json.JsonObject;
import java.util.List;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.FilterException;
import seamtape.replayer.query.Matches;
import seamtape.replayer.query.RecordedCall;
import seamtape.replayer.query.TapeSummary;

/** Finds places in one recording, or among what passes a filter; runs on its thread. */
final class LocateApi {
  private static final List<String> ERRORS = List.of("first", "next", "previous");

  private LocateApi() {}

  /** As {@link #find}; with {@code rows} the rows around it too, in pages of so many. */
  static JsonObject locate(OpenRecording recording, Parameters parameters)
      throws TapeException, FilterException {
    JsonObject json = find(recording, parameters);
    int rows = (int) parameters.number("rows", 0, 0, RowsApi.MAX_ROWS);
    if (rows == 0 || !json.getBoolean("found")) {
      return json;
    }
    long from = json.getLong("index") / rows * rows;
    RowsApi.View view = RowsApi.View.of(parameters);
    try {
      return json.put("page", RowsApi.page(recording, from, rows, view));
    } catch (TapeException e) {
      return json; // who asks for these rows is told
    }
  }

  /**
   * Finds a row: {@code event}, {@code time}, {@code percent}, or the {@code error} next, previous
   * or first from an event.
   */
  private static JsonObject find(OpenRecording recording, Parameters parameters)
      throws TapeException, FilterException {
    boolean all = RowsApi.View.of(parameters).dim() && !parameters.has("match");
    String filter = all ? "" : parameters.filter();
    Matches matches = filter.isEmpty() ? null : recording.matches(filter);
    if (parameters.has("error") && !ERRORS.contains(parameters.text("error"))) {
      throw Problem.badRequest("error is first, next or previous");
    }
    boolean ready = recording.summary() != null;
    if (matches != null) {
      RowsApi.searchOn(matches, recording);
    }
    if (parameters.has("error")) {
      return ready ? error(recording, parameters, matches) : notYet();
    }
    if (parameters.has("match") && matches != null) {
      return match(recording, parameters, matches);
    }
    long position = position(recording, parameters);
    return matches == null
        ? found(recording, position, position)
        : near(recording, position, matches);
  }

  private static JsonObject notYet() {
    return new JsonObject().put("complete", false).put("found", false);
  }

  private static long position(OpenRecording recording, Parameters parameters)
      throws TapeException {
    CallReader reader = recording.reader();
    long last = reader.callCount() - 1;
    long events = recording.tape().eventCount();
    if (parameters.has("time")) {
      long time = parameters.number("time", 0, Long.MIN_VALUE, Long.MAX_VALUE);
      return Math.min(last, reader.callAtTime(time));
    }
    if (parameters.has("percent")) {
      return Math.round(parameters.number("percent", 0, 0, 100) / 100.0 * last);
    }
    long event = parameters.number("event", 1, 1, Long.MAX_VALUE);
    if (events == 0) {
      return -1;
    }
    RecordedCall call = reader.at(Math.min(event, events)).orElse(null);
    return call == null ? Math.min(0, last) : call.index();
  }

  private static JsonObject found(OpenRecording recording, long call, long row)
      throws TapeException {
    List<RecordedCall> calls = recording.reader().window(call, 1);
    return new JsonObject()
        .put("complete", true)
        .put("found", !calls.isEmpty())
        .put("event", calls.isEmpty() ? 0 : calls.get(0).event())
        .put("index", row);
  }

  /** The match at a position, or else the nearest one after it, or before it. */
  private static JsonObject near(OpenRecording recording, long position, Matches matches)
      throws TapeException {
    int match = matches.firstAt(position);
    if (!matches.complete() && match == matches.count()) {
      return notYet();
    }
    if (matches.count() == 0) {
      return new JsonObject().put("complete", true).put("found", false);
    }
    int row = Math.min(match, matches.count() - 1);
    return found(recording, matches.position(row), row);
  }

  /** The match after an event, or before it. */
  private static JsonObject match(OpenRecording recording, Parameters parameters, Matches matches)
      throws TapeException {
    long event =
        Math.min(recording.tape().eventCount(), parameters.number("event", 0, 0, Long.MAX_VALUE));
    long position = event == 0 ? -1 : recording.reader().callIndexOf(event);
    boolean back = parameters.text("match").equals("previous");
    int match = back ? matches.firstAt(position) - 1 : matches.firstAt(position + 1);
    boolean told =
        matches.complete() || (back ? matches.scanned() >= position : match < matches.count());
    if (!told) {
      return notYet();
    }
    if (match < 0 || match >= matches.count()) {
      return new JsonObject().put("complete", true).put("found", false);
    }
    return found(recording, matches.position(match), matches.position(match));
  }

  private static JsonObject error(OpenRecording recording, Parameters parameters, Matches matches)
      throws TapeException {
    TapeSummary summary = recording.summary();
    String direction = parameters.text("error");
    long from = parameters.number("event", 0, 0, Long.MAX_VALUE);
    boolean back = direction.equals("previous");
    long event = direction.equals("first") ? 0 : from;
    long deadline = CallApi.deadline();
    while (System.nanoTime() - deadline < 0) {
      event = back ? summary.errorBefore(event) : summary.errorAfter(event);
      if (event == 0) {
        boolean all = matches == null || back || matches.complete();
        return new JsonObject().put("complete", all).put("found", false);
      }
      long position = recording.reader().callIndexOf(event);
      int match = matches == null ? -1 : matches.firstAt(position);
      if (matches == null) {
        return found(recording, position, position);
      }
      if (match < matches.count() && matches.position(match) == position) {
        return found(recording, position, match);
      }
    }
    return notYet().put("resume", event);
  }
}
