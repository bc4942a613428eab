package seamtape.web;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeException;

/**
 * The stream of a recording in progress (server-sent events): only how far it is. Rows are fetched
 * from the journal like any others, so a notice that a slow client misses loses nothing.
 */
final class LiveApi {
  /** Between two looks at the journal. */
  private static final long LOOK_MILLIS = 200;

  private static final int MAX_STREAMS = 32;

  private final Vertx vertx;
  private final Recordings recordings;
  private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  LiveApi(Vertx vertx, Recordings recordings) {
    this.vertx = vertx;
    this.recordings = recordings;
  }

  void mount(Router router) {
    Api.get(router, "/api/v1/recordings/:id/live").handler(this::live);
  }

  private void live(RoutingContext context) {
    if (streams.size() >= MAX_STREAMS) {
      throw new Problem(503, "Too busy", "too many pages follow recordings; close one");
    }
    if (closed) {
      throw new Problem(503, "Ending", "the server ends");
    }
    String id = context.pathParam("id");
    recordings
        .run(id, LiveApi::head)
        .onFailure(context::fail)
        .onSuccess(head -> new Stream(context.response(), id).begin(head));
  }

  /** How many pages follow a recording now. */
  int streamCount() {
    return streams.size();
  }

  /** Tells every page that the server ends, so that none waits for a connection that breaks. */
  void close() {
    closed = true;
    streams.forEach(Stream::serverEnds);
  }

  private static JsonObject head(OpenRecording recording) throws TapeException {
    recording.refresh();
    Manifest manifest = recording.tape().manifest();
    return new JsonObject()
        .put("events", recording.tape().eventCount())
        .put("calls", recording.reader().callCount())
        .put("state", manifest.state().name().toLowerCase(java.util.Locale.ROOT));
  }

  /** One page that follows. */
  private final class Stream {
    private final HttpServerResponse response;
    private final String id;
    private final Context loop = vertx.getOrCreateContext();
    private long timer;
    private long lastEvents = -1;
    private String lastState = "";
    private long lastNanos;
    private boolean asking;
    private boolean over;

    Stream(HttpServerResponse response, String id) {
      this.response = response;
      this.id = id;
    }

    void begin(JsonObject head) {
      streams.add(this);
      response
          .putHeader("content-type", "text/event-stream")
          .putHeader("cache-control", "no-store")
          .setChunked(true);
      response.closeHandler(closed -> end());
      response.exceptionHandler(failure -> end());
      tell(head);
      timer = vertx.setPeriodic(LOOK_MILLIS, tick -> look());
    }

    private void look() {
      // A client that does not read is not written to: notices are cumulative.
      if (asking || over || response.writeQueueFull()) {
        return;
      }
      asking = true;
      recordings
          .run(id, LiveApi::head)
          .onComplete(
              done -> {
                asking = false;
                if (done.succeeded()) {
                  tell(done.result());
                } else {
                  write("gone", new JsonObject().put("detail", done.cause().getMessage()));
                  finish();
                }
              });
    }

    private void tell(JsonObject head) {
      long events = head.getLong("events");
      String state = head.getString("state");
      long now = System.nanoTime();
      if (events == lastEvents && state.equals(lastState)) {
        return;
      }
      double seconds = (now - lastNanos) / 1e9;
      head.put("rate", lastEvents < 0 ? 0 : Math.round((events - lastEvents) / seconds));
      lastEvents = events;
      lastState = state;
      lastNanos = now;
      write("head", head);
      if (!state.equals("open")) {
        finish();
      }
    }

    private void write(String event, JsonObject data) {
      if (!over && !response.ended()) {
        response.write("event: " + event + "\ndata: " + data.encode() + "\n\n");
      }
    }

    private void finish() {
      finish(new JsonObject());
    }

    /** A page comes back by itself once there is a server again. */
    void serverEnds() {
      loop.runOnContext(now -> finish(new JsonObject().put("reason", "server")));
    }

    private void finish(JsonObject why) {
      write("bye", why);
      if (!over && !response.ended()) {
        response.end();
      }
      end();
    }

    private void end() {
      if (!over) {
        over = true;
        streams.remove(this);
        vertx.cancelTimer(timer);
      }
    }
  }
}
