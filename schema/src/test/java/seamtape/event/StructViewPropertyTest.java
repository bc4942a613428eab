package seamtape.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Input;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;

/** Every struct of the catalog, with random bytes, whole and in pieces. */
class StructViewPropertyTest {
  private static final int ROUNDS = 40;

  static Stream<StructLayout> layouts() {
    return Structs.all().stream();
  }

  private static Event copies(byte[] bytes, int[] cuts) {
    Event event = new Event().input(Input.USER_MEMORY, 0, 0);
    for (int i = 0; i + 1 < cuts.length; i += 2) {
      event.copy(cuts[i], bytes, cuts[i], cuts[i + 1] - cuts[i]);
    }
    return event;
  }

  /** Selectors take values that matter more often than chance would have it. */
  private static byte[] random(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    for (int i = 0; i < Math.min(size, 48); i += 4) {
      if (random.nextBoolean()) {
        bytes[i] = (byte) random.nextInt(12);
        bytes[Math.min(size - 1, i + 1)] = 0;
        bytes[Math.min(size - 1, i + 2)] = 0;
        bytes[Math.min(size - 1, i + 3)] = 0;
      }
    }
    return bytes;
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void fieldsThatAreShownNeverOverlay(StructLayout layout) {
    Random random = new Random(layout.name().hashCode());
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = random(random, layout.size() + 100);
      CopiedBytes copied = new CopiedBytes(copies(bytes, new int[] {0, bytes.length}));
      StructView view = new StructView(copied, random.nextBoolean(), Map.of());
      view.struct(layout, 0, layout.name());
      List<FieldSpan> spans = new ArrayList<>(view.spans());
      spans.sort(Comparator.comparingInt(FieldSpan::offset));
      for (int i = 1; i < spans.size(); i++) {
        FieldSpan before = spans.get(i - 1);
        FieldSpan next = spans.get(i);
        boolean bits = before.length() == 1 && before.offset() == next.offset();
        assertTrue(bits || before.offset() + before.length() <= next.offset(), before + " " + next);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void whatIsKnownInPiecesIsShownAsInTheWhole(StructLayout layout) {
    Random random = new Random(~layout.name().hashCode());
    byte[] bytes = random(random, layout.size());
    for (int round = 0; round < ROUNDS; round++) {
      int first = random.nextInt(layout.size() + 1);
      int second = first + random.nextInt(layout.size() + 1 - first);
      int third = second + random.nextInt(layout.size() + 1 - second);
      CopiedBytes pieces = new CopiedBytes(copies(bytes, new int[] {0, first, second, third}));
      StructView view = new StructView(pieces, false, Map.of());
      Map<String, Object> fields = view.struct(layout, 0, layout.name());
      boolean anything = first > 0 || third > second;
      assertFalse(!anything && !fields.isEmpty() && leaves(fields.values()) > 0);
      for (FieldSpan span : view.spans()) {
        assertTrue(span.copy() >= 0 && span.offset() >= 0, span.toString());
      }
      for (String path : view.unknown()) {
        assertTrue(path.startsWith(layout.name() + "."), path);
      }
    }
  }

  private static int leaves(Collection<?> values) {
    int count = 0;
    for (Object value : values) {
      if (value instanceof Map<?, ?> map) {
        count += leaves(map.values());
      } else if (value instanceof List<?> list) {
        count += leaves(list);
      } else if (value != null) {
        count++;
      }
    }
    return count;
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void pathsOfSpansAreThoseOfTheLayout(StructLayout layout) {
    byte[] bytes = random(new Random(7), layout.size());
    CopiedBytes copied = new CopiedBytes(copies(bytes, new int[] {0, bytes.length}));
    StructView view = new StructView(copied, false, Map.of());
    view.struct(layout, 0, layout.name());
    for (FieldSpan span : view.spans()) {
      String path = span.path().substring(layout.name().length() + 1);
      StructLayout.Place place =
          layout.locate(path).orElseThrow(() -> new AssertionError(span.path()));
      assertEquals(place.offset(), span.offset(), path);
    }
  }
}
