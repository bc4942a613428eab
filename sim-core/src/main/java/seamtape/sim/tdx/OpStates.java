package seamtape.sim.tdx;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdOpState;

/** The catalog's states of each leaf as bit sets: asked on every call. */
final class OpStates {
  private static final int[] ALLOWED = new int[128];

  static {
    for (Seamcall leaf : Seamcall.values()) {
      if (leaf.number() >= 0 && leaf.number() < ALLOWED.length) {
        for (TdOpState state : leaf.opStates()) {
          ALLOWED[leaf.number()] |= 1 << state.value();
        }
      }
    }
  }

  private OpStates() {}

  static boolean allows(Seamcall leaf, TdOpState state) {
    return (ALLOWED[leaf.number()] >>> state.value() & 1) != 0;
  }
}
