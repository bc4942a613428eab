package seamtape.sim.oracle;

/**
 * How a case went.
 *
 * @param kind agreed, disagreed or skipped
 * @param expected of a disagreement; the reason of a skipped case
 */
record OracleOutcome(Kind kind, String expected, String got) {
  enum Kind {
    AGREED,
    DISAGREED,
    SKIPPED
  }

  static OracleOutcome agreed() {
    return new OracleOutcome(Kind.AGREED, "", "");
  }

  static OracleOutcome disagreed(String expected, String got) {
    return new OracleOutcome(Kind.DISAGREED, expected, got);
  }

  static OracleOutcome skipped(String reason) {
    return new OracleOutcome(Kind.SKIPPED, reason, "");
  }
}
