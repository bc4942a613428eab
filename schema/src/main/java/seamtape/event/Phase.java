package seamtape.event;

/** The three kinds of events. */
public enum Phase {
  /** A call begins: its stimuli. */
  ENTER,
  /** A call ends: its outcomes and costs. */
  RETURN,
  /** What is neither, but shapes behaviour. */
  INPUT
}
