package seamtape.sim.kvm.sev;

import java.util.BitSet;

/**
 * The address space ids of encrypted guests: 1 to min-1 for SEV-ES and SNP, min to max for plain
 * SEV. One that was freed is used again only after a flush, which comes when a range has no other.
 */
final class AsidPool {
  private final int min;
  private final int max;
  private final BitSet used = new BitSet();
  private final BitSet reclaim = new BitSet();

  /**
   * @param min lowest ASID of a plain SEV guest
   * @param max highest ASID
   */
  AsidPool(int min, int max) {
    this.min = min;
    this.max = max;
  }

  /** A free ASID; 0 when all are in use. */
  int take(boolean es) {
    int first = es ? 1 : min;
    int last = es ? min - 1 : max;
    int asid = used.nextClearBit(first);
    if (asid > last && flushed(first, last)) {
      asid = used.nextClearBit(first);
    }
    if (asid > last) {
      return 0;
    }
    used.set(asid);
    return asid;
  }

  /** WBINVD and DF_FLUSH make every freed ASID usable; false when the range has none to reclaim. */
  private boolean flushed(int first, int last) {
    int freed = reclaim.nextSetBit(first);
    if (freed < 0 || freed > last) {
      return false;
    }
    used.andNot(reclaim);
    reclaim.clear();
    return true;
  }

  void free(int asid) {
    reclaim.set(asid);
  }

  /** True for an ASID that only SEV-ES and SNP guests may have. */
  boolean forEs(int asid) {
    return asid < min;
  }
}
