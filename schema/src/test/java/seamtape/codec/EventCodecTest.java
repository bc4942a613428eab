package seamtape.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.event.Event;
import seamtape.event.Phase;

class EventCodecTest {
  private final EventEncoder encoder = new EventEncoder();
  private final EventDecoder decoder = new EventDecoder(EventSchema.current());
  private final AvroEvents avro = new AvroEvents(EventSchema.current().text());
  private final byte[] buffer = new byte[EventEncoder.MAX_EVENT_BYTES];

  private byte[] encode(Event event, long previousTime) {
    int end = encoder.encode(event, previousTime, buffer, 0);
    assertTrue(end <= EventEncoder.maxBytes(event));
    return Arrays.copyOf(buffer, end);
  }

  @Test
  void givesBackEveryRowInEveryPhase() throws IOException {
    RandomEvents events = new RandomEvents(Catalog.calls(), 1);
    Event in = new Event();
    Event out = new Event();
    for (Call call : Catalog.calls()) {
      for (Phase phase : Branch.phases(call.family())) {
        events.fill(in, call, phase);
        byte[] bytes = encode(in, 5);
        assertEquals(bytes.length, decoder.decode(bytes, 0, bytes.length, 5, out));
        assertEquals(RandomEvents.text(in), RandomEvents.text(out));
      }
    }
  }

  @Test
  void writesTheBytesOfAvrosOwnWriterAndItsReaderReadsThem() throws IOException {
    RandomEvents events = new RandomEvents(Catalog.calls(), 2);
    Event event = new Event();
    long previous = 0;
    for (int i = 0; i < 3000; i++) {
      events.next(event);
      byte[] bytes = encode(event, previous);
      assertArrayEquals(avro.write(event, previous), bytes, RandomEvents.text(event));
      assertEquals(avro.record(event, previous), avro.read(bytes, avro.schema));
      previous = event.time;
    }
  }

  @Test
  void readsArraysThatCarryTheirSizeOrComeInSeveralParts() throws IOException {
    Event in = new Event().enter(FileOperation.OPEN, 1, 2, 3);
    in.copy(7, new byte[] {1, 2}, 0, 2);
    byte[] bytes = encode(in, 0);
    int array = bytes.length - 6; // count 1, at, length, two bytes, end
    byte[] other = Arrays.copyOf(bytes, bytes.length + 6);
    byte[] twice = {1, 8, 14, 4, 1, 2, 2, 16, 2, 9, 0}; // count -1, size 4, …, count 1, …, end
    System.arraycopy(twice, 0, other, array, twice.length);
    Event out = new Event();
    assertEquals(array + twice.length, decoder.decode(other, 0, other.length, 0, out));
    assertEquals(2, out.copyCount());
    assertEquals(8, out.copyAt(1));
    assertArrayEquals(new byte[] {9}, out.copied(1));
  }

  @Test
  void refusesEveryCutOfAnEvent() {
    RandomEvents events = new RandomEvents(Catalog.calls(), 3);
    Event event = new Event();
    for (int i = 0; i < 300; i++) {
      events.next(event);
      byte[] bytes = encode(event, 0);
      for (int cut = 0; cut < bytes.length; cut++) {
        int to = cut;
        assertThrows(
            MalformedEventException.class, () -> decoder.decode(bytes, 0, to, 0, new Event()));
      }
    }
  }

