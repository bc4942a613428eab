package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that is reached from beyond this machine: by TLS, and by who knows the token. */
class AccessTest {
  private static final String TOKEN = "a-token-that-nobody-guesses";
  private static final String LOGIN = "/api/v1/login";

  @TempDir static Path dir;
  private static TestCertificate certificate;
  private static TraceServer server;
  private static HttpClient client;

  @BeforeAll
  static void start() throws Exception {
    Path served = Files.createDirectory(dir.resolve("served"));
    SampleTapes.nested(served.resolve("td.tape"), 20, false);
    certificate = TestCertificate.in(dir);
    Path token = Files.writeString(dir.resolve("token"), TOKEN + "\n");
    Access access = Access.of(token, certificate.certificate(), certificate.key());
    server = TraceServer.start(new ServerOptions(served, "0.0.0.0", 0, access));
    client = certificate.client();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static URI uri(String path) {
    return URI.create("https://localhost:" + server.uri().getPort() + path);
  }

  private static HttpResponse<String> send(
      String method, String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    request.method(
        method,
        body.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body));
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> login(String token) throws Exception {
    String body = new JsonObject().put("token", token).encode();
    return send("POST", LOGIN, body, Guard.MARK, "1", "content-type", "application/json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/recordings",
        "/api/v1/recordings/td/calls",
        "/api/v1/recordings/td/live",
        "/api/v1/health",
        "/api/v1/openapi.json",
        "/metrics",
        "/r/td",
        "/nothing",
      })
  void tellsNothingWithoutTheToken(String path) throws Exception {
    for (String given : List.of("", "Bearer wrong", "Bearer " + TOKEN + "x", "Basic " + TOKEN)) {
      HttpResponse<String> response =
          given.isEmpty() ? send("GET", path, "") : send("GET", path, "", "authorization", given);
      assertEquals(401, response.statusCode(), path + " " + given);
      assertEquals(
          "application/problem+json", response.headers().firstValue("content-type").orElse(""));
      assertTrue(response.headers().firstValue("www-authenticate").orElse("").contains("Bearer"));
      assertEquals(401, new JsonObject(response.body()).getInteger("status"));
    }
  }

  @Test
  void letsAProgramInByTheAuthorizationHeader() throws Exception {
    HttpResponse<String> response =
        send("GET", "/api/v1/recordings", "", "authorization", "Bearer " + TOKEN);
    assertEquals(200, response.statusCode());
    assertTrue(response.body().contains("\"td\""));
    assertTrue(response.headers().firstValue("strict-transport-security").isPresent());
  }

  @Test
  void letsAPageInByTheCookieOfALogin() throws Exception {
    HttpResponse<String> login = login(TOKEN);
    assertEquals(204, login.statusCode());
    String cookie = login.headers().firstValue("set-cookie").orElse("");
    for (String part :
        List.of(Gate.COOKIE + "=", "Path=/", "Secure", "HTTPOnly", "SameSite=Strict", "Max-Age=")) {
      assertTrue(cookie.contains(part), cookie);
    }
    assertFalse(cookie.contains(TOKEN), "the cookie does not tell the token");
    String pair = cookie.substring(0, cookie.indexOf(';'));
    assertEquals(200, send("GET", "/api/v1/recordings", "", "cookie", pair).statusCode());
    assertEquals(200, send("GET", "/r/td", "", "cookie", pair).statusCode());
    String later = pair.replaceFirst("=(\\d)", "=9$1");
    assertEquals(401, send("GET", "/api/v1/recordings", "", "cookie", later).statusCode());
    assertEquals(
        401, send("GET", "/api/v1/recordings", "", "cookie", Gate.COOKIE + "=1.aa").statusCode());
  }

  @Test
  void showsABrowserThePageThatAsksForTheToken() throws Exception {
    HttpResponse<String> page = send("GET", "/r/td?sel=3", "", "accept", "text/html,*/*");
    assertEquals(401, page.statusCode());
    assertTrue(page.body().contains("token") && !page.body().contains("td.tape"));
    String script = page.body().replaceAll("(?s).*src=\"(/assets/[^\"]*login.js)\".*", "$1");
    assertEquals(200, send("GET", script, "").statusCode());
    HttpResponse<String> wrong = login("not-the-token-at-all");
    assertEquals(401, wrong.statusCode());
    assertTrue(wrong.headers().firstValue("set-cookie").isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "https://localhost:PORT, 1, 200",
    "https://evil.example, 1, 403",
    "http://localhost:PORT, 1, 403",
    "null, 1, 403",
    "https://localhost:PORT, , 403",
  })
  void changesNeedOurOriginBesideTheToken(String origin, String mark, int status) throws Exception {
    String own = origin.replace("PORT", String.valueOf(server.uri().getPort()));
    String notes = "/api/v1/recordings/td/notes";
    String read = send("GET", notes, "", "authorization", "Bearer " + TOKEN).body();
    String name = mark == null ? "x-other" : Guard.MARK;
    HttpResponse<String> changed =
        send("PUT", notes, read, "authorization", "Bearer " + TOKEN, "origin", own, name, "1");
    assertEquals(status, changed.statusCode(), changed.body());
    if (status == 200) {
      assertEquals(401, send("PUT", notes, read, "origin", own, name, "1").statusCode());
    }
  }

  /** Sends bytes as they are over TLS; the status of the answer, 0 when the server hangs up. */
  private static int raw(String text) throws IOException {
    int port = server.uri().getPort();
    try (Socket socket =
        certificate.trusting().getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout(Patience.SECONDS * 1000);
      String request = text.replace("PORT", String.valueOf(port)).replace("\n", "\r\n");
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      String status = new String(in.readNBytes(12), StandardCharsets.ISO_8859_1);
      return status.length() < 12 ? 0 : Integer.parseInt(status.substring(9));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:PORT, 200",
    "127.0.0.1:PORT, 200",
    "trace.example:PORT, 200",
    "TRACE.example:PORT, 200",
    "evil.example:PORT, 421",
    "trace.example.evil.example:PORT, 421",
    "trace.example:1, 421",
  })
  void answersToTheNamesOfItsCertificateAndTheAddressReached(String host, int status)
      throws IOException {
    String request = "GET /api/v1/recordings HTTP/1.1\nHost: HOST\nAuthorization: Bearer TOKEN\n\n";
    assertEquals(status, raw(request.replace("HOST", host).replace("TOKEN", TOKEN)));
  }

  @Test
  void limitsHeadersAndBodies() throws IOException {
    String head = "GET / HTTP/1.1\nHost: localhost:PORT\nAuthorization: Bearer " + TOKEN + "\n";
    assertEquals(431, raw(head + "X-Big: " + "a".repeat(20_000) + "\n\n"));
    assertEquals(413, raw(head + "Content-Length: 999999\n\n"));
    String login = "POST " + LOGIN + " HTTP/1.1\nHost: localhost:PORT\nX-Seamtape: 1\n";
    assertEquals(413, raw(login + "Content-Length: 3000\n\n" + "a".repeat(3000)));
  }

  @ParameterizedTest
  @CsvSource({"short, 16 to 512", "'white space in a token', letters", "'', 16 to 512"})
  void refusesATokenThatIsNone(String text, String why) throws Exception {
    Path file = Files.writeString(dir.resolve("bad-token"), text + "\n");
    IOException refused =
        assertThrows(
            IOException.class, () -> Access.of(file, certificate.certificate(), certificate.key()));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  @Test
  void plainHttpIsNotAnswered() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.uri().getPort())) {
      socket.setSoTimeout(Patience.SECONDS * 1000);
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(4);
      assertFalse(new String(answer, StandardCharsets.ISO_8859_1).startsWith("HTTP"));
    }
  }
}
