package seamtape.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import seamtape.recorder.workload.WorkloadException;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.workload.Workload;

/** Routes that change the served directory: make, delete, bring back; and people's notes. */
final class MakeApi {
  private static final int MAX_BODY = 512 << 10;

  /** Largest log that is taken. */
  static final long MAX_LOG = 512L << 20;

  private static final String RECORDINGS = "/api/v1/recordings";

  private final Vertx vertx;
  private final Recordings recordings;
  private final Jobs jobs;

  MakeApi(Vertx vertx, Recordings recordings, Jobs jobs) {
    this.vertx = vertx;
    this.recordings = recordings;
    this.jobs = jobs;
  }

  void mount(Router router) {
    BodyHandler body = BodyHandler.create(false).setBodyLimit(MAX_BODY);
    Api.get(router, "/api/v1/workloads").handler(this::workloads);
    Api.get(router, "/api/v1/jobs")
        .handler(context -> Api.send(context, new JsonObject().put("jobs", jobs.list())));
    Api.get(router, "/api/v1/jobs/:job")
        .handler(context -> Api.send(context, jobs.find(context.pathParam("job")).json()));
    router.delete("/api/v1/jobs/:job").handler(this::cancel);
    router.post(RECORDINGS).handler(body).handler(this::record);
    router.post("/api/v1/imports").handler(this::upload);
    router.post(RECORDINGS + "/:id/replays").handler(body).handler(this::replay);
    router.delete(RECORDINGS + "/:id").handler(this::delete);
    router.post("/api/v1/trash/:file/restore").handler(this::restore);
    Api.get(router, RECORDINGS + "/:id/notes").handler(this::notes);
    router
        .route(RECORDINGS + "/:id/notes")
        .method(HttpMethod.PUT)
        .handler(body)
        .handler(this::keep);
  }

  private void workloads(RoutingContext context) {
    answer(
        context,
        recordings.onDisk(
            () -> {
              JsonArray list = new JsonArray();
              for (String name : WorkloadFile.bundled()) {
                list.add(workload(name));
              }
              return new JsonObject()
                  .put("workloads", list)
                  .put("profiles", new JsonArray(Maker.profiles()));
            }));
  }

  private static JsonObject workload(String name) throws WorkloadException {
    Workload workload = WorkloadFile.read(name, Map.of());
    JsonArray parameters = new JsonArray();
    workload.parameters().forEach((known, value) -> parameters.add(known + "=" + value));
    return new JsonObject()
        .put("name", name)
        .put("doc", workload.doc().replaceAll("\\s+", " ").strip())
        .put("seed", workload.seed())
        .put("parameters", parameters);
  }

  private static void answer(RoutingContext context, Future<JsonObject> future) {
    future.onSuccess(json -> Api.send(context, json)).onFailure(context::fail);
  }

  private static void accepted(RoutingContext context, Future<Jobs.Job> future) {
    future
        .onSuccess(
            job -> {
              context.response().setStatusCode(202).putHeader("location", "/api/v1/jobs/" + job.id);
              Api.send(context, job.json());
            })
        .onFailure(context::fail);
  }

  static JsonObject json(RoutingContext context) {
    try {
      JsonObject json = context.body().asJsonObject();
      return json == null ? new JsonObject() : json;
    } catch (DecodeException | ClassCastException e) {
      throw Problem.badRequest("the body must be a JSON object");
    }
  }

  static String text(JsonObject json, String key, String absent) {
    Object value = json.getValue(key);
    if (value != null && !(value instanceof String)) {
      throw Problem.badRequest(key + " must be a text");
    }
    return value == null ? absent : (String) value;
  }

  private static String profile(JsonObject json) {
    String profile = text(json, "profile", "linux-7.3");
    if (!Maker.profiles().contains(profile)) {
      throw Problem.badRequest(
          "no profile “" + profile + "”; there are " + String.join(", ", Maker.profiles()));
    }
    return profile;
  }

