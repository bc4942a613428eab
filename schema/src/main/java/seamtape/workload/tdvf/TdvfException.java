package seamtape.workload.tdvf;

/** A firmware image that no TD can be built from; the message is one line for its user. */
public final class TdvfException extends Exception {
  private static final long serialVersionUID = 1L;

  TdvfException(String message) {
    super(message);
  }
}
