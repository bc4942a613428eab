package seamtape.sim.workload;

import java.util.List;

/**
 * How a workload went.
 *
 * @param steps that were made
 * @param failed the first of the failed expectations
 * @param failures how many there were
 * @param warnings steps that failed without an {@code expect:} to say so
 */
public record Outcome(
    long steps, List<FailedExpectation> failed, long failures, List<String> warnings) {
  public boolean asExpected() {
    return failures == 0;
  }
}
