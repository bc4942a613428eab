package seamtape.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeIndex;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.CallRow;
import seamtape.replayer.query.Filter;
import seamtape.replayer.query.FilterException;
import seamtape.replayer.query.Matches;
import seamtape.replayer.query.RecordedCall;
import seamtape.replayer.query.TapeSummary;

/**
 * Answers about the calls of one recording; runs on its thread. What takes longer than a slice is
 * answered as far as it got, with {@code complete} false, and the page asks again.
 */
final class CallApi {
  /** Longest search within one request, in nanoseconds. */
  private static final long SLICE_NANOS = 50_000_000;

  /** Between two looks whether there is a first match, or somebody else waits. */
  private static final long LOOK_NANOS = 5_000_000;

  static final int MAX_ROWS = 512;

  /** Colour rules of one page. */
  static final int MAX_RULES = 8;

  private static final List<String> ERRORS = List.of("first", "next", "previous");

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

  /**
   * Which rows a page shows.
   *
   * @param filter blank for all
   * @param dim true for all rows, and for each whether it passes
   * @param rules give rows colours
   */
  record View(String filter, boolean dim, List<String> rules) {
    static View of(Parameters parameters) {
      String filter = parameters.filter();
      boolean dim = parameters.text("mode").equals("dim") && !filter.isEmpty();
      return new View(filter, dim, parameters.all("rule", MAX_RULES));
    }
  }

  static JsonObject page(OpenRecording recording, long from, int count, View view)
      throws TapeException, FilterException {
    JsonObject json =
        view.dim()
            ? marked(recording, from, count, view.filter())
            : rows(recording, from, count, view.filter());
    return ruled(recording, json, view.rules());
  }

  /** Rows by position: of all calls, or of those that pass a filter. */
  static JsonObject rows(OpenRecording recording, long from, int count, String filter)
      throws TapeException, FilterException {
    CallReader reader = recording.reader();
    boolean settled = recording.summary() != null;
    JsonObject json = new JsonObject().put("columns", Views.COLUMNS).put("from", from);
    if (filter.isEmpty()) {
      return json.put("rows", readable(recording, from, count))
          .put("total", reader.callCount())
          .put("complete", true)
          .put("settled", settled);
    }
    Matches matches = recording.matches(filter);
    if (!matches.complete()) {
      search(matches, recording, from + count);
    }
    JsonArray rows = new JsonArray();
    long end = Math.min(matches.count(), from + count);
    for (long i = from; i < end; i++) {
      rows.add(Views.row(CallRow.of(reader.window(matches.position((int) i), 1).get(0))));
    }
    return json.put("rows", rows)
        .put("total", matches.count())
        .put("complete", matches.complete() && (settled || !matches.guessed()))
        .put("scanned", matches.scanned())
        .put("settled", settled);
  }

  /** The first matches are shown as soon as there are some; the rest is counted meanwhile. */
  private static void search(Matches matches, OpenRecording recording, long enough)
      throws FilterException {
    long deadline = deadline();
    if (matches.scanned() > 0 || matches.count() > 0) {
      searchOn(matches, recording);
    } else {
      while (!matches.complete() && matches.count() == 0 && System.nanoTime() - deadline < 0) {
        matches.advance(recording.reader(), System.nanoTime() + LOOK_NANOS, enough);
      }
    }
  }

  /** Counts on for a slice, or until somebody else waits: for the rows of another filter, say. */
  private static void searchOn(Matches matches, OpenRecording recording) throws FilterException {
    long deadline = deadline();
    do {
      matches.advance(recording.reader(), System.nanoTime() + LOOK_NANOS);
    } while (!matches.complete() && !recording.awaited() && System.nanoTime() - deadline < 0);
  }

  /** All rows, and for each whether it passes the filter, as far as that is known. */
  static JsonObject marked(OpenRecording recording, long from, int count, String filter)
      throws TapeException, FilterException {
    JsonObject json = rows(recording, from, count, "");
    Matches matches = recording.matches(filter);
    searchOn(matches, recording);
    JsonArray marks = new JsonArray();
    long end = from + json.getJsonArray("rows").size();
    for (long i = from; i < end; i++) {
      int match = matches.firstAt(i);
      marks.add(match < matches.count() && matches.position(match) == i);
    }
    return json.put("marks", marks)
        .put("matched", matches.count())
        .put("marked", matches.complete() || matches.scanned() >= end);
  }

  /** Adds which of the rules, if any, each row is the first to pass; they give rows a colour. */
  static JsonObject ruled(OpenRecording recording, JsonObject json, List<String> rules)
      throws TapeException, FilterException {
    if (rules.isEmpty()) {
      return json;
    }
    List<Filter> filters = new ArrayList<>();
    for (String rule : rules) {
      filters.add(Filter.parse(rule));
    }
    JsonArray first = new JsonArray();
    for (Object row : json.getJsonArray("rows")) {
      boolean lost = row == null;
      first.add(lost ? -1 : first(recording.reader(), ((JsonArray) row).getLong(0), filters));
    }
    return json.put("rules", first);
  }

  private static int first(CallReader reader, long event, List<Filter> rules)
      throws TapeException, FilterException {
    RecordedCall call = reader.at(event).orElse(null);
    for (int i = 0; call != null && i < rules.size(); i++) {
      if (rules.get(i).matches(call, reader)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * A window of all calls, null for each that lies in a damaged block.
   *
   * @throws TapeException when all of them do
   */
  private static JsonArray readable(OpenRecording recording, long from, int count)
      throws TapeException {
    CallReader reader = recording.reader();
    JsonArray rows = new JsonArray();
    long end = Math.min(reader.callCount(), from + count);
    for (long at = from; at < end; at = from + rows.size()) {
      try {
        reader.window(at, (int) (end - at)).forEach(call -> rows.add(Views.row(CallRow.of(call))));
      } catch (TapeException e) {
        if (rows.isEmpty() && nextBlock(recording, at) >= end) {
          throw e;
        }
        recording.met(e);
      }
      long lost = Math.min(end, nextBlock(recording, from + rows.size()));
      while (from + rows.size() < lost) {
        rows.addNull();
      }
    }
    return rows;
  }

  /** The first call of the first block that begins after a call. */
  private static long nextBlock(OpenRecording recording, long call) {
    for (TapeIndex.Block block : recording.tape().index().blocks()) {
      if (block.firstCall() > call) {
        return block.firstCall();
      }
    }
    return Long.MAX_VALUE;
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

  /** As {@link #find}; with {@code rows} the rows around it too, in pages of so many. */
  static JsonObject locate(OpenRecording recording, Parameters parameters)
      throws TapeException, FilterException {
    JsonObject json = find(recording, parameters);
    int rows = (int) parameters.number("rows", 0, 0, MAX_ROWS);
    if (rows == 0 || !json.getBoolean("found")) {
      return json;
    }
    long from = json.getLong("index") / rows * rows;
    View view = View.of(parameters);
    try {
      return json.put("page", page(recording, from, rows, view));
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
    boolean all = View.of(parameters).dim() && !parameters.has("match");
    String filter = all ? "" : parameters.filter();
    Matches matches = filter.isEmpty() ? null : recording.matches(filter);
    if (parameters.has("error") && !ERRORS.contains(parameters.text("error"))) {
      throw Problem.badRequest("error is first, next or previous");
    }
    boolean ready = recording.summary() != null;
    if (matches != null) {
      searchOn(matches, recording);
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
    long deadline = deadline();
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
