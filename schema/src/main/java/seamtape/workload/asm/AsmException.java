package seamtape.workload.asm;

/** An assembly text that is not what it should be; line and column count from 1. */
public final class AsmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  AsmException(int line, int column, String message) {
    super(message);
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
