package seamtape.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The files of a recording, for tests that copy or damage them. */
final class TapeOnDisk {
  private TapeOnDisk() {}

  /** The queue's file that holds the blocks. */
  static Path cycle(Path tape) throws IOException {
    try (Stream<Path> files = Files.list(tape.resolve("journal"))) {
      return files.filter(file -> file.toString().endsWith(".cq4")).findFirst().orElseThrow();
    }
  }
}
