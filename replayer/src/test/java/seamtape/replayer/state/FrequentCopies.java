package seamtape.replayer.state;

/** An index that copies the state often, for recordings too short for the usual interval. */
public final class FrequentCopies {
  private FrequentCopies() {}

  /**
   * @param interval events between two copies
   */
  public static StateIndex every(long interval) {
    return new StateIndex(1L << 30, interval);
  }
}
