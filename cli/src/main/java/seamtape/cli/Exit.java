package seamtape.cli;

/** Exit codes of the command; a promise to scripts. */
final class Exit {
  /** Done, whole, same. */
  static final int DONE = 0;

  /** A difference, a divergence, a failed expectation, a damaged recording. */
  static final int DIFFERENT = 1;

  /** Bad usage, or input that is not what it should be. */
  static final int USAGE = 2;

  /** A fault of ours. */
  static final int FAULT = 3;

  private Exit() {}
}
