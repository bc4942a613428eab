package seamtape.web;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * What the server counts of itself, told as Prometheus text. Labels are routes, never paths, so
 * that their number has a bound.
 */
final class Metrics implements Handler<RoutingContext> {
  private static final long LOOK_MILLIS = 100;
  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE");

  /** A route as labels name it, and the paths that are its. */
  private record Named(String name, Pattern paths) {}

  private record Gauge(String name, String help, LongSupplier value) {}

  private final List<Named> routes = new ArrayList<>();
  private final List<Gauge> gauges = new ArrayList<>();

  /** By the labels of the line. */
  private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();

  private volatile long lagNanos;
  private volatile long worstLagNanos;
  private long lookedNanos = System.nanoTime();

  /** Looks at the lag of the event loop of the calling thread's context. */
  Metrics(Vertx vertx) {
    vertx.setPeriodic(LOOK_MILLIS, tick -> look());
  }

  /** A timer that comes late tells how long the loop was held up. */
  private void look() {
    long now = System.nanoTime();
    long late = Math.max(0, now - lookedNanos - LOOK_MILLIS * 1_000_000);
    lookedNanos = now;
    lagNanos = late;
    worstLagNanos = Math.max(worstLagNanos, late);
  }

  /**
   * @param help one line
   */
  void gauge(String name, String help, LongSupplier value) {
    gauges.add(new Gauge(name, help, value));
  }

  /** Takes the routes' names; before the first request. */
  void name(Router router) {
    for (Route route : router.getRoutes()) {
      if (route.getPath() != null) {
        String start = route.getPath().replaceAll(":(\\w+)", "{$1}");
        String paths = start.replaceAll("\\{\\w+}", "[^/]+");
        routes.add(
            route.isExactPath()
                ? new Named(start, Pattern.compile(paths + "/?"))
                : new Named(start + "*", Pattern.compile(paths + ".*")));
      }
    }
  }

  @Override
  public void handle(RoutingContext context) {
    context.addEndHandler(ended -> count(context));
    context.next();
  }

  private void count(RoutingContext context) {
    String method = context.request().method().name();
    String path = String.valueOf(context.request().path());
    String route =
        routes.stream()
            .filter(named -> named.paths().matcher(path).matches())
            .findFirst()
            .map(Named::name)
            .orElse("none");
    String labels =
        "{method=\"%s\",route=\"%s\",status=\"%d\"}"
            .formatted(
                METHODS.contains(method) ? method : "other",
                route,
                context.response().getStatusCode());
    requests.computeIfAbsent(labels, key -> new LongAdder()).increment();
  }

  /** Prometheus' text format 0.0.4. */
  String text() {
    StringBuilder text = new StringBuilder();
    head(text, "seamtape_requests_total", "Requests that ended.", "counter");
    requests.forEach(
        (labels, count) ->
            text.append("seamtape_requests_total")
                .append(labels)
                .append(' ')
                .append(count.sum())
                .append('\n'));
    for (Gauge gauge : gauges) {
      head(text, gauge.name(), gauge.help(), "gauge");
      text.append(gauge.name()).append(' ').append(gauge.value().getAsLong()).append('\n');
    }
    seconds(text, "seamtape_event_loop_lag_seconds", "How late the last timer was.", lagNanos);
    seconds(text, "seamtape_event_loop_lag_max_seconds", "The latest timer of all.", worstLagNanos);
    return text.toString();
  }

  private static void seconds(StringBuilder text, String name, String help, long nanos) {
    head(text, name, help, "gauge");
    text.append(name).append(String.format(Locale.ROOT, " %.6f\n", nanos / 1e9));
  }

  private static void head(StringBuilder text, String name, String help, String type) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }
}
