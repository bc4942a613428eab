package seamtape.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends connections on which a request does not come to its end in time: an idle timeout alone lets
 * in who sends a byte now and then.
 */
final class SlowClients {
  /** From the connection to the end of its first request's head, usually. */
  static final long HEAD_MILLIS = 10_000;

  /** Between requests of a kept connection. */
  private static final long KEPT_MILLIS = 60_000;

  /** For a body; logs of a gigabyte are uploaded. */
  private static final long BODY_MILLIS = 15 * 60_000;

  private static final long NEVER = Long.MAX_VALUE;

  private final Map<HttpConnection, Long> ends = new ConcurrentHashMap<>();
  private final long headMillis;

  private SlowClients(long headMillis) {
    this.headMillis = headMillis;
  }

  static SlowClients of(Vertx vertx, HttpServer server, long headMillis) {
    SlowClients clients = new SlowClients(headMillis);
    server.connectionHandler(clients::began);
    vertx.setPeriodic(Math.max(50, Math.min(1000, headMillis / 4)), tick -> clients.look());
    return clients;
  }

  private void began(HttpConnection connection) {
    until(connection, headMillis);
    connection.closeHandler(closed -> ends.remove(connection));
  }

  private void until(HttpConnection connection, long millis) {
    ends.put(connection, now() + millis);
  }

  /** Stands before all routes. */
  void request(RoutingContext context) {
    HttpServerRequest request = context.request();
    HttpConnection connection = request.connection();
    if (request.isEnded()) {
      ends.replace(connection, NEVER);
    } else {
      until(connection, BODY_MILLIS);
    }
    context.addEndHandler(
        done -> ends.computeIfPresent(connection, (same, end) -> now() + KEPT_MILLIS));
    context.next();
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }

  private void look() {
    long now = now();
    for (Iterator<Map.Entry<HttpConnection, Long>> i = ends.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<HttpConnection, Long> one = i.next();
      if (one.getValue() < now) {
        i.remove();
        one.getKey().close();
      }
    }
  }
}
