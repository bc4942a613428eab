package seamtape.replayer.explain;

import java.util.List;
import java.util.Map;

/**
 * One row of {@code fixtures/explanations.csv}.
 *
 * @param call name of the call
 * @param field that differs; {@code *} for any
 * @param rule conditions that must all hold
 * @param use what a replay does with it: accept the difference, give the recorded answer to the
 *     machine as a fact of its host, or skip the call
 * @param reason host, kernel version, or missing log data
 * @param words what of it
 * @param source where that can be read
 */
public record Explanation(
    int line,
    String call,
    String field,
    String rule,
    Use use,
    String reason,
    String words,
    String source) {
  /** What a replay does with a row. */
  public enum Use {
    ACCEPT,
    GIVE,
    SKIP;

    /** As the table has it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private static final List<String> REASONS = List.of("host", "kernel version", "missing log data");

  public Explanation {
    if (!REASONS.contains(reason)) {
      throw new IllegalArgumentException("line " + line + ": reason is none of " + REASONS);
    }
    if (source.isBlank() || words.isBlank()) {
      throw new IllegalArgumentException("line " + line + ": no words or no source");
    }
    Condition.parse(rule);
  }

  boolean matches(String theCall, String theField, Map<String, Object> facts) {
    return call.equals(theCall)
        && (field.equals("*") || field.equals(theField))
        && Condition.parse(rule).stream().allMatch(condition -> condition.holds(facts));
  }

  /** Reason and words in one. */
  public String text() {
    return reason + ": " + words;
  }
}
