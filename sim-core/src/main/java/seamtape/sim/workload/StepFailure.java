package seamtape.sim.workload;

/** A step cannot be made: a name without value, memory that is not mapped. Ends that step only. */
final class StepFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StepFailure(String message) {
    super(message, null, false, false);
  }
}