  @Test
  void hostileBytesEndInAnEventOrInTheOneException() {
    Random random = new Random(4);
    Event event = new Event();
    byte[] bytes = new byte[200];
    int refused = 0;
    for (int i = 0; i < 200_000; i++) {
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        encoder.encode(new Event().enter(FileOperation.OPEN, 1, 2, 3), 0, bytes, 0);
        bytes[random.nextInt(8)] = (byte) random.nextInt();
      }
      try {
        assertTrue(decoder.decode(bytes, 0, bytes.length, 0, event) <= bytes.length);
      } catch (MalformedEventException e) {
        refused++;
        assertTrue(e.position() <= bytes.length, e.getMessage());
      }
    }
    assertTrue(refused > 1000);
  }

  @Test
  void keepsTheLargestEvent() throws IOException {
    Event in = new Event().input(Input.USER_MEMORY, 1, Long.MIN_VALUE);
    Arrays.fill(in.fields, 0, in.fieldCount(), Long.MIN_VALUE);
    byte[] piece = new byte[Event.MAX_COPY_BYTES / Event.MAX_COPIES];
    for (int i = 0; i < Event.MAX_COPIES; i++) {
      in.copy(Long.MIN_VALUE, piece, 0, piece.length);
    }
    byte[] bytes = encode(in, 0);
    Event out = new Event();
    decoder.decode(bytes, 0, bytes.length, 0, out);
    assertEquals(RandomEvents.text(in), RandomEvents.text(out));
  }

  @Test
  void refusesBytesForARowThatCarriesNone() {
    Event event = new Event().enter(FileOperation.CLOSE, 1, 0, 0);
    event.copy(0, new byte[1], 0, 1);
    assertThrows(IllegalArgumentException.class, () -> encoder.encode(event, 0, buffer, 0));
  }

  @Test
  void refusesAPhaseThatTheFamilyHasNot() {
    Event enter = new Event().enter(Input.SIGNAL, 1, 0, 0);
    assertThrows(IllegalArgumentException.class, () -> encoder.encode(enter, 0, buffer, 0));
    Event input = new Event().input(FileOperation.CLOSE, 1, 0);
    assertThrows(IllegalArgumentException.class, () -> encoder.encode(input, 0, buffer, 0));
  }

  @Test
  void theSchemaIsTheSameTextEveryTimeAndItsFingerprintIsAvros() {
    EventSchema schema = EventSchema.current();
    assertEquals(schema.text(), EventSchema.derive(Catalog.calls()).text());
    assertEquals(SchemaNormalization.parsingFingerprint64(avro.schema), schema.fingerprint());
    assertTrue(schema.text().length() < 256 << 10, schema.text().length() + " characters");
    assertEquals(Set.copyOf(Catalog.calls()), Set.copyOf(schema.calls()));
    assertEquals(Catalog.calls().size(), schema.calls().size());
  }

  @Test
  void frequentRowsHaveNumbersOfOneByteAndEachRowOfARecordIsThere() {
    EventSchema schema = EventSchema.current();
    int briefs = 0;
    for (int i = 0; i < schema.branchCount(); i++) {
      Branch branch = schema.branch(i);
      assertEquals(branch.name(), avro.schema.getTypes().get(i).getFullName());
      boolean early = i < Frequent.BRANCHES;
      assertTrue(early || !Frequent.CALLS.contains(branch.call()), branch.name());
      briefs += branch.brief() ? 1 : 0;
    }
    long inputs = Catalog.calls().stream().filter(c -> c.family() == Family.INPUT).count();
    assertEquals(2L * Catalog.calls().size() - inputs + briefs, schema.branchCount());
  }

  @Test
  void aFieldThatIsSeldomNotZeroCostsItsBytesOnlyThen() throws IOException {
    for (Call call : Catalog.calls()) {
      for (Phase phase : Branch.phases(call.family())) {
        if (!Branch.hasBrief(phase, call)) {
          continue;
        }
        Event event = event(call, phase);
        Arrays.fill(event.fields, 0, event.fieldCount(), 0);
        int brief = encode(event, 0).length;
        for (int place : Branch.seldom(phase, call)) {
          Arrays.fill(event.fields, 0, event.fieldCount(), 0);
          event.fields[place] = 1;
          byte[] full = encode(event, 0);
          assertTrue(full.length >= brief + Branch.seldom(phase, call).length, call.name());
          Event back = new Event();
          Arrays.fill(back.fields, -1);
          decoder.decode(full, 0, full.length, 0, back);
          assertEquals(RandomEvents.text(event), RandomEvents.text(back));
        }
      }
    }
  }

  private static Event event(Call call, Phase phase) {
    return phase == Phase.ENTER
        ? new Event().enter(call, 1, 2, 3)
        : new Event().returns(call, 1, 2, 3);
  }
}
