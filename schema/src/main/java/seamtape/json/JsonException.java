package seamtape.json;

/** A text that is not JSON, or beyond a limit of {@link Json}; line and column count from 1. */
public final class JsonException extends IllegalArgumentException {
  private final int line;
  private final int column;

  JsonException(String message, int line, int column) {
    super("line " + line + ", column " + column + ": " + message);
    this.line = line;
    this.column = column;
  }

  public int line() {
    return line;
  }

  public int column() {
    return column;
  }
}
