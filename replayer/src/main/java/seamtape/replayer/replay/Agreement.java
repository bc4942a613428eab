package seamtape.replayer.replay;

/**
 * How much of an imported recording the machine answered as the recorded kernel did. Ioctls by what
 * the log shows of them; KVM_RUN apart, since its exits are taken from the recording.
 *
 * @param visibleAgreed argument in the log, same answer
 * @param visibleDiffered argument in the log, another answer
 * @param pointerAgreed argument logged as a pointer, replayed with a neutral one, same outcome
 * @param pointerDiffered the same, another outcome
 * @param pointerSkipped argument logged as a pointer and no neutral one exists: not replayed
 * @param hostFacts answers that described the recorded host and were given to the machine
 * @param runs KVM_RUN calls whose exit was taken from the recording
 */
public record Agreement(
    long visibleAgreed,
    long visibleDiffered,
    long pointerAgreed,
    long pointerDiffered,
    long pointerSkipped,
    long hostFacts,
    long runs) {

  /** Of the ioctls with visible arguments that could be checked; 0..1. */
  public double visibleShare() {
    long all = visibleAgreed + visibleDiffered;
    return all == 0 ? 1 : (double) visibleAgreed / all;
  }
}