  private void record(RoutingContext context) {
    JsonObject json = json(context);
    String name = text(json, "workload", "");
    String yaml = text(json, "yaml", "");
    String profile = profile(json);
    Object seed = json.getValue("seed");
    if (seed != null && !(seed instanceof Number)) {
      throw Problem.badRequest("seed must be a number");
    }
    Long chosen = seed == null ? null : ((Number) seed).longValue();
    Map<String, String> set = new LinkedHashMap<>();
    if (json.getValue("set") instanceof JsonObject values) {
      values.forEach(entry -> set.put(entry.getKey(), String.valueOf(entry.getValue())));
    }
    accepted(
        context,
        recordings.onDisk(
            () -> {
              Workload workload = Maker.workload(name, yaml, set);
              Path out = recordings.library().reserve(text(json, "name", workload.name()));
              return jobs.start(
                  "record",
                  Library.nameOf(out),
                  job -> Maker.record(job, workload, profile, chosen, out));
            }));
  }

  private void replay(RoutingContext context) {
    String profile = profile(json(context));
    accepted(
        context,
        recordings.onDisk(
            () -> {
              Library.Entry entry = recordings.library().find(context.pathParam("id"));
              Path out = recordings.library().reserve(entry.name() + " on " + profile);
              return jobs.start(
                  "replay",
                  Library.nameOf(out),
                  job -> Maker.replay(job, entry.path(), profile, out));
            }));
  }

  /** The body is the log itself. */
  private void upload(RoutingContext context) {
    Parameters parameters = new Parameters(context);
    String kind = parameters.text("kind");
    if (!kind.equals("strace") && !kind.equals("ftrace")) {
      throw Problem.badRequest("kind is strace or ftrace");
    }
    String name = parameters.text("name");
    HttpServerRequest request = context.request();
    long length = length(request);
    if (length < 0 || length > MAX_LOG) {
      context.response().putHeader("connection", "close");
      throw new Problem(413, "Content too large", "a log has at most " + (MAX_LOG >> 20) + " MiB");
    }
    request.pause();
    String ending = name.endsWith(".gz") ? ".gz" : name.endsWith(".tar") ? ".tar" : ".log";
    Future<Jobs.Job> started =
        recordings
            .onDisk(() -> Files.createTempFile("seamtape-import", ending))
            .compose(log -> receive(request, log).onFailure(cut -> remove(log)).map(log))
            .compose(log -> recordings.onDisk(() -> importing(kind, name, log)));
    accepted(context, started);
  }

  private static long length(HttpServerRequest request) {
    try {
      String length = request.getHeader("content-length");
      return length == null ? -1 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** What came of a body whose rest will not come. */
  private void remove(Path log) {
    recordings.onDisk(() -> Files.deleteIfExists(log));
  }

  private Future<Void> receive(HttpServerRequest request, Path log) {
    return vertx
        .fileSystem()
        .open(log.toString(), new OpenOptions().setWrite(true).setTruncateExisting(true))
        .compose((AsyncFile file) -> request.pipeTo(file));
  }

  private Jobs.Job importing(String kind, String name, Path log) throws java.io.IOException {
    Path out =
        recordings
            .library()
            .reserve(name.replaceAll("(?i)\\.(gz|tar|txt|log|strace|ftrace)\\b", ""));
    return jobs.start(
        "import",
        Library.nameOf(out),
        job -> {
          try {
            Maker.importLog(job, kind, log, out);
          } finally {
            Files.deleteIfExists(log);
          }
        });
  }

  private void cancel(RoutingContext context) {
    Jobs.Job job = jobs.find(context.pathParam("job"));
    job.cancelled = true;
    Api.send(context, job.json());
  }

  private void delete(RoutingContext context) {
    String id = context.pathParam("id");
    answer(
        context,
        recordings
            .forget(id)
            .compose(closed -> recordings.onDisk(() -> recordings.library().discard(id)))
            .map(file -> new JsonObject().put("trash", file)));
  }

  private void restore(RoutingContext context) {
    String file = context.pathParam("file");
    answer(
        context,
        recordings
            .onDisk(() -> recordings.library().restore(file))
            .map(id -> new JsonObject().put("id", id)));
  }

  private void notes(RoutingContext context) {
    answer(
        context,
        recordings.onDisk(
            () -> Notes.read(recordings.library().find(context.pathParam("id")).path())));
  }

  private void keep(RoutingContext context) {
    JsonObject json = json(context);
    answer(
        context,
        recordings.onDisk(
            () -> Notes.write(recordings.library().find(context.pathParam("id")).path(), json)));
  }
}
