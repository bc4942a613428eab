package seamtape.replayer.diff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import seamtape.recorder.tape.Damage;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.Verification;
import seamtape.replayer.symbols.StableFields;

/**
 * Compares two recordings. Calls are aligned per actor; what two runs of the same workload cannot
 * have in common (time, fd numbers, addresses) does not count.
 */
public final class Diff {
  /** Events read of one recording before the other has its turn. */
  private static final int PIECE = 1 << 14;

  private final Tape a;
  private final Tape b;
  private final DiffOptions options;
  private final List<Change> changes = new ArrayList<>();
  private long matched;
  private long changed;
  private long onlyA;
  private long onlyB;
  private long roots;

  private Diff(Tape a, Tape b, DiffOptions options) {
    this.a = a;
    this.b = b;
    this.options = options;
  }

  /**
   * @throws TapeException where a recording is damaged
   */
  public static DiffReport compare(Tape a, Tape b, DiffOptions options) throws TapeException {
    if (!sameDigest(a, b)) {
      return new Diff(a, b, options).run();
    }
    prove(a);
    prove(b);
    return new DiffReport(
        true, a.index().callCount(), 0, 0, 0, 0, null, List.of(), Between.of(a, b), List.of());
  }

  /** Sealed recordings with one digest have the same events; there is nothing to align. */
  private static boolean sameDigest(Tape a, Tape b) {
    String digest = a.manifest().digest();
    return !digest.isEmpty() && digest.equals(b.manifest().digest());
  }

  /** A digest is what the writer claimed; the events are those only where they still give it. */
  private static void prove(Tape tape) throws TapeException {
    Verification found = Verification.of(tape.path());
    if (!found.whole()) {
      Damage first = found.damage().get(0);
      throw new TapeException(
          TapeException.Kind.CHECKSUM,
          tape.path(),
          Math.max(first.fromEvent(), 0),
          "is damaged (" + first.text() + "): seamtape verify tells all of it",
          null);
    }
  }

  private DiffReport run() throws TapeException {
    StableFields stable = new StableFields(options.rules());
    List<Difference> found = new ArrayList<>();
    try (CallStreams left = new CallStreams(a, stable, options.progress());
        CallStreams right = new CallStreams(b, stable, options.progress())) {
      align(left, right, found);
    }
    describe(found, stable);
    return report();
  }

  /** Both recordings side by side, a piece of each at a time: what is aligned is let go. */
  private void align(CallStreams left, CallStreams right, List<Difference> found)
      throws TapeException {
    Map<String, Collector> actors = new LinkedHashMap<>();
    while (!left.ended() || !right.ended()) {
      left.read(PIECE);
      right.read(PIECE);
      Set<String> met = new LinkedHashSet<>(left.actors());
      met.addAll(right.actors());
      for (String actor : met) {
        actors
            .computeIfAbsent(actor, key -> new Collector(key, left.get(key), right.get(key), found))
            .align(left.ended(), right.ended());
      }
    }
    Map<String, Integer> ranks = new HashMap<>();
    actors.keySet().forEach(actor -> ranks.put(actor, ranks.size()));
    found.sort(
        Comparator.comparingLong(Difference::order)
            .thenComparingInt(difference -> ranks.get(difference.actor())));
  }

  private void describe(List<Difference> found, StableFields stable) throws TapeException {
    Causes causes = new Causes(enters(found));
    try (CallPairs pairs = new CallPairs(a, b, stable)) {
      for (Difference difference : found) {
        if (changes.size() == options.maxChanges()) {
          return;
        }
        Change change = pairs.describe(difference, causes);
        if (change == null) {
          forget(difference.kind());
        } else {
          changes.add(change);
          roots += change.root() ? 1 : 0;
        }
      }
    }
  }

  /** Rules cover a difference: a call of both sides counts as matched. */
  private void forget(Change.Kind kind) {
    switch (kind) {
      case CHANGED -> {
        changed--;
        matched++;
      }
      case ONLY_A -> onlyA--;
      case ONLY_B -> onlyB--;
    }
  }

  private static Set<Long> enters(List<Difference> found) {
    Set<Long> enters = new HashSet<>();
    for (Difference difference : found) {
      enters.add(difference.a());
      enters.add(Causes.ofB(difference.b()));
    }
    return enters;
  }

  private DiffReport report() {
    boolean same = changed + onlyA + onlyB == 0;
    Change first = changes.isEmpty() ? null : changes.get(0);
    return new DiffReport(
        same,
        matched,
        changed,
        onlyA,
        onlyB,
        roots,
        first,
        List.copyOf(changes),
        Between.of(a, b),
        options.rules().unmet());
  }

  /** A difference before it is put into words. */
  record Difference(
      Change.Kind kind, String actor, long order, long a, long returnA, long b, long returnB) {}

  private final class Collector implements Alignment.Visitor {
    private final String actor;
    private final CallStream one;
    private final CallStream other;
    private final List<Difference> found;
    private final Alignment alignment;
    private long lastA;

    Collector(String actor, CallStream one, CallStream other, List<Difference> found) {
      this.actor = actor;
      this.one = one;
      this.other = other;
      this.found = found;
      this.alignment = new Alignment(one, other);
    }

    void align(boolean endedA, boolean endedB) {
      alignment.walk(this, endedA, endedB);
    }

    @Override
    public void pair(int i, int j) {
      matched++;
      lastA = one.enter(i);
      boolean same = one.asked(i) == other.asked(j) && one.answered(i) == other.answered(j);
      if (!same) {
        matched--;
        changed++;
        add(Change.Kind.CHANGED, i, j);
      }
    }

    @Override
    public void onlyA(int i) {
      onlyA++;
      lastA = one.enter(i);
      add(Change.Kind.ONLY_A, i, -1);
    }

    @Override
    public void onlyB(int j) {
      onlyB++;
      add(Change.Kind.ONLY_B, -1, j);
    }

    private void add(Change.Kind kind, int i, int j) {
      if (found.size() < 4L * options.maxChanges()) {
        found.add(
            new Difference(
                kind,
                actor,
                lastA,
                i < 0 ? 0 : one.enter(i),
                i < 0 ? 0 : one.returns(i),
                j < 0 ? 0 : other.enter(j),
                j < 0 ? 0 : other.returns(j)));
      }
    }
  }
}
