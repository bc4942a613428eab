package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server over real sockets. */
class TraceServerTest {
  @TempDir static Path dir;
  private static TraceServer server;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void serve() throws Exception {
    Path recordings = Files.createDirectory(dir.resolve("recordings"));
    SampleTapes.nested(recordings.resolve("TD one.tape"), 40, false);
    SampleTapes.nested(recordings.resolve("td-two.tape"), 40, true);
    SampleTapes.plain(recordings.resolve("plain.tape"), 40_000);
    SampleTapes.empty(recordings.resolve("empty.tape"));
    SampleTapes.cut(recordings.resolve("cut.tape"));
    Files.createDirectory(recordings.resolve("broken.tape"));
    Files.createDirectory(recordings.resolve("not-a-recording"));
    Files.writeString(recordings.resolve("file.tape"), "a file");
    SampleTapes.empty(dir.resolve("outside.tape"));
    Files.createSymbolicLink(recordings.resolve("link.tape"), dir.resolve("outside.tape"));
    server = TraceServer.start(new ServerOptions(recordings, "127.0.0.1", 0));
  }

  /** Spoils bytes in the middle of the journal. */
  @AfterAll
  static void close() {
    server.close();
  }

  private static HttpResponse<String> request(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.uri().resolve(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static JsonObject get(String path) throws Exception {
    HttpResponse<String> response = request(path);
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  private static JsonObject settled(String id) throws Exception {
    return Patience.until(
        () -> get("/api/v1/recordings/" + id), answer -> answer.getJsonObject("summary") != null);
  }

  private static JsonObject complete(String path) throws Exception {
    return Patience.until(() -> get(path), answer -> answer.getBoolean("complete"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void listsRecordingsByNameWithTheirStates() throws Exception {
    JsonArray list = get("/api/v1/recordings").getJsonArray("recordings");
    Set<String> states = new HashSet<>();
    for (int i = 0; i < list.size(); i++) {
      JsonObject one = list.getJsonObject(i);
      states.add(one.getString("id") + " " + one.getString("state"));
    }
    assertTrue(states.contains("td-one sealed"), states.toString());
    assertTrue(states.contains("broken damaged"), states.toString());
    assertEquals(6, list.size(), "links, files and foreign directories stay out: " + states);
  }

  @Test
  void sendsWindowsOfCallsByPosition() throws Exception {
    JsonObject page = get("/api/v1/recordings/plain/calls?from=19990&count=128");
    assertEquals(20_000, page.getInteger("total"));
    assertEquals(10, page.getJsonArray("rows").size());
    assertEquals(19_990, page.getJsonArray("rows").getJsonArray(0).getInteger(1));
    assertEquals(0, get("/api/v1/recordings/empty/calls").getJsonArray("rows").size());
    assertEquals(0, get("/api/v1/recordings/plain/calls?from=99999").getJsonArray("rows").size());
  }

  @Test
  void filtersInSlicesUntilComplete() throws Exception {
    String query = "/api/v1/recordings/plain/calls?count=5&filter=" + encoded("errno == EINVAL");
    JsonObject page = complete(query);
    assertEquals(20, page.getInteger("total"));
    assertEquals(20_000, page.getInteger("scanned"));
    assertEquals(5, page.getJsonArray("rows").size());
    assertEquals("EINVAL", page.getJsonArray("rows").getJsonArray(4).getString(10));
  }

  @Test
  void tellsTheFieldsBytesAndSurroundingsOfACall() throws Exception {
    settled("td-one");
    JsonObject call = get("/api/v1/recordings/td-one/events/21");
    assertEquals("KVM_HC_KICK_CPU", call.getJsonArray("row").getString(7));
    assertEquals(3, call.getJsonArray("parents").size());
    JsonObject run = get("/api/v1/recordings/td-one/events/18");
    assertEquals(1, run.getJsonObject("children").getJsonArray("rows").size());
    assertTrue(run.getJsonObject("returned").getJsonArray("fields").encode().contains("kvm_run"));
    assertEquals(1, get("/api/v1/recordings/td-one/events/16").getJsonArray("inputs").size());
    JsonObject fromReturn = get("/api/v1/recordings/td-one/events/14");
    assertEquals(13, fromReturn.getJsonArray("row").getInteger(0));
    assertEquals(null, call.getJsonObject("refusal"));
    JsonObject refusal = fromReturn.getJsonObject("refusal");
    assertTrue(refusal.getJsonArray("words").encode().contains("EEXIST (17)"), refusal.encode());
    assertEquals("duplicate id → EEXIST", refusal.getJsonArray("checks").getString(0));
  }

  @ParameterizedTest
  @CsvSource({
    "event=13, 13",
    "event=14, 13",
    "event=999999, 39999",
    "percent=50, 20001",
    "time=0, 1",
    "time=500, 3",
    "error=first, 1993",
    "error=next&event=1993, 3987",
    "error=previous&event=3987, 1993",
    "event=2500&filter=errno, 3987",
    "event=39999&filter=errno, 39879",
    "error=next&event=1&filter=errno, 1993",
  })
  void findsRows(String what, int event) throws Exception {
    settled("plain");
    JsonObject found =
        Patience.until(
            () -> get("/api/v1/recordings/plain/locate?" + what),
            answer -> answer.getBoolean("found"));
    assertEquals(event, found.getInteger("event"));
  }

  @Test
  void comparesTwoRecordings() throws Exception {
    JsonObject diff = complete("/api/v1/diff?a=td-one&b=td-two&count=3");
    assertFalse(diff.getBoolean("same"));
    JsonObject first = diff.getJsonArray("changes").getJsonObject(0);
    assertEquals("changed", first.getString("kind"));
    assertEquals(first.getInteger("a"), first.getJsonArray("rowA").getInteger(0));
    assertEquals(first.getInteger("b"), first.getJsonArray("rowB").getInteger(0));
    assertTrue(complete("/api/v1/diff?a=td-one&b=td-one").getBoolean("same"));
  }

  @Test
  void readsPastDamage() throws Exception {
    JsonObject summary = settled("cut").getJsonObject("summary");
    assertTrue(summary.getLong("errors") > 0);
    JsonObject page = get("/api/v1/recordings/cut/calls?from=0&count=10");
    assertEquals(10, page.getJsonArray("rows").size());
    int damaged = 0;
    for (int from = 0; from < 20_000; from += 100) {
      HttpResponse<String> response = request("/api/v1/recordings/cut/calls?count=1&from=" + from);
      if (response.statusCode() == 422) {
        damaged++;
        assertEquals("checksum", new JsonObject(response.body()).getString("kind"));
      }
    }
    assertTrue(damaged > 0 && damaged < 100, damaged + " pages are damaged");
    JsonObject cut = get("/api/v1/recordings/cut");
    assertEquals("damaged", cut.getString("state"));
    assertTrue(cut.getString("fault").startsWith("block "), "no path: " + cut.getString("fault"));
    JsonArray span = cut.getJsonArray("damage").getJsonArray(0);
    long lostCall = (span.getLong(0) - 1) / 2;
    JsonArray edge =
        get("/api/v1/recordings/cut/calls?count=10&from=" + (lostCall - 5)).getJsonArray("rows");
    for (int i = 0; i < 10; i++) {
      assertEquals(i >= 5, edge.getValue(i) == null, edge.encode());
    }
    String back = "/api/v1/recordings/cut/calls?rule=error&count=10&from=";
    JsonArray after = get(back + (span.getLong(1) / 2 - 4)).getJsonArray("rows");
    assertEquals(span.getLong(1) + 1, after.getJsonArray(4).getLong(0), after.encode());
    JsonObject line = complete("/api/v1/recordings/cut/timeline");
    assertFalse(line.getJsonArray("lanes").isEmpty(), "drawn with a gap");
    JsonObject found = complete("/api/v1/recordings/cut/calls?filter=errno");
    assertTrue(found.getInteger("total") > 5, found.encode());
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "LOCALHOST, 200",
    "127.0.0.1, 200",
    "[::1], 200",
    "evil.example, 421",
    "localhost.evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "10.0.0.1, 421",
  })
  void answersToItsOwnNamesOnly(String host, int status) throws Exception {
    for (String path : List.of("/", "/api/v1/recordings", "/r/any", "/x")) {
      int expected = path.equals("/x") && status == 200 ? 404 : status;
      assertEquals(expected, raw("GET " + path + " HTTP/1.1", "Host: " + host + ":PORT"), path);
    }
    assertEquals(421, raw("GET / HTTP/1.1", "Host: " + host + ":1"));
  }

  /** Sends bytes as they are; the status of the answer, 0 when the server just hangs up. */
  private static int raw(String... lines) throws IOException {
    int port = server.uri().getPort();
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(Patience.SECONDS * 1000);
      String text = String.join("\r\n", lines).replace("PORT", String.valueOf(port));
      socket.getOutputStream().write((text + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      String status = new String(in.readNBytes(12), StandardCharsets.ISO_8859_1);
      return status.length() < 12 ? 0 : Integer.parseInt(status.substring(9));
    }
  }

  @Test
  void refusesARequestWithoutHost() throws IOException {
    assertTrue(raw("GET / HTTP/1.1", "X: y") >= 400);
  }

  @Test
  void everyAnswerCarriesTheProtectiveHeaders() throws Exception {
    for (String path : List.of("/", "/api/v1/recordings", "/nothing", "/r/td-one")) {
      HttpResponse<String> response = request(path);
      String policy = response.headers().firstValue("content-security-policy").orElse("");
      assertTrue(policy.contains("default-src 'none'"), path);
      assertTrue(policy.contains("frame-ancestors 'none'"), path);
      assertFalse(policy.contains("unsafe"), path);
      assertEquals("nosniff", response.headers().firstValue("x-content-type-options").orElse(""));
      assertEquals("no-referrer", response.headers().firstValue("referrer-policy").orElse(""));
    }
  }

  @ParameterizedTest
  @CsvSource({"cross-site,true", "same-site,true", ",true", "same-origin,false", "none,false"})
  void windowsOfOtherSitesLoseTheirHoldOfItsPages(String way, boolean cut) throws Exception {
    String[] header = way == null ? new String[0] : new String[] {"sec-fetch-site", way};
    HttpResponse<String> response = request("/r/td-one", header);
    String policy = cut ? "same-origin" : "";
    assertEquals(
        policy, response.headers().firstValue("cross-origin-opener-policy").orElse(""), way);
  }

  @ParameterizedTest
  @CsvSource({"POST,403", "PUT,403", "DELETE,403", "OPTIONS,405", "PATCH,405", "TRACE,405"})
  void takesOtherMethodsThanGetFromItsOwnPagesOnly(String method, int expected) throws Exception {
    int status =
        raw(method + " /api/v1/recordings HTTP/1.1", "Host: localhost:PORT", "Content-Length: 0");
    assertEquals(expected, status);
    assertEquals(200, raw("HEAD /api/v1/recordings HTTP/1.1", "Host: localhost:PORT"));
    assertEquals(200, raw("HEAD / HTTP/1.1", "Host: localhost:PORT"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/recordings/..%2Foutside",
        "/api/v1/recordings/%2e%2e%2foutside/calls",
        "/api/v1/recordings/../outside/calls",
        "/api/v1/recordings/outside",
        "/api/v1/recordings/link",
        "/api/v1/recordings/file",
        "/api/v1/recordings/TD%20one",
        "/api/v1/recordings/td-one.tape",
        "/api/v1/recordings/%00",
        "/api/v1/diff?a=td-one&b=..%2Foutside",
        "/api/v1/nothing",
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/META-INF/MANIFEST.MF",
        "/etc/passwd",
      })
  void findsNothingOutside(String path) throws Exception {
    int status = raw("GET " + path + " HTTP/1.1", "Host: localhost:PORT");
    assertTrue(status == 404 || status == 400, path + " " + status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "calls?from=-1",
        "calls?from=x",
        "calls?from=99999999999999999999",
        "calls?count=0",
        "calls?count=100000",
        "calls?filter=errno%20%3D",
        "calls?filter=%22",
        "events/0",
        "events/-5",
        "events/x",
        "locate?event=0",
        "locate?percent=101",
        "locate?error=sideways",
      })
  void saysWhatIsWrongWithARequest(String rest) throws Exception {
    settled("td-one");
    HttpResponse<String> response = request("/api/v1/recordings/td-one/" + rest);
    assertEquals(400, response.statusCode(), response.body());
    assertEquals(
        "application/problem+json", response.headers().firstValue("content-type").orElse(""));
    JsonObject problem = new JsonObject(response.body());
    assertEquals(400, problem.getInteger("status"));
    assertFalse(problem.getString("detail").isBlank());
    assertFalse(problem.getString("detail").contains("Exception"), problem.encode());
  }

  @Test
  void pointsAtTheFaultOfAFilter() throws Exception {
    JsonObject fault = get("/api/v1/filters/check?filter=" + encoded("errno == EINVALL"));
    assertFalse(fault.getBoolean("ok"));
    assertEquals(9, fault.getInteger("position"));
    assertEquals(7, fault.getInteger("length"));
    assertTrue(fault.getJsonArray("expected").contains("EINVAL"));
    assertTrue(get("/api/v1/filters/check?filter=").getBoolean("ok"));
    String long_ = "x".repeat(5000);
    assertFalse(get("/api/v1/filters/check?filter=" + long_).getBoolean("ok"));
  }

  @Test
  void refusesWhatIsTooLarge() throws Exception {
    String host = "Host: localhost:PORT";
    assertEquals(414, raw("GET /?" + "a".repeat(20_000) + " HTTP/1.1", host));
    assertEquals(431, raw("GET / HTTP/1.1", host, "X-Big: " + "a".repeat(20_000)));
    assertEquals(413, raw("GET / HTTP/1.1", host, "Content-Length: 999999"));
    assertEquals(413, raw("GET / HTTP/1.1", host, "Transfer-Encoding: chunked"));
    assertTrue(raw("nonsense", host) >= 400);
  }

  @Test
  void damagedRecordingsAnswerAsSuch() throws Exception {
    HttpResponse<String> response = request("/api/v1/recordings/broken");
    assertEquals(422, response.statusCode());
    JsonObject problem = new JsonObject(response.body());
    assertEquals("not_a_recording", problem.getString("kind"));
    assertFalse(problem.getString("detail").contains(dir.toString()), "paths stay here");
  }

  @Test
  void unchangedAnswersNeedNotBeSentAgain() throws Exception {
    settled("td-one");
    String path = "/api/v1/recordings/td-one/events/18";
    get(path);
    String tag = request(path).headers().firstValue("etag").orElseThrow();
    HttpResponse<String> again = request(path, "If-None-Match", tag);
    assertEquals(304, again.statusCode());
    assertEquals("", again.body());
    HttpResponse<String> other = request(path, "If-None-Match", "\"other\"");
    assertEquals(200, other.statusCode());
  }

  @Test
  void compressesWhenAsked() throws Exception {
    HttpResponse<String> response =
        request("/api/v1/recordings/plain/calls?count=500", "Accept-Encoding", "gzip");
    assertEquals("gzip", response.headers().firstValue("content-encoding").orElse(""));
  }

  @Test
  void assetsNeverChangeUnderTheirAddress() throws Exception {
    String page = request("/").body();
    String script = page.replaceAll("(?s).*type=\"module\" src=\"([^\"]+)\".*", "$1");
    HttpResponse<String> response = request(script);
    assertEquals(200, response.statusCode());
    assertTrue(response.headers().firstValue("cache-control").orElse("").contains("immutable"));
  }

  @Test
  void manyRequestsAtOnceAreAnsweredOrTurnedAway() throws Exception {
    settled("plain");
    List<CompletableFuture<HttpResponse<String>>> all =
        Stream.iterate(0, i -> i + 1)
            .limit(200)
            .map(i -> "/api/v1/recordings/plain/calls?from=" + i * 97)
            .map(path -> HttpRequest.newBuilder(server.uri().resolve(path)).build())
            .map(r -> CLIENT.sendAsync(r, HttpResponse.BodyHandlers.ofString()))
            .toList();
    for (CompletableFuture<HttpResponse<String>> one : all) {
      int status = one.get().statusCode();
      assertTrue(status == 200 || status == 503, "status " + status);
    }
    assertEquals(200, request("/api/v1/recordings/plain/calls").statusCode());
  }
}
