package seamtape.replayer.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Field;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.json.Json;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;

/** Exports hold what the recording holds, and take their name only when they are whole. */
class ExportTest {
  @TempDir static Path dir;
  private static Tape simulated;
  private static Tape imported;

  @TempDir Path outs;

  @BeforeAll
  static void record() throws Exception {
    simulated = Recordings.bundled(dir, "two-vms", "linux-7.3");
    imported = Recordings.log(dir, Path.of("../fixtures/corpus/strace/qemu-pc-seabios.strace.gz"));
  }

  /** By name: JUnit closes arguments that can be closed. */
  private static Tape tape(String name) {
    return name.equals("simulated") ? simulated : imported;
  }

  private Path export(Tape tape, ExportFormat format) throws IOException {
    Path file = outs.resolve("out." + format.label());
    assertEquals(
        Export.toFile(tape, format, 1, tape.eventCount(), file, done -> {}), Files.size(file));
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"simulated", "imported"})
  void aStockAvroReaderReadsEveryEventWithEqualContent(String name) throws Exception {
    Tape tape = tape(name);
    Path file = export(tape, ExportFormat.AVRO);
    long time = 0;
    try (DataFileReader<GenericRecord> records =
            new DataFileReader<>(file.toFile(), new GenericDatumReader<>());
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        GenericRecord record = records.next();
        assertEquals(event.call.name(), record.getSchema().getName());
        time += (Long) record.get("dt");
        assertEquals(event.time, time);
        assertEquals(Actor.text(event.actor), WhoActs.text((Long) record.get("who")));
        if (event.phase != Phase.INPUT && !record.hasField("on")) {
          assertEquals(event.link, record.get(2));
        }
        List<Field> row = event.phase == Phase.RETURN ? event.call.out() : event.call.in();
        for (int i = 0; i < row.size(); i++) {
          assertEquals(event.fields[i], value(record, row.get(i).name()), event.number + " " + i);
        }
        assertSameCopies(event, record);
      }
      assertFalse(records.hasNext());
      assertEquals(tape.manifest().digest(), records.getMetaString("seamtape.digest"));
    }
  }

  /** A brief record lacks the fields that are 0. */
  private static Object value(GenericRecord record, String field) {
    String own = record.hasField(field + "_") ? field + "_" : field;
    return record.hasField(own) ? record.get(own) : 0L;
  }

  private static void assertSameCopies(Event event, GenericRecord record) {
    if (!event.call.copies()) {
      return;
    }
    List<?> copies = (List<?>) record.get("copies");
    assertEquals(event.copyCount(), copies.size());
    for (int i = 0; i < event.copyCount(); i++) {
      GenericRecord copy = (GenericRecord) copies.get(i);
      assertEquals(event.copyAt(i), copy.get("at"));
      assertEquals(ByteBuffer.wrap(event.copied(i)), copy.get("bytes"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simulated", "imported"})
  void jsonAndCsvHaveALineAnEvent(String name) throws Exception {
    Tape tape = tape(name);
    try (Stream<String> lines = Files.lines(export(tape, ExportFormat.JSONL))) {
      long[] number = {0};
      lines.forEach(
          line -> assertEquals(++number[0], ((Map<?, ?>) Json.parseUnsigned(line)).get("event")));
      assertEquals(tape.eventCount(), number[0]);
    }
    try (Stream<String> lines = Files.lines(export(tape, ExportFormat.CSV))) {
      assertEquals(tape.eventCount() + 1, lines.count());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simulated", "imported"})
  void slicesOfATraceNestAndNoneStaysOpen(String name) throws Exception {
    Tape tape = tape(name);
    String text = Files.readString(export(tape, ExportFormat.CHROME));
    Map<?, ?> trace = (Map<?, ?>) Json.parseUnsigned(text);
    Map<Object, Deque<Object>> open = new HashMap<>();
    double last = 0;
    long slices = 0;
    for (Object one : (List<?>) trace.get("traceEvents")) {
      Map<?, ?> event = (Map<?, ?>) one;
      assertHasWhatPerfettoAsksFor(event);
      if (!event.get("ph").equals("M")) {
        double at = ((Number) event.get("ts")).doubleValue();
        assertTrue(at >= last, "time goes on");
        last = at;
      }
      Deque<Object> track = open.computeIfAbsent(event.get("tid"), tid -> new ArrayDeque<>());
      if (event.get("ph").equals("B")) {
        track.push(event.get("name"));
        slices++;
      } else if (event.get("ph").equals("E")) {
        track.pop();
      }
    }
    assertEquals(tape.manifest().totals().calls(), slices);
    open.values().forEach(track -> assertTrue(track.isEmpty()));
  }

  /** The members of the Trace Event Format that its importer needs, by phase. */
  private static void assertHasWhatPerfettoAsksFor(Map<?, ?> event) {
    String phase = (String) event.get("ph");
    assertTrue(List.of("M", "B", "E", "i").contains(phase), event.toString());
    assertTrue(event.get("pid") instanceof Long && event.get("tid") instanceof Long);
    assertTrue(event.get("args") instanceof Map, event.toString());
    assertTrue(phase.equals("M") || event.get("ts") instanceof Number, event.toString());
    assertTrue(phase.equals("E") || event.get("name") instanceof String, event.toString());
    if (phase.equals("i")) {
      assertEquals("t", event.get("s"), "an instant of its thread");
    }
    if (phase.equals("M")) {
      assertTrue(List.of("process_name", "thread_name").contains(event.get("name")));
      assertTrue(((Map<?, ?>) event.get("args")).get("name") instanceof String);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptedExportLeavesNoFile(ExportFormat format) throws Exception {
    Path file = outs.resolve("out");
    assertThrows(
        IllegalStateException.class,
        () ->
            Export.toFile(
                simulated,
                format,
                1,
                simulated.eventCount(),
                file,
                done -> {
                  if (done == 10) {
                    assertFalse(Files.exists(file));
                    throw new IllegalStateException("interrupted");
                  }
                }));
    try (Stream<Path> left = Files.list(outs)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void aFileThatIsThereIsNotOverwritten() throws Exception {
    Path file = Files.writeString(outs.resolve("mine"), "kept");
    assertThrows(
        FileAlreadyExistsException.class,
        () -> Export.toFile(simulated, ExportFormat.CSV, 1, 5, file, done -> {}));
    assertEquals("kept", Files.readString(file));
  }
}
