package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages are the same with an index, without one, and with one that is none. */
class IndexTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path dir;

  private static JsonObject whole(TraceServer server, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri().resolve("/api/v1/recordings/run" + path)).build();
    return Patience.until(
        () -> new JsonObject(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body()),
        IndexTest::whole);
  }

  private static boolean whole(JsonObject answer) {
    boolean summary = !answer.containsKey("summary") || answer.getValue("summary") != null;
    return answer.getBoolean("complete", true) && answer.getBoolean("settled", true) && summary;
  }

  /** What a person sees, from a server of its own. */
  private String pages() throws Exception {
    StringBuilder text = new StringBuilder();
    try (TraceServer server = TraceServer.start(new ServerOptions(dir, "127.0.0.1", 0))) {
      for (String path :
          List.of("", "/calls?from=0&count=200", "/timeline?bins=512", "/latency", "/flame")) {
        text.append(whole(server, path)).append('\n');
      }
      text.append(whole(server, "/timeline?bins=64&from=20000&to=90000")).append('\n');
      for (String filter : List.of("error", "under(KVM_RUN) and error", "vcpu == 1 and ret == 0")) {
        String encoded = URLEncoder.encode(filter, StandardCharsets.UTF_8);
        JsonObject found = whole(server, "/calls?from=0&count=100&filter=" + encoded);
        found.remove("scanned");
        text.append(found).append('\n');
      }
      text.append(whole(server, "/locate?error=next&event=300")).append('\n');
      String runs = "/state/history?path=vms/vm0/vcpus/vcpu0/runs/count";
      String path = runs + "&direction=back&from=9000&limit=3";
      text.append(whole(server, path)).append('\n');
      text.append(whole(server, "/state?event=9001"));
    }
    return text.toString();
  }

  @Test
  void damageThatCameAfterTheIndexIsToldOnceSomebodyMeetsIt() throws Exception {
    Path tape = dir.resolve("run.tape");
    SampleTapes.plain(tape, 40_000);
    pages();
    SampleTapes.damage(tape);
    try (TraceServer server = TraceServer.start(new ServerOptions(dir, "127.0.0.1", 0))) {
      JsonObject before = whole(server, "");
      assertEquals("sealed", before.getString("state"));
      boolean lost = false;
      for (int from = 0; from < 20_000; from += 500) {
        JsonObject page = whole(server, "/calls?count=500&from=" + from);
        lost |= page.containsKey("rows") && page.getJsonArray("rows").contains(null);
      }
      assertTrue(lost, "some rows are not there");
      JsonObject after = whole(server, "");
      assertEquals("damaged", after.getString("state"));
      assertTrue(after.getString("fault").contains("checksum"), after.getString("fault"));
      assertEquals(1, after.getJsonArray("damage").size());
    }
  }

  @Test
  void showsTheSameWhateverBecomesOfTheIndex() throws Exception {
    Path tape = dir.resolve("run.tape");
    SampleTapes.nested(tape, 1300, false);
    String first = pages();
    List<Path> parts =
        List.of(
            tape.resolve("index/shape"),
            tape.resolve("index/blocks"),
            tape.resolve("index/states"));
    for (Path part : parts) {
      assertTrue(Files.size(part) > 100, part + " is kept");
    }
    assertEquals(first, pages(), "from the index");
    List<byte[]> good = new ArrayList<>();
    for (Path part : parts) {
      good.add(Files.readAllBytes(part));
    }
    for (int i = 0; i < parts.size(); i++) {
      byte[] bad = good.get(i).clone();
      bad[bad.length / 2] ^= 4;
      Files.write(parts.get(i), bad);
    }
    assertEquals(first, pages(), "damaged");
    Files.write(parts.get(1), Arrays.copyOf(good.get(1), 99));
    assertEquals(first, pages(), "one part cut");
    for (int i = 0; i < parts.size(); i++) {
      assertArrayEquals(good.get(i), Files.readAllBytes(parts.get(i)), "made again");
    }
    Files.copy(parts.get(0), parts.get(1), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(parts.get(0), parts.get(2), StandardCopyOption.REPLACE_EXISTING);
    assertEquals(first, pages(), "one part in the place of another");
    for (Path part : parts) {
      Files.delete(part);
    }
    Files.delete(tape.resolve("index"));
    Files.write(tape.resolve("index"), new byte[] {1, 2, 3});
    assertEquals(first, pages(), "a file where the directory should be");
    assertFalse(Files.isDirectory(tape.resolve("index")));
  }
}
