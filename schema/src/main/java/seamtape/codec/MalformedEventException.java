package seamtape.codec;

import java.io.IOException;

/** Bytes that are not an event of the schema, or a schema that is not one of events. */
public final class MalformedEventException extends IOException {
  private final int position;

  MalformedEventException(String message, int position) {
    super(message);
    this.position = position;
  }

  /** Offset in the decoded array; -1 where the schema is at fault. */
  public int position() {
    return position;
  }
}
