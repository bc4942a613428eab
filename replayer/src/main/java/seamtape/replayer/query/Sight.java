package seamtape.replayer.query;

/** How much of a call is looked at, each including the one before. */
enum Sight {
  /** Its row in the catalog. */
  ROW,
  /** Its enter event, copies included. */
  ENTER,
  /** Its return and the calls around it too. */
  CALL;

  static Sight more(Sight a, Sight b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
