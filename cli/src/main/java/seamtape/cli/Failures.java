package seamtape.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;

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
    String words = e.getMessage() == null ? e.toString() : e.getMessage();
    return e instanceof TapeException tape ? words + whatToDo(tape) : words;
  }

  /** What is wrong with a recording, without its path, which may be any words. */
  static String withoutPath(TapeException e) {
    return e.getMessage().substring(e.path().toString().length());
  }

  private static String whatToDo(TapeException e) {
    String words = withoutPath(e);
    boolean told = words.contains("recover") || words.contains("seamtape verify");
    return switch (e.kind()) {
      case TRUNCATED, CHECKSUM, SEQUENCE, MALFORMED, SCHEMA_UNKNOWN ->
          told ? "" : "; seamtape recover saves what is whole";
      case NOT_A_RECORDING ->
          Files.isDirectory(e.path().resolve("journal"))
              ? "; seamtape recover saves what is whole"
              : "";
      case IO -> leftOpen(e.path()) ? "; what came before is kept: seamtape recover seals it" : "";
      default -> "";
    };
  }

  /** True of a recording whose writer has failed. */
  private static boolean leftOpen(Path tape) {
    try {
      return Tape.manifestOf(tape).state() == Manifest.State.OPEN;
    } catch (TapeException e) {
      return false;
    }
  }
}
