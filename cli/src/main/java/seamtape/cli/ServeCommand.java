package seamtape.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.web.Access;
import seamtape.web.ServerOptions;
import seamtape.web.TraceServer;

/** {@code seamtape serve}. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Browse the recordings of a directory in a web browser, on this machine; beyond it only with a "
          + "token and TLS.",
      "The pages also write there: new recordings that you record, import or replay, .trash with "
          + "those that you delete, and notes.json in a recording for its bookmarks and filters. "
          + "Events of a recording are never changed."
    },
    footer = {
      "",
      "Examples:",
      "  seamtape serve .",
      "  seamtape serve recordings --port 8090",
      "  seamtape serve recordings --host 0.0.0.0 --token-file token --tls-cert cert.pem --tls-key key.pem"
    })
final class ServeCommand implements Callable<Integer> {
  static final int DEFAULT_PORT = 7373;

  @Parameters(paramLabel = "DIR", description = "Directory that holds recordings (*.tape).")
  private Path directory;

  @Option(names = "--port", description = "Port; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
  private int port = DEFAULT_PORT;

  @Option(
      names = "--host",
      paramLabel = "ADDR",
      description =
          "Address to listen on; other than loopback needs the next three. Default: ${DEFAULT-VALUE}.")
  private String host = "127.0.0.1";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Its first line is the token that clients must know, 16 characters or more.")
  private Path tokenFile;

  @Option(names = "--tls-cert", paramLabel = "PEM", description = "Certificate chain.")
  private Path certificate;

  @Option(names = "--tls-key", paramLabel = "PEM", description = "The certificate's private key.")
  private Path key;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    serve(directory, host, port, access(), output);
    return Exit.DONE;
  }

  /** Null without; token and TLS come together. */
  private Access access() {
    if (tokenFile == null && certificate == null && key == null) {
      return null;
    }
    if (tokenFile == null || certificate == null || key == null) {
      throw new UsageException(
          "--token-file, --tls-cert and --tls-key go together: give all three");
    }
    try {
      return Access.of(tokenFile, certificate, key);
    } catch (IOException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Serves until the process is told to end. */
  static void serve(Path directory, String host, int port, Output output) throws Exception {
    serve(directory, host, port, null, output);
  }

  private static void serve(Path directory, String host, int port, Access access, Output output)
      throws Exception {
    if (!Files.isDirectory(directory)) {
      throw new UsageException("no directory at " + directory + ": check the path");
    }
    Recordings.library(directory);
    if (port < 0 || port > 0xffff) {
      throw new UsageException("--port " + port + ": a port is 0 to 65535");
    }
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (TraceServer server = TraceServer.start(new ServerOptions(directory, host, port, access))) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(asked, closed)));
      output.data("Serving " + directory + " at " + server.uri() + "  (Ctrl+C ends)");
      output.stream().flush();
      asked.await();
    } finally {
      closed.countDown();
    }
  }

  /** The process ends when its hooks do: so this one waits until the server is closed. */
  private static void end(CountDownLatch asked, CountDownLatch closed) {
    asked.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
