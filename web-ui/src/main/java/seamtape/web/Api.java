package seamtape.web;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.function.Function;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.recorder.tape.Manifest;
import seamtape.replayer.query.Filter;
import seamtape.replayer.query.FilterException;
import seamtape.replayer.query.FilterWords;

/** The routes under {@code /api/v1}: parameters in, JSON out; the work is done elsewhere. */
final class Api {
  private static final String RECORDING = "/api/v1/recordings/:id";
  private static final int MAX_CHANGES_PAGE = 500;

  private final Recordings recordings;
  private final DiffJobs diffs;
  private final String build;

  /**
   * @param build part of every ETag, so that a new build's answers are fetched anew
   */
  Api(Recordings recordings, DiffJobs diffs, String build) {
    this.recordings = recordings;
    this.diffs = diffs;
    this.build = build;
  }

  void mount(Router router) {
    get(router, "/api/v1/recordings").handler(this::list);
    get(router, RECORDING).handler(context -> on(context, CallApi::recording));
    get(router, RECORDING + "/calls").handler(this::calls);
    get(router, RECORDING + "/events/:event").handler(this::details);
    get(router, RECORDING + "/events/:event/children").handler(this::children);
    get(router, RECORDING + "/locate")
        .handler(context -> on(context, r -> LocateApi.locate(r, new Parameters(context))));
    get(router, RECORDING + "/timeline").handler(this::timeline);
    get(router, RECORDING + "/latency").handler(context -> shape(context, ShapeApi::latency));
    get(router, RECORDING + "/flame").handler(context -> shape(context, ShapeApi::flame));
    get(router, RECORDING + "/state").handler(this::state);
    get(router, RECORDING + "/state/history").handler(this::history);
    get(router, "/api/v1/filters/check").handler(this::checkFilter);
    get(router, "/api/v1/filters/words").handler(Api::words);
    get(router, "/api/v1/diff").handler(this::diff);
    get(router, "/api/v1/catalog").handler(this::catalog);
    Buffer contract = contract();
    get(router, "/api/v1/openapi.json")
        .handler(
            context ->
                context.response().putHeader("content-type", "application/json").end(contract));
  }

