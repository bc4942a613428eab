package seamtape.replayer.shape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PyramidTest {
  private static List<Item> leaves(SplittableRandom random, int count) {
    List<Item> leaves = new ArrayList<>();
    long time = 0;
    for (int i = 0; i < count; i++) {
      long start = time + random.nextLong(random.nextInt(50) == 0 ? 10_000 : 3);
      time = start + random.nextLong(1, 40);
      long errors = random.nextInt(20) == 0 ? 1 : 0;
      long event = 2L * i + 1;
      leaves.add(
          new Item(start, time, 64, errors, event, i % 7, errors * event, random.nextLong(9)));
    }
    return leaves;
  }

  private static Pyramid of(List<Item> leaves) {
    Pyramid pyramid = new Pyramid();
    leaves.forEach(pyramid::add);
    return pyramid;
  }

  private static boolean overlaps(Item item, long from, long to) {
    return item.end() >= from && item.start() <= to;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 63, 64, 65, 512, 513, 5000})
  void givesEveryLeafWhenNoBinIsWiderThanOne(int count) {
    SplittableRandom random = new SplittableRandom(count);
    List<Item> leaves = leaves(random, count);
    Pyramid pyramid = of(leaves);
    for (int i = 0; i < 40; i++) {
      long from = random.nextLong(50_000);
      long to = from + random.nextLong(20_000);
      List<Item> expected = leaves.stream().filter(leaf -> overlaps(leaf, from, to)).toList();
      assertEquals(expected, pyramid.within(from, to, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 64, 700, 5000})
  void losesNoCallAndNoErrorWhateverTheBin(int count) {
    List<Item> leaves = leaves(new SplittableRandom(count), count);
    Pyramid pyramid = of(leaves);
    for (long bin = 1; bin < 1 << 24; bin *= 3) {
      List<Item> found = pyramid.within(0, Long.MAX_VALUE, bin);
      assertEquals(64L * count, found.stream().mapToLong(Item::count).sum());
      assertEquals(
          leaves.stream().mapToLong(Item::errors).sum(),
          found.stream().mapToLong(Item::errors).sum());
      for (Item item : found) {
        assertTrue(item.count() == 64 || item.end() - item.start() < bin, "wider than its bin");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void drawsASpanAtACostOfItsBins(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Pyramid pyramid = of(leaves(random, 100_000));
    long last = pyramid.leaves().end(99_999);
    for (int bins = 16; bins <= 4096; bins *= 4) {
      List<Item> found = pyramid.within(0, last, last / bins);
      assertTrue(found.size() < 2 * Pyramid.FAN * bins, found.size() + " items in " + bins);
    }
  }
}
