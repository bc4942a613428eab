package seamtape.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code seamtape demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "The whole job on bundled input: import a real QEMU run and ask the simulator the same on two"
          + " kernels, record the bundled workloads twice, replay them, diff one over two kernels,"
          + " then browse it all.",
    },
    footer = {"", "Examples:", "  seamtape demo", "  seamtape demo /tmp/tapes --no-serve"})
final class DemoCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "Where the recordings go. Default: ${DEFAULT-VALUE}.")
  private Path directory = Path.of("seamtape-demo");

  @Option(names = "--no-serve", description = "End after the report.")
  private boolean noServe;

  @Option(
      names = "--port",
      description = "Port of the browser; 0 takes a free one. Default: ${DEFAULT-VALUE}.")
  private int port = ServeCommand.DEFAULT_PORT;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(Recordings.library(directory));
    Demo demo = new Demo(directory, output);
    boolean good = demo.run();
    output.document(document(demo));
    boolean serves = !noServe && Output.terminal() && !output.json;
    if (serves) {
      ServeCommand.serve(directory, "127.0.0.1", port, output);
    } else {
      output.line("");
      output.line("Browse it:  ./seamtape serve " + directory);
    }
    return good ? Exit.DONE : Exit.DIFFERENT;
  }

  private Map<String, Object> document(Demo demo) throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("directory", directory.toString());
    document.putAll(demo.facts());
    return document;
  }
}
