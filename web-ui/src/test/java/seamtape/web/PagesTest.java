package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages as they are sent: one script, and the answers that it would ask for first. */
class PagesTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir static Path dir;
  private static TraceServer server;

  @BeforeAll
  static void start() throws Exception {
    SampleTapes.nested(dir.resolve("td.tape"), 60, false);
    SampleTapes.hostile(dir.resolve("hostile.tape"));
    server = TraceServer.start(new ServerOptions(dir, "127.0.0.1", 0));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.uri().resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String text(String path) throws Exception {
    return new String(get(path).body(), StandardCharsets.UTF_8);
  }

  /** Once the recording is read: until then answers change. */
  private static JsonObject answers(String id, String query) throws Exception {
    Patience.until(
        () -> new JsonObject(text("/api/v1/recordings/" + id)),
        recording -> recording.getValue("summary") != null);
    return Patience.until(
        () -> {
          String page = text("/r/" + id + query);
          String json = page.replaceAll("(?s).*id=\"answers\">(.*?)</script>.*", "$1");
          assertFalse(json.contains("<"), json);
          return new JsonObject(json);
        },
        answers -> !answers.isEmpty()); // a busy server sends the page without
  }

  @Test
  void thePageOfAnOpenRecordingBringsTheAnswersThatItAsksForFirst() throws Exception {
    JsonObject answers = answers("td", "");
    assertEquals(
        Set.of("recordings/td", "recordings/td/notes", "recordings/td/calls?from=0&count=128"),
        answers.fieldNames());
    for (String address : answers.fieldNames()) {
      assertEquals(new JsonObject(text("/api/v1/" + address)), answers.getJsonObject(address));
    }
  }

  @Test
  void aPageOfAnotherPlaceBringsNoRowsOfTheFirst() throws Exception {
    for (String query : new String[] {"?sel=5", "?top=9", "?f=error"}) {
      assertEquals(
          Set.of("recordings/td", "recordings/td/notes"), answers("td", query).fieldNames());
    }
  }

  @Test
  void textOfARecordingEndsNoElementOfThePage() throws Exception {
    JsonObject answers = answers("hostile", "");
    String rows = answers.getJsonObject("recordings/hostile/calls?from=0&count=128").encode();
    assertTrue(rows.contains("<img src=x"), rows);
  }

  @Test
  void aPageOfNoRecordingIsSentAllTheSame() throws Exception {
    HttpResponse<byte[]> page = get("/r/none");
    assertEquals(200, page.statusCode());
    assertTrue(text("/r/none").contains("id=\"answers\">{}</script>"));
  }

  @Test
  void whatAPersonHasChosenStandsInThePage() throws Exception {
    String chosen = "seamtape_theme=dark; seamtape_columns=event.call; seamtape_x=y";
    for (String path : new String[] {"/", "/r/td"}) {
      assertTrue(text(path).contains("<html lang=\"en\">"), path);
      String page = new String(get(path, "cookie", chosen).body(), StandardCharsets.UTF_8);
      String opening = "<html lang=\"en\" data-theme=\"dark\" data-columns=\"event.call\">";
      assertTrue(page.contains(opening), path);
      String other = "seamtape_theme=\"><b>; seamtape_columns=a\"b";
      page = new String(get(path, "cookie", other).body(), StandardCharsets.UTF_8);
      assertTrue(page.contains("<html lang=\"en\">"), path);
    }
  }

  @Test
  void aScriptIsPackedForWhoTakesIt() throws Exception {
    String script = text("/").replaceAll("(?s).*type=\"module\" src=\"([^\"]+)\".*", "$1");
    byte[] plain = get(script).body();
    HttpResponse<byte[]> packed = get(script, "accept-encoding", "br, gzip");
    assertEquals("gzip", packed.headers().firstValue("content-encoding").orElse(""));
    assertTrue(packed.body().length < plain.length / 2);
    byte[] unpacked = new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes();
    assertEquals(
        new String(plain, StandardCharsets.UTF_8), new String(unpacked, StandardCharsets.UTF_8));
  }
}
