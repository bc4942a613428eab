package seamtape.replayer.replay;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import seamtape.replayer.explain.Explanation;

/** Counts the outcomes of an imported recording's ioctls as they are judged. */
final class Score {
  private final Map<Explanation, Long> rows =
      new TreeMap<>(Comparator.comparingInt(Explanation::line));
  private long visibleAgreed;
  private long explained;
  private long unmodelled;
  private long wrong;
  private long pointerAgreed;
  private long pointerExplained;
  private long pointerWrong;
  private long pointerSkipped;
  private long runs;

  void run() {
    runs++;
  }

  void visible(boolean agrees, boolean known, Optional<Explanation> why) {
    if (agrees) {
      visibleAgreed++;
    } else if (why.isPresent()) {
      explained++;
      count(why.get());
    } else if (known) {
      wrong++;
    } else {
      unmodelled++;
    }
  }

  void pointer(boolean agrees, Optional<Explanation> why) {
    if (agrees) {
      pointerAgreed++;
    } else if (why.isPresent()) {
      pointerExplained++;
      count(why.get());
    } else {
      pointerWrong++;
    }
  }

  void skipped(Explanation why) {
    pointerSkipped++;
    count(why);
  }

  /** A row that a call needs, beside others. */
  void count(Explanation row) {
    rows.merge(row, 1L, Long::sum);
  }

  Agreement agreement(HostFacts facts) {
    facts.used().forEach((row, times) -> rows.merge(row, times, Long::sum));
    return new Agreement(
        visibleAgreed,
        explained,
        unmodelled,
        wrong,
        pointerAgreed,
        pointerExplained,
        pointerWrong,
        pointerSkipped,
        facts.count(),
        runs,
        rows);
  }
}
