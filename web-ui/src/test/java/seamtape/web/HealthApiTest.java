package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server tells of itself, over real sockets. */
class HealthApiTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path dir;
  private Path served;
  private TraceServer server;

  @BeforeEach
  void serve() throws Exception {
    served = Files.createDirectory(dir.resolve("served"));
    server = TraceServer.start(new ServerOptions(served, "127.0.0.1", 0));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(server.uri().resolve("/api/v1/" + path)).build();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return CLIENT.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private static double value(String metrics, String line) {
    Matcher found =
        Pattern.compile("^" + Pattern.quote(line) + " (\\S+)$", Pattern.MULTILINE).matcher(metrics);
    return found.find() ? Double.parseDouble(found.group(1)) : -1;
  }

  private static String requests(String method, String route, int status) {
    return "seamtape_requests_total{method=\"%s\",route=\"%s\",status=\"%d\"}"
        .formatted(method, route, status);
  }

  @Test
  void countsRequestsByRouteAndStatusNotByPath() throws Exception {
    SampleTapes.plain(served.resolve("one.tape"), 200);
    SampleTapes.plain(served.resolve("two.tape"), 200);
    assertEquals(200, get("recordings/one").statusCode());
    assertEquals(200, get("recordings/two").statusCode());
    assertEquals(404, get("recordings/three").statusCode());
    assertEquals(404, get("no/such/%7B%22%0A").statusCode());
    assertEquals(200, get("recordings/one/calls").statusCode());
    HttpResponse<String> answer = get("metrics");
    String metrics = answer.body();
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        answer.headers().firstValue("content-type").orElseThrow());
    assertEquals(2, value(metrics, requests("GET", "/api/v1/recordings/{id}", 200)), metrics);
    assertEquals(1, value(metrics, requests("GET", "/api/v1/recordings/{id}", 404)), metrics);
    assertEquals(1, value(metrics, requests("GET", "/api/v1/recordings/{id}/calls", 200)));
    assertEquals(1, value(metrics, requests("GET", "none", 404)), metrics);
    assertEquals(2, value(metrics, "seamtape_open_recordings"));
    assertEquals(0, value(metrics, "seamtape_live_streams"));
    assertTrue(value(metrics, "seamtape_event_loop_lag_seconds") >= 0, metrics);
  }

  @Test
  void everyLineIsOfPrometheusTextFormat() throws Exception {
    get("recordings");
    for (String line : get("metrics").body().split("\n")) {
      assertTrue(
          line.matches("# (HELP|TYPE) seamtape_\\w+ .+|seamtape_\\w+(\\{[^\n]*})? [0-9.]+"), line);
    }
  }

  @Test
  void tellsHowLongTheEventLoopWasHeldUp() throws Exception {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    try {
      Metrics metrics = new Metrics(vertx);
      CountDownLatch held = new CountDownLatch(1);
      vertx.runOnContext(
          now -> {
            try {
              Thread.sleep(500);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            held.countDown();
          });
      held.await();
      Patience.until(
          () -> value(metrics.text(), "seamtape_event_loop_lag_max_seconds"), lag -> lag >= 0.3);
    } finally {
      vertx.close();
    }
  }

  @Test
  void isReadyWhileTheDirectoryIsThere() throws Exception {
    assertEquals(200, get("ready").statusCode());
    Files.move(served, dir.resolve("elsewhere"));
    HttpResponse<String> gone = get("ready");
    assertEquals(503, gone.statusCode());
    assertEquals("1", gone.headers().firstValue("retry-after").orElseThrow());
    assertEquals(200, get("health").statusCode(), "the process lives");
    Files.move(dir.resolve("elsewhere"), served);
    assertEquals(200, get("ready").statusCode());
  }

  @Test
  void pagesThatFollowAreToldThatTheServerEnds() throws Exception {
    try (SampleTapes.Growing growing = SampleTapes.growing(served.resolve("open.tape"))) {
      growing.add(100);
      var stream =
          CLIENT.send(request("recordings/open/live"), HttpResponse.BodyHandlers.ofInputStream());
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
        assertEquals("event: head", lines.readLine());
        assertEquals(1, value(get("metrics").body(), "seamtape_live_streams"));
        server.close();
        String rest = String.join("\n", lines.lines().toList());
        assertTrue(rest.contains("event: bye\ndata: {\"reason\":\"server\"}"), rest);
      }
    }
  }
}
