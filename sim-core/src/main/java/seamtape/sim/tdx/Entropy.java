package seamtape.sim.tdx;

/** The module's source of random numbers (RDSEED): SplitMix64, and it can run dry for a while. */
final class Entropy {
  private long state;
  private int failures;

  Entropy(long seed) {
    state = seed;
  }

  void fail(int draws) {
    failures = draws;
  }

  /** True, once per failure asked for, when there is no entropy now. */
  boolean dry() {
    if (failures == 0) {
      return false;
    }
    failures--;
    return true;
  }

  long next() {
    state += 0x9e37_79b9_7f4a_7c15L;
    long z = state;
    z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
    return z ^ z >>> 31;
  }
}
