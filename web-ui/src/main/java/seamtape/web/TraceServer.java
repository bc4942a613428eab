package seamtape.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.FilterException;

/**
 * The trace browser's server: pages and API over the recordings of one directory, for this machine
 * only. {@link #start} and {@link #close} block; the rest runs on Vert.x.
 */
public final class TraceServer implements AutoCloseable {
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1");

  /** A filter of 4096 characters, percent-encoded. */
  private static final int MAX_REQUEST_LINE = 16 << 10;

  private static final int MAX_HEADERS = 16 << 10;
  private static final int IDLE_SECONDS = 60;
  private static final int START_SECONDS = 30;
  private static final int CLOSE_SECONDS = 10;
  private static final long DRAIN_MILLIS = 500;

  private final Vertx vertx;
  private final HttpServer server;
  private final Recordings recordings;
  private final DiffJobs diffs;
  private final Jobs jobs;
  private final URI uri;
  private final Router router;

  private TraceServer(
      Vertx vertx,
      HttpServer server,
      Router router,
      Recordings recordings,
      DiffJobs diffs,
      Jobs jobs,
      String host) {
    this.vertx = vertx;
    this.server = server;
    this.router = router;
    this.recordings = recordings;
    this.diffs = diffs;
    this.jobs = jobs;
    String shown = host.contains(":") ? "[" + host + "]" : host;
    uri = URI.create("http://" + shown + ":" + server.actualPort() + "/");
  }

  /**
   * Starts serving.
   *
   * @throws IOException with one clear line when the directory or the address cannot be used
   */
  public static TraceServer start(ServerOptions options) throws IOException {
    if (!Files.isDirectory(options.directory())) {
      throw new IOException(options.directory() + " is not a directory of recordings");
    }
    if (!LOOPBACK.contains(options.host())) {
      throw new IOException(
          "cannot serve on "
              + options.host()
              + ": recordings are shown to this machine only; use --host 127.0.0.1");
    }
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    try {
      return start(options, vertx);
    } catch (IOException | RuntimeException e) {
      vertx.close();
      throw e;
    }
  }

  private static TraceServer start(ServerOptions options, Vertx vertx) throws IOException {
    Recordings recordings = new Recordings(vertx, new Library(options.directory()));
    DiffJobs diffs = new DiffJobs(vertx);
    Jobs jobs = new Jobs(vertx);
    HttpServer server = vertx.createHttpServer(httpOptions());
    Router router = router(vertx, recordings, diffs, jobs);
    server.requestHandler(router);
    try {
      await(server.listen(options.port(), options.host()), START_SECONDS);
    } catch (BindException e) {
      throw new IOException(
          "port "
              + options.port()
              + " on "
              + options.host()
              + " is in use; choose another with --port N, or --port 0 for any free one",
          e);
    }
    return new TraceServer(vertx, server, router, recordings, diffs, jobs, options.host());
  }

  private static HttpServerOptions httpOptions() {
    return new HttpServerOptions()
        .setCompressionSupported(true)
        .setHttp2ClearTextEnabled(false)
        .setMaxInitialLineLength(MAX_REQUEST_LINE)
        .setMaxHeaderSize(MAX_HEADERS)
        .setIdleTimeout(IDLE_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setHandle100ContinueAutomatically(false);
  }

  private static Router router(Vertx vertx, Recordings recordings, DiffJobs diffs, Jobs jobs) {
    Assets assets = Assets.load();
    Router router = Router.router(vertx);
    router.route().handler(new Guard(assets.importMapHash())).failureHandler(TraceServer::fail);
    new Api(recordings, diffs, assets.version()).mount(router);
    new MakeApi(vertx, recordings, jobs).mount(router);
    new LiveApi(vertx, recordings).mount(router);
    new Pages(assets).mount(router);
    router
        .route()
        .handler(
            context -> {
              throw Problem.notFound("nothing is served at this address");
            });
    return router;
  }

  /** Every failure of a handler ends here, as problem+json. */
  private static void fail(RoutingContext context) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.headWritten()) {
      return;
    }
    Problem problem = problem(context);
    response
        .setStatusCode(problem.status())
        .putHeader("content-type", "application/problem+json")
        .putHeader("cache-control", "no-store");
    if (problem.status() == 503) {
      response.putHeader("retry-after", "1");
    }
    response.end(problem.json().toBuffer());
  }

  private static Problem problem(RoutingContext context) {
    Throwable failure = context.failure();
    if (failure instanceof Problem problem) {
      return problem;
    }
    if (failure instanceof FilterException e) {
      Problem problem = Problem.badRequest("the filter cannot be used: " + e.getMessage());
      Api.fault(e).forEach(entry -> problem.with(entry.getKey(), entry.getValue()));
      return problem;
    }
    if (failure instanceof TapeException e) {
      return damage(e);
    }
    int status = context.statusCode();
    if (failure == null && status >= 400 && status < 500) {
      return new Problem(status, "Bad request", "this request cannot be served");
    }
    return new Problem(500, "Fault", "a fault of the server: " + failure);
  }

  static Problem damage(TapeException e) {
    return new Problem(422, "Damaged recording", Library.message(e))
        .with("kind", e.kind().name().toLowerCase(java.util.Locale.ROOT))
        .with("event", e.event());
  }

  /** The address of the first page. */
  public URI uri() {
    return uri;
  }

  /** Every route, in the order in which they are tried. */
  List<Route> routes() {
    return router.getRoutes();
  }

  /** Lets requests in flight end, closes the recordings, and frees the port. */
  @Override
  public void close() {
    quietly(server.shutdown(DRAIN_MILLIS, TimeUnit.MILLISECONDS));
    quietly(recordings.close());
    diffs.close();
    jobs.close();
    // By itself: what is chained to it would have to run on the event loops that it ends.
    quietly(vertx.close());
  }

  private static void quietly(Future<Void> end) {
    try {
      await(end, CLOSE_SECONDS);
    } catch (IOException e) {
      // the process ends or the test is over: what did not close in time is left behind
    }
  }

  private static <T> T await(Future<T> future, int seconds) throws IOException {
    try {
      return future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (TimeoutException e) {
      throw new IOException("the server did not answer in " + seconds + " s", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IOException("cannot serve: " + e.getCause().getMessage(), e.getCause());
    }
  }
}
