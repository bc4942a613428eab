package seamtape.recorder.log;

import java.io.IOException;

/** Input that cannot be imported at all: one line that says where, what and what to do. */
public final class ImportException extends IOException {
  private static final long serialVersionUID = 1;

  private final String file;
  private final long line;

  /**
   * @param line line number from 1; 0 when the trouble is with the file as a whole
   */
  public ImportException(String file, long line, String text) {
    super(Warnings.printable(line > 0 ? file + ":" + line + ": " + text : file + ": " + text));
    this.file = file;
    this.line = line;
  }

  public String file() {
    return file;
  }

  public long line() {
    return line;
  }
}
