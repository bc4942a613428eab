package seamtape.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.FilterException;

/**
 * The trace browser's server: pages and API over the recordings of one directory for this machine,
 * or beyond it for who has the token. {@link #start} and {@link #close} block; the rest runs on
 * Vert.x.
 */
public final class TraceServer implements AutoCloseable {
  /** A filter of 4096 characters, percent-encoded. */
  private static final int MAX_REQUEST_LINE = 16 << 10;

  private static final int MAX_HEADERS = 16 << 10;
  private static final int IDLE_SECONDS = 60;

  /** Answers are made anew each time: the fastest, which takes a third of the usual one's time. */
  private static final int COMPRESSION = 1;

  /** Bytes that travel as fast as they are. */
  private static final int UNCOMPRESSED = 2048;

  private static final int START_SECONDS = 30;
  private static final int CLOSE_SECONDS = 10;
  private static final long DRAIN_MILLIS = 500;

  private final Vertx vertx;
  private final HttpServer server;
  private final Parts parts;
  private final URI uri;
  private final Router router;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What works behind the routes, and is closed with the server. */
  private record Parts(Recordings recordings, DiffJobs diffs, Jobs jobs, LiveApi live) {}

  private TraceServer(
      Vertx vertx, HttpServer server, Router router, Parts parts, ServerOptions options) {
    this.vertx = vertx;
    this.server = server;
    this.router = router;
    this.parts = parts;
    String host = options.host();
    String shown = host.contains(":") ? "[" + host + "]" : host;
    uri =
        URI.create(
            (options.access() == null ? "http://" : "https://")
                + shown
                + ":"
                + server.actualPort()
                + "/");
  }

  /**
   * Starts serving.
   *
   * @throws IOException with one clear line when the directory or the address cannot be used
   */
  public static TraceServer start(ServerOptions options) throws IOException {
    return start(options, SlowClients.Limits.USUAL);
  }

  /**
   * @param limits how slow a client may be
   */
  static TraceServer start(ServerOptions options, SlowClients.Limits limits) throws IOException {
    if (!Files.isDirectory(options.directory())) {
      throw new IOException(options.directory() + " is not a directory of recordings");
    }
    if (!options.loopback() && options.access() == null) {
      throw new IOException(
          "cannot serve on "
              + options.host()
              + " without --token-file, --tls-cert and --tls-key;"
              + " --host 127.0.0.1 serves this machine only and needs none");
    }
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    vertx.executeBlocking(TraceServer::warm, false);
    try {
      return start(options, vertx, limits);
    } catch (IOException | RuntimeException e) {
      vertx.close();
      throw e;
    }
  }

  /** Loads what the first answer needs, so that no event loop has to: most of a second, once. */
  private static Buffer warm() {
    return new JsonObject().put("columns", Views.COLUMNS).put("total", 1L).toBuffer();
  }

  private static TraceServer start(ServerOptions options, Vertx vertx, SlowClients.Limits limits)
      throws IOException {
    Guard.Names names = Guard.Names.of(options);
    Recordings recordings = new Recordings(vertx, new Library(options.directory()));
    LiveApi live = new LiveApi(vertx, recordings);
    Parts parts = new Parts(recordings, new DiffJobs(vertx), new Jobs(vertx), live);
    HttpServer server = vertx.createHttpServer(httpOptions(options.access()));
    SlowClients slow = SlowClients.of(vertx, server, limits);
    Router router = router(vertx, parts, options.access(), names, slow);
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
    recordings.list(); // what the first page shows; and the first recording is opened the faster
    return new TraceServer(vertx, server, router, parts, options);
  }

  private static HttpServerOptions httpOptions(Access access) {
    HttpServerOptions http = new HttpServerOptions();
    if (access != null) {
      http.setSsl(true)
          .setUseAlpn(false)
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .addCertPath(access.certificate().toString())
                  .addKeyPath(access.key().toString()));
    }
    return http.setCompressionSupported(true)
        .setCompressionLevel(COMPRESSION)
        .setCompressionContentSizeThreshold(UNCOMPRESSED)
        .setHttp2ClearTextEnabled(false)
        .setMaxInitialLineLength(MAX_REQUEST_LINE)
        .setMaxHeaderSize(MAX_HEADERS)
        .setIdleTimeout(IDLE_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setHandle100ContinueAutomatically(false);
  }

  private static Router router(
      Vertx vertx, Parts parts, Access access, Guard.Names names, SlowClients slow) {
    Recordings recordings = parts.recordings();
    Metrics metrics = metrics(vertx, parts);
    Assets assets = Assets.load();
    Router router = Router.router(vertx);
    router.route().handler(metrics);
    router.route().handler(slow::request);
    Guard guard = new Guard(assets.scriptHash(), assets.styleHash(), names, access != null);
    router.route().handler(guard).failureHandler(TraceServer::fail);
    String token = access == null ? null : access.token();
    new Gate(vertx, token, assets.loginPage()).mount(router);
    new Api(recordings, parts.diffs(), assets.version()).mount(router);
    new MakeApi(vertx, recordings, parts.jobs()).mount(router);
    new HealthApi(recordings, metrics).mount(router);
    parts.live().mount(router);
    Pages pages = new Pages(assets, new FirstView(recordings));
    pages.mount(router);
    metrics.name(router);
    router
        .route()
        .handler(
            context -> {
              if (!pages.missing(context)) {
                throw Problem.notFound("nothing is served at this address");
              }
            });
    return router;
  }

  private static Metrics metrics(Vertx vertx, Parts parts) {
    Metrics metrics = new Metrics(vertx);
    metrics.gauge(
        "seamtape_open_recordings", "Recordings held open.", parts.recordings()::openCount);
    metrics.gauge(
        "seamtape_live_streams", "Pages that follow a recording.", parts.live()::streamCount);
    return metrics;
  }

  /** Every failure of a handler ends here, as problem+json. */
  private static void fail(RoutingContext context) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed() || response.headWritten()) {
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
    if (closed.getAndSet(true)) {
      return;
    }
    parts.live().close();
    quietly(server.shutdown(DRAIN_MILLIS, TimeUnit.MILLISECONDS));
    quietly(parts.recordings().close());
    parts.diffs().close();
    parts.jobs().close();
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
