package seamtape.codec;

import java.util.function.BiPredicate;
import seamtape.catalog.Call;
import seamtape.event.Phase;

/** The rows and phases of a schema that a reader wants; it passes over the others. */
public final class Selection {
  private final boolean[] branches;

  private Selection(boolean[] branches) {
    this.branches = branches;
  }

  static Selection of(EventSchema schema, BiPredicate<Phase, Call> wanted) {
    boolean[] branches = new boolean[schema.branchCount()];
    for (int i = 0; i < branches.length; i++) {
      branches[i] = wanted.test(schema.branch(i).phase(), schema.branch(i).call());
    }
    return new Selection(branches);
  }

  boolean[] branches() {
    return branches;
  }
}
