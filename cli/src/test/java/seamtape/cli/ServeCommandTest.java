package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code seamtape serve} as a process: it says where, answers, and ends quietly when told to. */
class ServeCommandTest {
  private static final int SIGTERM_EXIT = 128 + 15;

  @TempDir Path dir;

  @Test
  void aSignalEndsItWithoutAWord() throws Exception {
    Process process = Command.start("serve", dir.toString(), "--port", "0");
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      String line = out.readLine();
      assertTrue(line.contains(" at http://127.0.0.1:"), line);
      URI page = URI.create(line.replaceAll(".* at (\\S+) .*", "$1"));
      HttpRequest request = HttpRequest.newBuilder(page).build();
      assertEquals(
          200, HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode());
      process.toHandle().destroy(); // Process.destroy would close the streams as well
      assertTrue(Command.ends(process));
      assertEquals(SIGTERM_EXIT, process.exitValue());
      assertEquals("", new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }
}
