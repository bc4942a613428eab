package seamtape.replayer.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TouchIndexTest {
  private static final long EVENTS = 3_000_000;

  @Test
  void noChangeIsMissedHoweverLongTheRecordingAndFewPlacesAreLookedAtInVain() {
    TouchIndex index = new TouchIndex();
    SplittableRandom random = new SplittableRandom(6);
    TreeMap<Integer, TreeSet<Long>> noted = new TreeMap<>();
    for (long event = 1; event < EVENTS; event += 1 + random.nextInt(500)) {
      int page = random.nextInt(1, 200) * random.nextInt(1, 200);
      index.note(List.of(page(page)), event);
      noted.computeIfAbsent(page, key -> new TreeSet<>()).add(event);
    }
    noted.forEach((page, events) -> compare(index, page, events));
    assertEquals(Long.MAX_VALUE, index.next(List.of(page(-1)), 0));
    assertEquals(0, index.previous(List.of(page(-1)), EVENTS));
  }

  private static StatePart page(int page) {
    return new StatePart(StatePart.Kind.PAGE, 0x1000, (long) page << 12);
  }

  private static void compare(TouchIndex index, int page, TreeSet<Long> events) {
    List<StatePart> part = List.of(page(page));
    TreeSet<Long> stretches = new TreeSet<>();
    for (long at = index.next(part, 0); at < Long.MAX_VALUE; ) {
      stretches.add(index.begin(at));
      at = index.next(part, index.end(at));
    }
    TreeSet<Long> back = new TreeSet<>();
    for (long at = index.previous(part, EVENTS); at > 0; ) {
      back.add(index.begin(at));
      at = index.previous(part, index.begin(at) - 1);
    }
    assertEquals(stretches, back);
    for (long event : events) {
      assertTrue(stretches.contains(index.begin(event)), page + " " + event);
    }
    assertTrue(stretches.size() <= 4 * events.size() + 8, "collisions are rare");
  }
}
