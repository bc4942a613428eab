package seamtape.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Recovery;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;

/** Opens and names recordings for the verbs. */
final class Recordings {
  private static final String SUFFIX = ".tape";

  private Recordings() {}

  static Tape open(Path path) throws TapeException {
    return Tape.open(find(path));
  }

  /** The recording of a name, which may lack its suffix. */
  static Path find(Path path) {
    if (Files.exists(path)) {
      return path;
    }
    Path withSuffix = path.resolveSibling(path.getFileName() + SUFFIX);
    if (Files.isDirectory(withSuffix)) {
      return withSuffix;
    }
    throw new UsageException("no recording at " + path + ": check the path");
  }

  /** The directory a new recording goes to; refuses what is there already. */
  static Path create(Path path) {
    String name = String.valueOf(path.getFileName());
    if (!name.endsWith(SUFFIX)) {
      throw new UsageException(
          "a recording's name ends in " + SUFFIX + ": try -o " + path + SUFFIX);
    }
    if (Recovery.beingRecorded(path)) {
      throw new UsageException(path + ": another process records here: choose another name");
    }
    if (Files.exists(path)) {
      throw new UsageException(path + " exists already: choose another name or remove it first");
    }
    return path;
  }

  /** A directory for recordings, which is none itself. */
  static Path library(Path directory) {
    if (Files.exists(directory.resolve("manifest.json"))) {
      throw new UsageException(
          directory + " is a recording: name the directory that holds it, or another one");
    }
    return directory;
  }

  /** Removes a recording that came to nothing. */
  static void remove(Path path) throws java.io.IOException {
    try (var files = Files.walk(path)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** What every verb that makes a recording says of it. */
  static Map<String, Object> document(Path path, Manifest made) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("recording", path.toString());
    document.put("ioctls", made.totals().ioctls());
    document.put("calls", made.totals().calls());
    document.put("events", made.totals().events());
    document.put("digest", made.digest());
    document.put("bytes", bytes(path));
    return document;
  }

  /** Bytes on disk of all files of a recording. */
  static long bytes(Path path) {
    try (var files = Files.walk(path)) {
      return files.filter(Files::isRegularFile).mapToLong(Recordings::size).sum();
    } catch (java.io.IOException e) {
      return 0;
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (java.io.IOException e) {
      return 0;
    }
  }
}
