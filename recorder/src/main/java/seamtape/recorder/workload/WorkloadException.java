package seamtape.recorder.workload;

/** A workload file is not what it should be: where, what, and what to do. */
public final class WorkloadException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final int line;
  private final int column;

  /**
   * @param line from 1; 0 when the file as a whole is meant
   */
  public WorkloadException(String file, int line, int column, String message) {
    super(line == 0 ? file + ": " + message : file + ":" + line + ":" + column + ": " + message);
    this.file = file;
    this.line = line;
    this.column = column;
  }

  public String file() {
    return file;
  }

  public int line() {
    return line;
  }

  public int column() {
    return column;
  }
}
