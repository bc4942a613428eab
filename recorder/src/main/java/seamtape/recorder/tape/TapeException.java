package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.file.Path;
import seamtape.event.Event;

/** What is wrong with a recording, where, and what to do, in one sentence. */
public final class TapeException extends IOException {
  /** What can be wrong. */
  public enum Kind {
    /** No recording at this place, or one without its manifest. */
    NOT_A_RECORDING,
    /** Written by a newer build. */
    VERSION,
    /** The writer's schema is missing or is not one of events. */
    SCHEMA_UNKNOWN,
    /** Ends before it should. */
    TRUNCATED,
    /** Stored bytes differ from what was written. */
    CHECKSUM,
    /** Blocks or events are missing or out of order. */
    SEQUENCE,
    /** Bytes with the right checksum that are not what they claim to be. */
    MALFORMED,
    /** Another writer has it. */
    LOCKED,
    /** Nothing is wrong with what was to be mended. */
    WHOLE,
    /** There is something at the place of a new recording. */
    EXISTS,
    /** The system failed to read or write. */
    IO
  }

  private final Kind kind;
  private final Path path;
  private final long event;

  public TapeException(Kind kind, Path path, String message) {
    this(kind, path, 0, message, null);
  }

  public TapeException(Kind kind, Path path, long event, String message, Throwable cause) {
    super(path + ": " + message, cause);
    this.kind = kind;
    this.path = path;
    this.event = event;
  }

  /** An event whose row this build's catalog has not, or not with these fields. */
  public static TapeException otherCatalog(Path path, Event event, String doing) {
    String what =
        "event %d, %s, is of another catalog: this build cannot %s it"
            .formatted(event.number, event.call.label(), doing);
    return new TapeException(
        Kind.VERSION, path, event.number, what + "; use the one that recorded it", null);
  }

  static TapeException io(Path path, String doing, Throwable cause) {
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    boolean named = cause instanceof java.nio.file.FileSystemException;
    String reason = named ? ((java.nio.file.FileSystemException) cause).getReason() : why;
    if (cause instanceof java.nio.file.AccessDeniedException) {
      reason = "permission denied";
    }
    if (cause instanceof java.nio.file.NoSuchFileException) {
      reason = "no such file or directory";
    }
    if (cause instanceof java.nio.file.FileAlreadyExistsException) {
      reason = "there is a file, or a link to nowhere, of this name";
    }
    String kind = cause.getClass().getSimpleName();
    return new TapeException(
        Kind.IO, path, 0, "cannot " + doing + ": " + (reason == null ? kind : reason), cause);
  }

  public Kind kind() {
    return kind;
  }

  /** The recording. */
  public Path path() {
    return path;
  }

  /** The first event concerned; 0 where it is none or unknown. */
  public long event() {
    return event;
  }
}
