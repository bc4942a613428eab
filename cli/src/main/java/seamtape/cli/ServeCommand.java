package seamtape.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.web.ServerOptions;
import seamtape.web.TraceServer;

/** {@code seamtape serve}. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Browse the recordings of a directory in a web browser; this machine only.",
      "The pages also write there: new recordings that you record, import or replay, .trash with "
          + "those that you delete, and notes.json in a recording for its bookmarks and filters. "
          + "Events of a recording are never changed."
    },
    footer = {"", "Examples:", "  seamtape serve .", "  seamtape serve recordings --port 8090"})
final class ServeCommand implements Callable<Integer> {
  static final int DEFAULT_PORT = 7373;

  @Parameters(paramLabel = "DIR", description = "Directory that holds recordings (*.tape).")
  private Path directory;

  @Option(names = "--port", description = "Port; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
  private int port = DEFAULT_PORT;

  @Option(
      names = "--host",
      description = "Loopback address to listen on. Default: ${DEFAULT-VALUE}.")
  private String host = "127.0.0.1";

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    serve(directory, host, port, output);
    return Exit.DONE;
  }

  /** Serves until the process is told to end. */
  static void serve(Path directory, String host, int port, Output output) throws Exception {
    if (!Files.isDirectory(directory)) {
      throw new UsageException("no directory at " + directory + ": check the path");
    }
    if (port < 0 || port > 0xffff) {
      throw new UsageException("--port " + port + ": a port is 0 to 65535");
    }
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (TraceServer server = TraceServer.start(new ServerOptions(directory, host, port))) {
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
