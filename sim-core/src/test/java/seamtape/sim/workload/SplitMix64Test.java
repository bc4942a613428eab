package seamtape.sim.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SplitMix64Test {
  /** From the reference implementation. */
  @Test
  void givesTheKnownNumbersOfSeedZero() {
    SplitMix64 random = new SplitMix64(0);
    assertEquals(0xe220a8397b1dcdafL, random.next());
    assertEquals(0x6e789e6aa1b965f4L, random.next());
    assertEquals(0x06c45d188009454fL, random.next());
  }

  @Test
  void drawsEveryNumberBelowABound() {
    SplitMix64 random = new SplitMix64(1);
    int[] drawn = new int[7];
    for (int i = 0; i < 7000; i++) {
      drawn[random.below(7)]++;
    }
    for (int count : drawn) {
      assertTrue(count > 850 && count < 1150, "about a thousand each, not " + count);
    }
  }
}
