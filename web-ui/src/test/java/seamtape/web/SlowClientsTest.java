package seamtape.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who sends or takes a byte now and then is cut, who takes long is not. */
class SlowClientsTest {
  private static final String TOKEN = "a-token-that-nobody-guesses";

  /** For a head, and a handshake before it, that a busy machine brings to its end in time. */
  private static final long HEAD_MILLIS = 3000;

  private static final long BODY_MILLIS = 600;
  private static final SlowClients.Limits LIMITS =
      new SlowClients.Limits(HEAD_MILLIS, BODY_MILLIS, 60_000, 2 * BODY_MILLIS);

  /** How often a machine may be too busy to send in time. */
  private static final int ROUNDS = 8;

  @TempDir static Path dir;
  private static Path served;
  private static TestCertificate certificate;
  private static TraceServer server;
  private static HttpClient client;

  @BeforeAll
  static void start() throws Exception {
    served = Files.createDirectory(dir.resolve("served"));
    SampleTapes.nested(served.resolve("td.tape"), 20, false);
    certificate = TestCertificate.in(dir);
    Access access = new Access(TOKEN, certificate.certificate(), certificate.key());
    server = TraceServer.start(new ServerOptions(served, "0.0.0.0", 0, access), LIMITS);
    client = certificate.client();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("https://localhost:" + server.uri().getPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).header("authorization", "Bearer " + TOKEN).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static Socket connect() throws IOException {
    int port = server.uri().getPort();
    SSLSocket socket =
        (SSLSocket) certificate.trusting().getSocketFactory().createSocket("127.0.0.1", port);
    socket.startHandshake();
    return socket;
  }

  private static String head(String first) {
    return first
        + " HTTP/1.1\r\nHost: localhost:PORT\r\nX-Seamtape: 1\r\nAuthorization: Bearer TOKEN\r\n"
            .replace("PORT", String.valueOf(server.uri().getPort()))
            .replace("TOKEN", TOKEN);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  @Test
  void cutsAClientThatSendsItsRequestByteByByte() throws Exception {
    cut("", "GET / HTTP/1.1\r\nHost: localhost", HEAD_MILLIS);
    assertEquals(200, get("/api/v1/recordings").statusCode(), "others are served");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /api/v1/imports?kind=strace&name=slow",
        "POST /api/v1/recordings",
        "PUT /api/v1/recordings/td/notes",
      })
  void cutsAClientThatSendsABodyByteByByte(String first) throws Exception {
    cut(head(first) + "Content-Length: 100000\r\n\r\n", "never enough of a log ", BODY_MILLIS);
    assertEquals(200, get("/api/v1/recordings").statusCode(), "others are served");
    assertFalse(Files.exists(served.resolve("slow.tape")), "nothing is left of it");
  }

  /** Sends something at once and then a byte now and then, until the server hangs up. */
  private static void cut(String begin, String dribble, long least) {
    long start = System.nanoTime();
    assertThrows(
        IOException.class,
        () -> {
          try (Socket socket = connect()) {
            socket.setSoTimeout(50);
            socket.getOutputStream().write(ascii(begin));
            dribble(socket, dribble);
          }
        });
    assertTrue(millisSince(start) >= least, millisSince(start) + " ms");
  }

  /** Ends with the exception of a connection that the other side closed. */
  private static void dribble(Socket socket, String text) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; millisSince(start) < Patience.SECONDS * 1000; i++) {
      socket.getOutputStream().write(text.charAt(i % text.length()));
      socket.getOutputStream().flush();
      try {
        if (socket.getInputStream().read() < 0) {
          throw new IOException("closed");
        }
      } catch (SocketTimeoutException e) {
        // nothing yet: the next byte
      }
    }
  }

  @Test
  void cutsAClientThatAsksAndAsksAndTakesNoAnswer() throws Exception {
    String page = head("GET /api/v1/openapi.json") + "Accept-Encoding: identity\r\n\r\n";
    int asked = 2000;
    long before = answered();
    try (Socket plain = new Socket()) {
      plain.setReceiveBufferSize(4 << 10);
      int port = server.uri().getPort();
      plain.connect(new InetSocketAddress("127.0.0.1", port));
      Socket socket =
          certificate.trusting().getSocketFactory().createSocket(plain, "localhost", port, true);
      long start = System.nanoTime();
      assertThrows(
          IOException.class,
          () -> {
            for (int i = 0; i < asked; i++) {
              socket.getOutputStream().write(ascii(page));
            }
            while (millisSince(start) < Patience.SECONDS * 1000) {
              socket.getOutputStream().write(ascii(page));
              Thread.sleep(50);
            }
          },
          "it is cut");
    }
    long worked = answered() - before;
    assertTrue(worked > 0 && worked < asked / 2, worked + " of " + asked + " were answered");
  }

  /** Requests for the contract that were answered. */
  private static long answered() throws Exception {
    return get("/api/v1/metrics")
        .body()
        .lines()
        .filter(line -> line.contains("requests_total") && line.contains("openapi.json"))
        .mapToLong(line -> Math.round(Double.parseDouble(line.replaceAll(".* ", ""))))
        .sum();
  }

  /** A machine that is too busy to send the next part in time proves nothing: another round. */
  @Test
  void aLongBodyThatComesOnIsNotCut() throws Exception {
    String status = "";
    for (int round = 0; round < ROUNDS && !status.equals("HTTP/1.1 202"); round++) {
      status = sentInParts(round);
    }
    assertEquals("HTTP/1.1 202", status);
  }

  /** Sends a body for longer than its least progress may take; the start of the answer. */
  private static String sentInParts(int round) throws Exception {
    byte[] part = ascii("x\n".repeat((int) SlowClients.BODY_BYTES));
    int parts = 8;
    try (Socket socket = connect()) {
      socket.setSoTimeout(Patience.SECONDS * 1000);
      String first = head("POST /api/v1/imports?kind=strace&name=long-" + round);
      socket
          .getOutputStream()
          .write(ascii(first + "Content-Length: " + (long) parts * part.length + "\r\n\r\n"));
      long slowest = 0;
      long sent = System.nanoTime();
      String status = "";
      try {
        for (int i = 0; i < parts; i++) {
          Thread.sleep(BODY_MILLIS / 3);
          socket.getOutputStream().write(part);
          slowest = Math.max(slowest, millisSince(sent));
          sent = System.nanoTime();
        }
        status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
      } catch (IOException cut) {
        slowest = Math.max(slowest, millisSince(sent));
      }
      boolean inTime = slowest <= BODY_MILLIS / 2;
      assertTrue(!status.isEmpty() || !inTime, "cut, though a part came each " + slowest + " ms");
      return status;
    }
  }
}
