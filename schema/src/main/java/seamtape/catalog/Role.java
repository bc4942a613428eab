package seamtape.catalog;

/** What a field is to a replay: what goes in, what comes out, or what it took. */
public enum Role {
  /** Fed again by a replay. */
  STIMULUS,
  /** Compared by a replay. */
  OUTCOME,
  /** Shown in statistics, never compared. */
  COST
}
