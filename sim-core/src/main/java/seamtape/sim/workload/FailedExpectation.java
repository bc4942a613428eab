package seamtape.sim.workload;

import seamtape.workload.Position;

/**
 * A step that gave something else than its {@code expect:} says.
 *
 * @param step the call, with the field or exit that differs
 * @param expected empty for a step that could not be made at all
 */
public record FailedExpectation(
    String file, Position position, String step, String expected, String got) {
  @Override
  public String toString() {
    String what = expected.isEmpty() ? got : "expected " + expected + ", got " + got;
    return file + ":" + position + ": " + step + ": " + what;
  }
}
