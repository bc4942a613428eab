package seamtape.recorder.live;

/** Why a workload cannot be made live, in one line that says what to do. */
public final class LiveException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public LiveException(String message) {
    super(message);
  }
}