  /** The OpenAPI document: what each route takes and answers. */
  private static Buffer contract() {
    try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A route for GET, and for HEAD, which the router does not take as the same. */
  static Route get(Router router, String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  static void send(RoutingContext context, JsonObject json) {
    send(context, json.toBuffer());
  }

  private static void send(RoutingContext context, Buffer json) {
    context.response().putHeader("content-type", "application/json").end(json);
  }

  private static void answer(RoutingContext context, Future<JsonObject> future) {
    future.onSuccess(json -> send(context, json)).onFailure(context::fail);
  }

  private void on(RoutingContext context, OpenRecording.Task<JsonObject> task) {
    recordings
        .run(context.pathParam("id"), recording -> task.run(recording).toBuffer())
        .onSuccess(json -> send(context, json))
        .onFailure(context::fail);
  }

  /** As {@link #on}, for answers that never change once the recording is sealed and summarised. */
  private void onSettled(RoutingContext context, OpenRecording.Task<JsonObject> task) {
    recordings
        .run(
            context.pathParam("id"),
            recording -> {
              String tag = tag(recording);
              boolean known =
                  tag != null && tag.equals(context.request().getHeader("if-none-match"));
              return new Tagged(tag, known ? null : task.run(recording).toBuffer());
            })
        .onSuccess(tagged -> send(context, tagged))
        .onFailure(context::fail);
  }

  /** Made into text where it was answered: the event loop only sends. */
  private record Tagged(String tag, Buffer json) {}

  private static void send(RoutingContext context, Tagged tagged) {
    if (tagged.tag() != null) {
      context.response().putHeader("etag", tagged.tag());
    }
    if (tagged.json() == null) {
      context.response().setStatusCode(304).end();
    } else {
      send(context, tagged.json());
    }
  }

  private String tag(OpenRecording recording) {
    Manifest manifest = recording.tape().manifest();
    boolean settled = manifest.state() != Manifest.State.OPEN && recording.summary() != null;
    return settled ? "W/\"" + manifest.id() + manifest.digest() + "-" + build + "\"" : null;
  }

  private void list(RoutingContext context) {
    answer(
        context,
        recordings
            .list()
            .map(
                entries -> {
                  JsonArray array = new JsonArray();
                  entries.forEach(
                      entry -> array.add(Views.listed(entry, recordings.lost(entry.id()))));
                  return new JsonObject()
                      .put("directory", String.valueOf(recordings.library().directory()))
                      .put("recordings", array);
                }));
  }

  private void calls(RoutingContext context) {
    Parameters parameters = new Parameters(context);
    long from = parameters.number("from", 0, 0, Long.MAX_VALUE / 2);
    int count = (int) parameters.number("count", 128, 1, RowsApi.MAX_ROWS);
    RowsApi.View view = RowsApi.View.of(parameters);
    OpenRecording.Task<JsonObject> task = r -> RowsApi.page(r, from, count, view);
    if (view.filter().isEmpty()) {
      onSettled(context, task);
    } else {
      on(context, task);
    }
  }

  private static long event(RoutingContext context) {
    try {
      long event = Long.parseLong(context.pathParam("event"));
      if (event > 0) {
        return event;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw Problem.badRequest("events are numbered from 1");
  }

  private void details(RoutingContext context) {
    long event = event(context);
    onSettled(context, recording -> CallApi.details(recording, event));
  }

  private void children(RoutingContext context) {
    long event = event(context);
    long from = new Parameters(context).number("from", 0, 0, Long.MAX_VALUE);
    onSettled(context, recording -> CallApi.children(recording, event, from));
  }

  private void shape(RoutingContext context, Function<OpenRecording, Future<JsonObject>> task) {
    answer(context, recordings.with(context.pathParam("id"), task));
  }

  private void timeline(RoutingContext context) {
    Parameters parameters = new Parameters(context);
    long from = parameters.number("from", -1, -1, Long.MAX_VALUE / 2);
    long to = parameters.number("to", -1, -1, Long.MAX_VALUE / 2);
    int bins = (int) parameters.number("bins", 1024, 16, ShapeApi.MAX_BINS);
    boolean byEvent = parameters.text("by").equals("event");
    if (parameters.has("by") && !byEvent && !parameters.text("by").equals("time")) {
      throw Problem.badRequest("by is time or event");
    }
    Function<OpenRecording, Future<Buffer>> drawn =
        recording ->
            byEvent
                ? ShapeApi.byEvent(recording, from, to, bins)
                : ShapeApi.timeline(recording, from, to, bins);
    recordings
        .with(context.pathParam("id"), drawn)
        .onSuccess(json -> send(context, json))
        .onFailure(context::fail);
  }

  private void state(RoutingContext context) {
    Parameters parameters = new Parameters(context);
    long event = parameters.number("event", 0, 0, Long.MAX_VALUE);
    boolean before = parameters.text("when").equals("before");
    StateApi.View view =
        new StateApi.View(
            parameters.text("machine").equals("true"),
            parameters.text("under"),
            (int) parameters.number("from", 0, 0, Integer.MAX_VALUE),
            parameters.text("find").toLowerCase(Locale.ROOT),
            parameters.text("path"));
    on(context, recording -> StateApi.state(recording, event, before, view));
  }

  private void history(RoutingContext context) {
    Parameters parameters = new Parameters(context);
    String path = parameters.text("path");
    if (path.isEmpty()) {
      throw Problem.badRequest("path says which value, such as vms/vm0/irqchip/mode");
    }
    long from = parameters.number("from", 0, 0, Long.MAX_VALUE);
    int limit = (int) parameters.number("limit", StateApi.MAX_HISTORY, 1, StateApi.MAX_HISTORY);
    boolean back = parameters.text("direction").equals("back");
    on(context, recording -> StateApi.history(recording, path, from, back, limit));
  }

  private void checkFilter(RoutingContext context) {
    String filter = new Parameters(context).text("filter");
    JsonObject json = new JsonObject();
    try {
      Filter.parse(filter);
      json.put("ok", true);
    } catch (FilterException e) {
      json.put("ok", false).mergeIn(fault(e));
    }
    send(context, json);
  }

  private static void words(RoutingContext context) {
    JsonObject words = new JsonObject();
    FilterWords.byKind().forEach((kind, list) -> words.put(kind, new JsonArray(list)));
    send(context, words);
  }

  static JsonObject fault(FilterException e) {
    return new JsonObject()
        .put("position", e.position())
        .put("length", e.length())
        .put("message", e.getMessage())
        .put("expected", new JsonArray(e.expected()));
  }

  private void diff(RoutingContext context) {
    Parameters parameters = new Parameters(context);
    long from = parameters.number("from", 0, 0, Integer.MAX_VALUE);
    int count = (int) parameters.number("count", 200, 1, MAX_CHANGES_PAGE);
    Future<OpenRecording> a = recordings.run(parameters.text("a"), recording -> recording);
    Future<OpenRecording> b = recordings.run(parameters.text("b"), recording -> recording);
    answer(
        context,
        Future.all(a, b)
            .map(
                both ->
                    diffs.answer(
                        key(a.result()) + " " + key(b.result()),
                        a.result(),
                        b.result(),
                        parameters.text("rules"),
                        parameters.text("view"),
                        from,
                        count))
            .compose(json -> withRows(json, a.result(), b.result())));
  }

  /** Puts the calls beside their numbers. */
  private static Future<JsonObject> withRows(JsonObject json, OpenRecording a, OpenRecording b) {
    JsonArray changes = json.getJsonArray("changes");
    if (changes == null || changes.isEmpty()) {
      return Future.succeededFuture(json);
    }
    return a.run(recording -> CallApi.putRows(recording, changes, "a", "rowA"))
        .compose(done -> b.run(recording -> CallApi.putRows(recording, changes, "b", "rowB")))
        .map(done -> json);
  }

  private static String key(OpenRecording recording) {
    Manifest manifest = recording.entry().manifest();
    String state = manifest == null ? "" : manifest.id() + manifest.digest();
    return recording.entry().id() + "/" + state;
  }

  private void catalog(RoutingContext context) {
    JsonArray rows = new JsonArray();
    for (Call call : Catalog.calls()) {
      rows.add(Views.catalogRow(call));
    }
    send(context, new JsonObject().put("calls", rows));
  }
}
