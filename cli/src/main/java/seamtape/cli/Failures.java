package seamtape.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What went wrong with a file, in words that say what to do. */
final class Failures {
  private Failures() {}

  static String words(Exception e) {
    if (e instanceof NoSuchFileException missing) {
      return "no such file: " + missing.getFile() + ": check the path";
    }
    if (e instanceof AccessDeniedException denied) {
      return "permission denied: " + denied.getFile();
    }
    if (e instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " exists already: choose another name or remove it first";
    }
    if (e instanceof FileSystemException other) {
      return other.getFile() + ": " + other.getReason();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
