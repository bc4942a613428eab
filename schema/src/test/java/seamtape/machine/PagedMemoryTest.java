package seamtape.machine;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PagedMemoryTest {
  private static final int PAGE = UserMemory.PAGE_SIZE;

  /** Few enough that ranges overlap, more than the table has slots at first. */
  private static final int NUMBERS = 700;

  @Test
  void holdsThePagesThatAModelHoldsWhateverIsMappedAndUnmapped() {
    Random random = new Random(20261128);
    PagedMemory memory = new PagedMemory();
    TreeMap<Integer, byte[]> model = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      int first = random.nextInt(NUMBERS);
      int count = 1 + random.nextInt(random.nextInt(500) == 0 ? 2 * NUMBERS : 3);
      if (random.nextInt(3) > 0) {
        byte[] page = new byte[PAGE];
        memory.mapPage((long) first * PAGE, page);
        model.put(first, page);
      } else {
        memory.unmap((long) first * PAGE, (long) count * PAGE);
        model.subMap(first, first + count).clear();
      }
      int probe = random.nextInt(NUMBERS);
      assertSame(model.get(probe), memory.page((long) probe * PAGE));
    }
    for (int number = 0; number < NUMBERS; number++) {
      assertSame(model.get(number), memory.page((long) number * PAGE), "page " + number);
    }
  }

  @Test
  void takesAMappingAwayWithoutLookingAtAllTheOthers() {
    PagedMemory memory = new PagedMemory();
    byte[] page = new byte[PAGE];
    int others = 100_000;
    for (int i = 0; i < others; i++) {
      memory.mapPage((long) i * PAGE, page);
    }
    assertTimeout(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < others; i++) {
            memory.mapPage((long) (others + i % 7) * PAGE, page);
          }
        });
    memory.unmap(0, (long) 2 * others * PAGE);
    for (int i = 0; i < others; i++) {
      assertNull(memory.page((long) i * PAGE));
    }
  }
}
