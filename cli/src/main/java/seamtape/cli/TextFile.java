package seamtape.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Small text files that a person names on the command line. */
final class TextFile {
  private static final long MAX_BYTES = 1 << 20;

  private TextFile() {}

  /**
   * @throws UsageException for a file that is no text of at most {@link #MAX_BYTES}
   */
  static List<String> lines(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new UsageException(file + ": larger than 1 MiB");
    }
    try {
      return Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new UsageException(file + ": not text in UTF-8");
    }
  }

  /** Writes beside the file and takes its place, so that there is no half file. */
  static void replace(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.writeString(fresh, text);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
