package seamtape.recorder.tape;

import static seamtape.recorder.tape.TapeException.Kind.EXISTS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The passing name of a recording that is made out of another one. What has not become the whole is
 * removed, also when a signal ends the process; kill -9 leaves it, and the next attempt takes its
 * place.
 */
final class Part implements AutoCloseable {
  private final Path path;
  private final Path out;
  private final Thread onSignal;
  private boolean whole;

  /**
   * @throws TapeException when there is something under the name of the whole
   */
  static Path nameFor(Path out) throws TapeException {
    if (Files.exists(out)) {
      throw new TapeException(
          EXISTS, out, "there is something here already; choose another name, or remove it");
    }
    return out.resolveSibling("." + out.getFileName() + ".part");
  }

  Part(Path path, Path out) {
    this.path = path;
    this.out = out;
    onSignal = new Thread(() -> TapeFiles.remove(path), "seamtape-part");
    Runtime.getRuntime().addShutdownHook(onSignal);
  }

  /** Gives it the name of the whole. */
  void becomeWhole() throws IOException {
    Files.move(path, out, StandardCopyOption.ATOMIC_MOVE);
    whole = true;
    TapeFiles.force(out.toAbsolutePath().getParent());
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    } catch (IllegalStateException e) {
      return; // the signal is here
    }
    if (!whole) {
      TapeFiles.remove(path);
    }
  }
}
