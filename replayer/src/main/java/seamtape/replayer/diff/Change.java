package seamtape.replayer.diff;

/**
 * One difference.
 *
 * @param a enter event in the first recording, 0 without one
 * @param b enter event in the second recording, 0 without one
 * @param about the value that the call takes, in brackets; empty for others
 * @param field the first field that differs; null for a call that only one side has
 * @param valueA as it is shown; null without one
 * @param root true for a cause; false for what follows from an earlier change
 */
public record Change(
    Kind kind,
    long a,
    long b,
    String actor,
    String call,
    String about,
    String field,
    Object valueA,
    Object valueB,
    boolean root,
    java.util.List<FieldChange> fields) {

  /** What a difference is. */
  public enum Kind {
    CHANGED,
    ONLY_A,
    ONLY_B
  }

  /** One field of a changed call. */
  public record FieldChange(String field, Object valueA, Object valueB) {}
}
