package seamtape.cli;

/** What the caller can mend: the message says what is wrong, where, and what to do. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
