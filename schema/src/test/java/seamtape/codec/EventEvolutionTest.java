package seamtape.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.Field;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Format;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Role;
import seamtape.event.Event;
import seamtape.event.Phase;

/** Recordings of other builds: rows inserted, removed and moved, fields added and removed. */
class EventEvolutionTest {
  private static WriterCall row(String name, Family family, List<Field> in, List<Field> out) {
    return new WriterCall(name, family, 77, "label of " + name, "A doc \"quoted\"", in, out, true);
  }

  private static byte[] write(EventSchema schema, Event event) throws IOException {
    return new AvroEvents(schema.text()).write(event, 0);
  }

  private static Event read(EventSchema schema, byte[] bytes) throws IOException {
    EventSchema parsed = EventSchema.parse(schema.text());
    assertEquals(schema.fingerprint(), parsed.fingerprint());
    Event event = new Event();
    assertEquals(bytes.length, new EventDecoder(parsed).decode(bytes, 0, bytes.length, 0, event));
    return event;
  }

  @Test
  void readsItsOwnSchemaAsItself() throws IOException {
    assertSame(EventSchema.current(), EventSchema.parse(EventSchema.current().text()));
  }

  @Test
  void readsABuildWhoseRowsAreOrderedOtherwise() throws IOException {
    List<Call> calls = new ArrayList<>(Catalog.calls());
    Collections.shuffle(calls, new Random(1));
    calls.subList(0, 20).clear();
    calls.add(5, row("NEW_ROW", Family.KVM_IOCTL, List.of(), List.of()));
    EventSchema writer = EventSchema.derive(calls);
    EventDecoder decoder = new EventDecoder(EventSchema.parse(writer.text()));
    AvroEvents avro = new AvroEvents(writer.text());
    calls.remove(5);
    RandomEvents events = new RandomEvents(calls, 2);
    Event in = new Event();
    Event out = new Event();
    for (int i = 0; i < 2000; i++) {
      events.next(in);
      byte[] bytes = avro.write(in, 3);
      decoder.decode(bytes, 0, bytes.length, 3, out);
      assertEquals(RandomEvents.text(in), RandomEvents.text(out));
      assertSame(in.call, out.call);
    }
  }

  @Test
  void aFieldThatTheWriterDidNotKnowIsZero() throws IOException {
    KvmIoctl known = KvmIoctl.KVM_CREATE_VCPU;
    List<Field> fewer = known.in().subList(1, known.in().size());
    EventSchema writer =
        EventSchema.derive(List.of(row(known.name(), known.family(), fewer, known.out())));
    Event in = new Event().enter(row(known.name(), known.family(), fewer, known.out()), 1, 2, 3);
    in.fields[0] = 99;
    Event out = read(writer, write(writer, in));
    assertSame(known, out.call);
    assertEquals(0, out.fields[0]);
    assertEquals(99, out.fields[1]);
  }

  @Test
  void aFieldThatThisBuildDoesNotKnowIsKept() throws IOException {
    KvmIoctl known = KvmIoctl.KVM_CREATE_VCPU;
    List<Field> more = new ArrayList<>(known.in());
    more.add(Field.stimulus("flavour", Format.GPA, ""));
    WriterCall widened = row(known.name(), known.family(), more, known.out());
    EventSchema writer = EventSchema.derive(List.of(FileOperation.OPEN, widened));
    Event in = new Event().enter(widened, 1, 2, 3);
    in.fields[more.size() - 1] = 42;
    Event out = read(writer, write(writer, in));
    WriterCall call = assertInstanceOf(WriterCall.class, out.call);
    assertEquals("flavour", call.in().get(more.size() - 1).name());
    assertEquals(Format.GPA, call.in().get(more.size() - 1).format());
    assertEquals(42, out.fields[more.size() - 1]);
  }

  @Test
  void aRowThatThisBuildDoesNotKnowCarriesItsWritersWords() throws IOException {
    Field in = Field.stimulus("enter", Format.DEC, "");
    Field out = new Field("spent", Format.DEC, Role.COST, "");
    WriterCall call = row("TDH_NEW_LEAF", Family.SEAMCALL, List.of(in), List.of(out));
    EventSchema writer = EventSchema.derive(List.of(call, FileOperation.OPEN));
    Event event = new Event().returns(call, 1, 2, 3);
    event.fields[0] = -5;
    event.copy(8, new byte[] {1, 2, 3}, 0, 3);
    Event back = read(writer, write(writer, event));
    assertEquals(call.name(), back.call.name());
    assertEquals(call.label(), back.call.label());
    assertEquals(call.doc(), back.call.doc());
    assertEquals(call.family(), back.call.family());
    assertEquals(call.number(), back.call.number());
    assertEquals(List.of(in), back.call.in());
    assertEquals(List.of(out), back.call.out());
    assertEquals(RandomEvents.text(event), RandomEvents.text(back));
    assertThrows(
        IllegalArgumentException.class,
        () -> new EventEncoder().encode(back, 0, new byte[1000], 0));
  }

  @Test
  void aStockReaderResolvesAnInsertedRow() throws IOException {
    List<Call> calls = new ArrayList<>(Catalog.calls());
    calls.add(3, row("NEW_ROW", Family.KVM_IOCTL, List.of(), List.of()));
    AvroEvents older = new AvroEvents(EventSchema.current().text());
    AvroEvents newer = new AvroEvents(EventSchema.derive(calls).text());
    Event event = new Event().enter(KvmIoctl.KVM_CREATE_VCPU, 1, 2, 3);
    event.fields[1] = 4;
    byte[] bytes = older.write(event, 0);
    assertEquals(newer.record(event, 0), older.read(bytes, newer.schema));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "\"long\"",
        "[]x",
        "[\"long\"]",
        "[{\"type\":\"record\",\"name\":\"a.B\",\"fields\":[]}]",
        "[{\"type\":\"record\",\"name\":\"seamtape.enter.B\",\"fields\":[]}]",
        "[{\"type\":\"record\",\"name\":\"seamtape.return.B\",\"fields\":["
            + "{\"name\":\"dt\",\"type\":\"long\"},{\"name\":\"actor\",\"type\":\"long\"},"
            + "{\"name\":\"enter\",\"type\":\"long\"}]}]",
        "[{\"type\":\"record\",\"name\":\"seamtape.input.B\",\"fields\":["
            + "{\"name\":\"dt\",\"type\":\"long\"},{\"name\":\"actor\",\"type\":\"string\"}]}]"
      })
  void refusesWhatIsNoSchemaOfEvents(String text) {
    MalformedEventException e =
        assertThrows(MalformedEventException.class, () -> EventSchema.parse(text));
    assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
  }

  @Test
  void refusesASchemaNestedWithoutEnd() {
    String deep = "{\"type\":\"array\",\"items\":".repeat(200_000);
    assertThrows(MalformedEventException.class, () -> EventSchema.parse(deep));
    assertThrows(MalformedEventException.class, () -> EventSchema.parse(" ".repeat(9 << 20)));
  }

  @Test
  void everyPhaseOfARowKeepsItsBranch() {
    for (int i = 0; i < EventSchema.current().branchCount(); i++) {
      Branch branch = EventSchema.current().branch(i);
      assertEquals(branch.phase() == Phase.INPUT, branch.link() == null);
    }
  }
}
