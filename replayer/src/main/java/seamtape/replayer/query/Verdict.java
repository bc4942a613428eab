package seamtape.replayer.query;

/** What a condition comes to when only a part of a call is known. */
enum Verdict {
  NO,
  MAYBE,
  YES;

  static Verdict of(boolean passes) {
    return passes ? YES : NO;
  }

  Verdict and(Verdict other) {
    return compareTo(other) <= 0 ? this : other;
  }

  Verdict or(Verdict other) {
    return compareTo(other) >= 0 ? this : other;
  }

  Verdict xor(Verdict other) {
    return this == MAYBE || other == MAYBE ? MAYBE : of(this != other);
  }

  Verdict not() {
    return values()[YES.ordinal() - ordinal()];
  }
}
