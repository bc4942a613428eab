package seamtape.recorder.tape;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The names in a recording's directory. */
final class TapeFiles {
  /** Bytes of a manifest or a schema that is read. */
  static final long MAX_TEXT_BYTES = 16 << 20;

  private TapeFiles() {}

  static Path manifest(Path tape) {
    return tape.resolve("manifest.json");
  }

  static Path schema(Path tape) {
    return tape.resolve("schema.avsc");
  }

  static Path journal(Path tape) {
    return tape.resolve("journal");
  }

  /** Made again whenever it is missing. */
  static Path index(Path tape) {
    return tape.resolve("index");
  }

  static Path staging(Path tape) {
    return tape.resolve("staging");
  }

  static Path lock(Path tape) {
    return tape.resolve("lock");
  }

  /**
   * The files of the queue that hold blocks, oldest first. What is no file is none of them: to open
   * a pipe would wait for ever.
   */
  static List<Path> cycles(Path tape) throws IOException {
    if (!Files.isDirectory(journal(tape))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(journal(tape))) {
      return files
          .filter(file -> file.toString().endsWith(".cq4") && Files.isRegularFile(file))
          .sorted()
          .toList();
    }
  }

  /** Where the next text of a file is written before it replaces the one that is there. */
  static Path fresh(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  /** Replaces a file as a whole: a reader sees the old text or the new one, also after a crash. */
  static void replace(Path file, String text) throws IOException {
    Path fresh = fresh(file);
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    force(file.getParent());
  }

  /**
   * Someone may have removed the directory of an open recording, and the queue may have made part
   * of it anew.
   */
  static void requireThere(Path tape) throws IOException {
    if (!Files.exists(lock(tape)) || !Files.exists(schema(tape))) {
      throw new NoSuchFileException(tape.toString());
    }
  }

  /** Removes a recording that came to nothing; what cannot be removed stays. */
  static void remove(Path tape) {
    try (Stream<Path> files = Files.walk(tape)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      return; // the failure that led here is the one to tell
    }
  }

  /** Makes the names in a directory durable. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
