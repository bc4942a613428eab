package seamtape.web;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Files;

/** Routes for those who watch the server: does it live, can it serve, what did it do. */
final class HealthApi {
  private final Recordings recordings;
  private final Metrics metrics;

  HealthApi(Recordings recordings, Metrics metrics) {
    this.recordings = recordings;
    this.metrics = metrics;
  }

  void mount(Router router) {
    Api.get(router, "/api/v1/health")
        .handler(context -> Api.send(context, new JsonObject().put("ok", true)));
    Api.get(router, "/api/v1/ready").handler(this::ready);
    Api.get(router, "/api/v1/metrics").handler(this::metrics);
  }

  /** Goes through the thread that every opening of a recording needs. */
  private void ready(RoutingContext context) {
    recordings
        .onDisk(() -> Files.isReadable(recordings.library().directory()))
        .onFailure(context::fail)
        .onSuccess(
            readable -> {
              if (readable) {
                Api.send(context, new JsonObject().put("ready", true));
              } else {
                context.fail(new Problem(503, "Not ready", "the served directory cannot be read"));
              }
            });
  }

  private void metrics(RoutingContext context) {
    context
        .response()
        .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
        .end(metrics.text());
  }
}
