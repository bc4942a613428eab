package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting a server, refusing to, and what it holds open. */
class TraceServerStartTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path dir;

  @Test
  void opensMoreRecordingsThanItKeeps() throws Exception {
    Path many = Files.createDirectory(dir.resolve("many"));
    for (int i = 0; i < Recordings.MAX_OPEN + 4; i++) {
      SampleTapes.plain(many.resolve("r" + i + ".tape"), 200);
    }
    try (TraceServer other = TraceServer.start(new ServerOptions(many, "127.0.0.1", 0))) {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < Recordings.MAX_OPEN + 4; i++) {
          URI uri = other.uri().resolve("/api/v1/recordings/r" + i + "/calls");
          HttpRequest request = HttpRequest.newBuilder(uri).build();
          assertEquals(
              200, CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
        }
      }
    }
  }

  @Test
  void servesASingleRecordingToo() throws Exception {
    SampleTapes.empty(dir.resolve("outside.tape"));
    try (TraceServer other =
        TraceServer.start(new ServerOptions(dir.resolve("outside.tape"), "localhost", 0))) {
      HttpRequest request =
          HttpRequest.newBuilder(other.uri().resolve("/api/v1/recordings")).build();
      String body = CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
      assertEquals(1, new JsonObject(body).getJsonArray("recordings").size());
    }
  }

  @Test
  void saysWhyItCannotStart() throws IOException {
    try (TraceServer first = TraceServer.start(new ServerOptions(dir, "127.0.0.1", 0))) {
      int port = first.uri().getPort();
      IOException taken =
          assertThrows(
              IOException.class,
              () -> TraceServer.start(new ServerOptions(dir, "127.0.0.1", port)));
      assertTrue(taken.getMessage().contains("port " + port + " on 127.0.0.1 is in use"));
    }
    IOException open =
        assertThrows(
            IOException.class, () -> TraceServer.start(new ServerOptions(dir, "0.0.0.0", 0)));
    assertTrue(open.getMessage().contains("without --token-file"));
    IOException missing =
        assertThrows(
            IOException.class,
            () -> TraceServer.start(new ServerOptions(dir.resolve("no"), "127.0.0.1", 0)));
    assertTrue(missing.getMessage().contains("is not a directory"));
  }
}
