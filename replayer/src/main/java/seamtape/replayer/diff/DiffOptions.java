package seamtape.replayer.diff;

import java.util.Set;
import java.util.function.LongConsumer;
import seamtape.replayer.symbols.IgnoreRules;

/**
 * @param rules what does not count; for this one comparison
 * @param maxChanges changes kept in the report; all are counted
 * @param progress told how many events were read; for long work
 */
public record DiffOptions(IgnoreRules rules, int maxChanges, LongConsumer progress) {
  /**
   * @param ignored rules as text, without reasons
   */
  public DiffOptions(Set<String> ignored, int maxChanges, LongConsumer progress) {
    this(IgnoreRules.of(ignored), maxChanges, progress);
  }
}
