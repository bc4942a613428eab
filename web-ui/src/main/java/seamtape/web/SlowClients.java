package seamtape.web;

import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.VertxConnection;
import io.vertx.ext.web.RoutingContext;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends connections on which a request, its body or its answer does not come to its end in time: an
 * idle timeout alone lets in who sends, or takes, a byte now and then. What waits for a reader is
 * one answer and a full queue at most.
 */
final class SlowClients {
  /**
   * How long one may take; milliseconds.
   *
   * @param head from the connection to the end of its first request's head
   * @param body for each {@link #BODY_BYTES} of a body, however long that is
   * @param answer from the end of a request until its answer is made
   * @param drain for a reader to take some of what waits for it
   */
  record Limits(long head, long body, long answer, long drain) {
    static final Limits USUAL = new Limits(10_000, 30_000, 60_000, 30_000);
  }

  /** Least progress of a body within its time; the logs that are sent have gigabytes. */
  static final long BODY_BYTES = 16 << 10;

  /** Between requests of a kept connection. */
  private static final long KEPT_MILLIS = 60_000;

  private static final long NEVER = Long.MAX_VALUE;

  /**
   * Until when something must have come to its end.
   *
   * @param body the request whose body is awaited, or null
   * @param bytes what there was of it when the time was set
   */
  private record End(long millis, HttpServerRequest body, long bytes) {}

  private final Map<HttpConnection, End> ends = new ConcurrentHashMap<>();

  /**
   * Of an answer that its reader does not take.
   *
   * @param bytes what was left to be taken then
   */
  private record Stuck(long millis, long bytes) {}

  private final Map<HttpConnection, Stuck> stuck = new ConcurrentHashMap<>();

  private final Limits limits;

  private SlowClients(Limits limits) {
    this.limits = limits;
  }

  static SlowClients of(Vertx vertx, HttpServer server, Limits limits) {
    SlowClients clients = new SlowClients(limits);
    server.connectionHandler(clients::began);
    vertx.setPeriodic(Math.max(50, Math.min(1000, limits.head() / 4)), tick -> clients.look());
    return clients;
  }

  private void began(HttpConnection connection) {
    ends.put(connection, in(limits.head()));
    connection.closeHandler(
        closed -> {
          ends.remove(connection);
          stuck.remove(connection);
        });
  }

  private static End in(long millis) {
    return new End(now() + millis, null, 0);
  }

  /** Stands before all routes. */
  void request(RoutingContext context) {
    HttpServerRequest request = context.request();
    HttpConnection connection = request.connection();
    if (request.isEnded()) {
      ends.replace(connection, answer(context));
    } else {
      ends.replace(connection, body(request));
    }
    context.addEndHandler(done -> ends.replace(connection, in(KEPT_MILLIS)));
    if (full(connection)) {
      // Who asks and asks and takes no answer is not worked for until they are taken.
      request.pause();
      context
          .response()
          .drainHandler(
              taken -> {
                context.response().drainHandler(null);
                request.resume();
                context.next();
              });
    } else {
      context.next();
    }
  }

  /** True while more is to be written than the connection takes. */
  private static boolean full(HttpConnection connection) {
    return connection instanceof VertxConnection own && own.writeQueueFull();
  }

  /** A stream has no end; it leaves out notices that are not taken. */
  private End answer(RoutingContext context) {
    boolean stream = context.request().path().endsWith("/live");
    return stream ? new End(NEVER, null, 0) : in(limits.answer());
  }

  private End body(HttpServerRequest request) {
    return new End(now() + limits.body(), request, request.bytesRead());
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }

  private boolean takesNothing(HttpConnection connection, long now) {
    long bytes = waiting(connection);
    Stuck known = bytes == 0 ? stuck.remove(connection) : stuck.get(connection);
    if (bytes > 0 && (known == null || known.bytes() != bytes)) {
      stuck.put(connection, new Stuck(now, bytes));
      return false;
    }
    return bytes > 0 && now - known.millis() > limits.drain();
  }

  /** Bytes that are written and that the connection has not taken. */
  private static long waiting(HttpConnection connection) {
    if (!(connection instanceof VertxConnection own)) {
      return 0;
    }
    long most = own.channel().config().getWriteBufferHighWaterMark();
    long room = own.channel().bytesBeforeUnwritable();
    return room > 0 ? Math.max(0, most + 1 - room) : most + own.channel().bytesBeforeWritable();
  }

  /** Any other way to close a connection waits until all is written. */
  private static void cut(VertxConnection connection) {
    Channel channel = connection.channel();
    channel.eventLoop().execute(() -> channel.unsafe().close(channel.voidPromise()));
  }

  private void look() {
    long now = now();
    for (Iterator<Map.Entry<HttpConnection, End>> i = ends.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<HttpConnection, End> one = i.next();
      End end = one.getValue();
      if (takesNothing(one.getKey(), now)) {
        i.remove();
        cut((VertxConnection) one.getKey());
        continue;
      }
      if (end.millis() >= now) {
        continue;
      }
      HttpServerRequest body = end.body();
      if (body != null && body.isEnded()) {
        ends.replace(one.getKey(), end, in(limits.answer()));
      } else if (body != null && body.bytesRead() - end.bytes() >= BODY_BYTES) {
        ends.replace(one.getKey(), end, body(body));
      } else {
        i.remove();
        one.getKey().close();
      }
    }
    // One may have closed while it was looked at.
    stuck.keySet().retainAll(ends.keySet());
  }
}
