package seamtape.replayer.oracle;

/** Oracle cases that cannot be run as they are; the message says what to do. */
public final class OracleException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  OracleException(String message) {
    super(message);
  }
}
