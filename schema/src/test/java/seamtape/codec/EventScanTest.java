package seamtape.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Catalog;
import seamtape.event.Event;
import seamtape.event.Phase;

/** Events one after another in a large array, as a scan of a block meets them. */
class EventScanTest {
  private static final int EVENTS = 2000;

  private final EventDecoder decoder = new EventDecoder(EventSchema.current());
  private final String[] texts = new String[EVENTS];
  private final Phase[] phases = new Phase[EVENTS];
  private final int[] starts = new int[EVENTS + 1];
  private byte[] bytes = new byte[EventEncoder.MAX_EVENT_BYTES + (EVENTS << 12)];

  private void fill(long seed) {
    RandomEvents events = new RandomEvents(Catalog.calls(), seed);
    EventEncoder encoder = new EventEncoder();
    Event event = new Event();
    long time = 0;
    for (int i = 0; i < EVENTS; i++) {
      events.next(event);
      starts[i + 1] = encoder.encode(event, time, bytes, starts[i]);
      time = event.time;
      texts[i] = RandomEvents.text(event);
      phases[i] = event.phase;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void areReadAlikeInALargeArrayAndAtItsVeryEnd(long seed) throws Exception {
    fill(seed);
    Event event = new Event();
    long time = 0;
    for (int i = 0; i < EVENTS; i++) {
      int end = starts[i + 1];
      assertEquals(end, decoder.decode(bytes, starts[i], end, time, event));
      assertEquals(texts[i], RandomEvents.text(event));
      byte[] alone = Arrays.copyOfRange(bytes, starts[i], end);
      assertEquals(alone.length, decoder.decode(alone, 0, alone.length, time, event));
      assertEquals(texts[i], RandomEvents.text(event));
      time = event.time;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void areRefusedWhenTheyEndBeyondWhatMayBeRead(long seed) {
    fill(seed);
    Event event = new Event();
    for (int i = 0; i < 300; i++) {
      for (int cut = starts[i]; cut < starts[i + 1]; cut += 1 + (cut - starts[i]) / 8) {
        int from = starts[i];
        int to = cut;
        assertThrows(
            MalformedEventException.class, () -> decoder.decode(bytes, from, to, 0, event));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7, 8, 9})
  void arePassedOverWithTheirTimeAndCallsCounted(long seed) throws Exception {
    fill(seed);
    Random random = new Random(seed);
    int slack = random.nextBoolean() ? 0 : EventDecoder.FAST_BYTES;
    bytes = Arrays.copyOf(bytes, starts[EVENTS] + slack);
    int odds = 1 + random.nextInt(300);
    Selection wanted = EventSchema.current().select((phase, row) -> random.nextInt(odds) == 0);
    Event event = new Event();
    long time = 0;
    int at = 0;
    for (int i = 0; i < EVENTS; ) {
      int most = Math.min(EVENTS - i, 1 + random.nextInt(100));
      at = decoder.skip(bytes, at, starts[EVENTS], time, most, wanted, event);
      int next = i + decoder.skipped();
      assertEquals(starts[next], at);
      long calls = Arrays.stream(phases, i, next).filter(Phase.ENTER::equals).count();
      assertEquals(calls, decoder.skippedCalls());
      time = decoder.timeBefore();
      i = next;
      if (decoder.skipped() < most) {
        at = decoder.decode(bytes, at, starts[EVENTS], time, event);
        assertEquals(texts[i++], RandomEvents.text(event));
        time = event.time;
      }
    }
    assertEquals(starts[EVENTS], at);
  }
}
