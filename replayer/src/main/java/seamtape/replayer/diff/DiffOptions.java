package seamtape.replayer.diff;

import java.util.Set;
import java.util.function.LongConsumer;

/**
 * @param ignored fields that do not count, by name ("apic_base") or path ("msr.data")
 * @param maxChanges changes kept in the report; all are counted
 * @param progress told how many events were read; for long work
 */
public record DiffOptions(Set<String> ignored, int maxChanges, LongConsumer progress) {
  /** Nothing ignored but time, which never counts. */
  public static final DiffOptions DEFAULT = new DiffOptions(Set.of(), 10_000, events -> {});
}
