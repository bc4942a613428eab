package seamtape.replayer.replay;

import java.util.Map;
import seamtape.replayer.explain.Explanation;

/**
 * How much of an imported recording the machine answered as the recorded kernel did. Ioctls by what
 * the log shows of them; KVM_RUN apart, since its exits are taken from the recording.
 *
 * @param visibleAgreed argument in the log, same answer
 * @param explained argument in the log, another answer, and a row of the explanations says why
 * @param unmodelled the same of a call that the machine does not know
 * @param wrong argument in the log, another answer, and nothing says why
 * @param pointerAgreed argument logged as a pointer, replayed with a neutral one, same outcome
 * @param pointerExplained the same, another outcome that a row explains
 * @param pointerWrong the same, another outcome that nothing explains
 * @param pointerSkipped argument logged as a pointer and no neutral one exists: not replayed
 * @param hostFacts answers that described the recorded host and were given to the machine
 * @param runs KVM_RUN calls whose exit was taken from the recording
 * @param rows of the explanations, and how often each was needed
 */
public record Agreement(
    long visibleAgreed,
    long explained,
    long unmodelled,
    long wrong,
    long pointerAgreed,
    long pointerExplained,
    long pointerWrong,
    long pointerSkipped,
    long hostFacts,
    long runs,
    Map<Explanation, Long> rows) {

  /** Another answer than the recorded one, for whatever reason. */
  public long visibleDiffered() {
    return explained + unmodelled + wrong;
  }

  public long pointerDiffered() {
    return pointerExplained + pointerWrong;
  }

  /** Of the ioctls with visible arguments that could be checked; 0..1. */
  public double visibleShare() {
    long all = visibleAgreed + visibleDiffered();
    return all == 0 ? 1 : (double) visibleAgreed / all;
  }
}
