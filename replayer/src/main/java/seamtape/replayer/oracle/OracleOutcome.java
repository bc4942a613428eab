package seamtape.replayer.oracle;

/**
 * How a case went.
 *
 * @param expected of a disagreement: what differs, as the file has it
 * @param got the same as the machine has it
 * @param reason why it was skipped or refused; empty for the others
 */
record OracleOutcome(Kind kind, Object expected, Object got, String reason) {
  enum Kind {
    AGREED,
    DISAGREED,
    SKIPPED,
    REFUSED
  }

  static OracleOutcome agreed() {
    return new OracleOutcome(Kind.AGREED, null, null, "");
  }

  static OracleOutcome disagreed(Object expected, Object got) {
    return new OracleOutcome(Kind.DISAGREED, expected, got, "");
  }

  static OracleOutcome skipped(String reason) {
    return new OracleOutcome(Kind.SKIPPED, null, null, reason);
  }

  static OracleOutcome refused(String reason) {
    return new OracleOutcome(Kind.REFUSED, null, null, reason);
  }
}
