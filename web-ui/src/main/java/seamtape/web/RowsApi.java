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

/** Rows of one recording, all or those that pass a filter, in pages; runs on its thread. */
final class RowsApi {
  /** Between two looks whether there is a first match, or somebody else waits. */
  private static final long LOOK_NANOS = 5_000_000;

  /** Longest reading of rows, once there is one, for the first answer to a filter. */
  private static final long ROWS_NANOS = 30_000_000;

  /** For all others: without end. */
  private static final long ALL_ROWS_NANOS = Long.MAX_VALUE / 2;

  static final int MAX_ROWS = 512;

  /** Colour rules of one page. */
  static final int MAX_RULES = 8;

  private RowsApi() {}

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
    boolean first = matches.scanned() == 0 && matches.count() == 0;
    if (!matches.complete()) {
      search(matches, recording, from + count);
    }
    long end = Math.min(matches.count(), from + count);
    JsonArray rows = matching(matches, reader, from, end, first ? ROWS_NANOS : ALL_ROWS_NANOS);
    boolean all = from + rows.size() >= end;
    return json.put("rows", rows)
        .put("total", matches.count())
        .put("complete", all && matches.complete() && (settled || !matches.guessed()))
        .put("scanned", matches.scanned())
        .put("settled", settled);
  }

  /** Rows of the matches from one to another, or of the first of them when they take longer. */
  private static JsonArray matching(
      Matches matches, CallReader reader, long from, long end, long nanos) throws TapeException {
    JsonArray rows = new JsonArray();
    long deadline = System.nanoTime() + nanos;
    long at = from;
    while (at < end && (rows.isEmpty() || System.nanoTime() - deadline < 0)) {
      int run = matches.run((int) at, (int) end);
      List<RecordedCall> calls = reader.window(matches.position((int) at), run);
      calls.forEach(call -> rows.add(Views.row(CallRow.of(call))));
      at += calls.size();
    }
    return rows;
  }

  /** The first matches are shown as soon as there are some; the rest is counted meanwhile. */
  private static void search(Matches matches, OpenRecording recording, long enough)
      throws FilterException {
    long deadline = CallApi.deadline();
    if (matches.scanned() > 0 || matches.count() > 0) {
      searchOn(matches, recording);
    } else {
      while (!matches.complete() && matches.count() == 0 && System.nanoTime() - deadline < 0) {
        matches.advance(recording.reader(), System.nanoTime() + LOOK_NANOS, enough);
      }
    }
  }

  /** Counts on for a slice, or until somebody else waits: for the rows of another filter, say. */
  static void searchOn(Matches matches, OpenRecording recording) throws FilterException {
    long deadline = CallApi.deadline();
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
}
