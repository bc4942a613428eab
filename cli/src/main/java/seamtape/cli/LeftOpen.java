package seamtape.cli;

import java.nio.file.Path;

/** Says what is left when a signal ends the recording of a workload: nothing that was appended. */
final class LeftOpen implements AutoCloseable {
  private final Thread hook;

  LeftOpen(Path recording) {
    hook =
        new Thread(
            () ->
                System.err.println(
                    "seamtape: stopped: "
                        + recording
                        + " is an open recording with every event so far; seamtape recover "
                        + recording
                        + " -o NEW.tape seals a copy"),
            "seamtape-left-open");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the signal is here: the hook speaks
    }
  }
}
