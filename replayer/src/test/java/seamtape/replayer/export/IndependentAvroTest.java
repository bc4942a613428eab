package seamtape.replayer.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Field;
import seamtape.codec.EventSchema;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.event.Subject;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.replayer.export.AvroFile.Datum;

/** A whole journal, exported and read by an Avro implementation that is not the writer's. */
class IndependentAvroTest {
  /** Debian's, which its packages are of; another one on the path may not have them. */
  private static final String PYTHON =
      Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";

  @TempDir Path dir;

  private Path export(Tape tape) throws Exception {
    Path file = dir.resolve("out.avro");
    Export.toFile(tape, ExportFormat.AVRO, 1, tape.eventCount(), file, done -> {});
    return file;
  }

  private Tape tape(String name) throws Exception {
    return name.equals("imported")
        ? Recordings.log(dir, Path.of("../fixtures/corpus/strace/qemu-pc-seabios.strace.gz"))
        : Recordings.bundled(dir, name, "linux-7.3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two-vms", "boot-td", "imported"})
  void readsEveryEventWithEqualContentByTheNamesInTheFile(String name) throws Exception {
    try (Tape tape = tape(name);
        Cursor cursor = tape.cursor()) {
      AvroFile file = new AvroFile(export(tape));
      assertEquals(tape.manifest().digest(), file.metadata("seamtape.digest"));
      long[] time = {0};
      long[] read = {0};
      file.forEach(
          datum -> {
            try {
              assertTrue(cursor.next());
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
            assertSame(cursor.event(), (Datum) datum, time);
            read[0]++;
          });
      assertFalse(cursor.next());
      assertEquals(tape.eventCount(), read[0]);
    }
  }

  private static void assertSame(Event event, Datum datum, long[] time) {
    Map<String, Object> fields = datum.fields();
    String space = "seamtape." + event.phase.name().toLowerCase(java.util.Locale.ROOT);
    assertEquals(space + "." + event.call.name(), datum.name().replace(".brief.", "."));
    time[0] += (Long) fields.get("dt");
    assertEquals(event.time, time[0]);
    assertEquals(Actor.text(event.actor), WhoActs.text((Long) fields.get("who")));
    List<Field> row = event.phase == Phase.RETURN ? event.call.out() : event.call.in();
    for (int i = 0; i < row.size(); i++) {
      String field = row.get(i).name();
      Object value = fields.containsKey(field + "_") ? fields.get(field + "_") : fields.get(field);
      boolean leftOut = value == null && datum.name().contains(".brief.");
      assertEquals(event.fields[i], leftOut ? 0L : value, event.number + " " + field);
    }
    assertSameLink(event, fields);
    assertSameCopies(event, (List<?>) fields.get("copies"));
  }

  private static void assertSameLink(Event event, Map<String, Object> fields) {
    if (event.phase == Phase.INPUT) {
      return;
    }
    Long link = (Long) new ArrayList<>(fields.values()).get(2);
    if (fields.containsKey("on")) {
      assertEquals(Subject.text(event.link), WhoActs.subject(link), event.number + " on");
    } else {
      assertEquals(event.link, link, event.number + " link");
    }
  }

  private static void assertSameCopies(Event event, List<?> copies) {
    assertEquals(event.copyCount(), copies == null ? 0 : copies.size());
    for (int i = 0; i < event.copyCount(); i++) {
      Map<String, Object> copy = ((Datum) copies.get(i)).fields();
      assertEquals(event.copyAt(i), copy.get("at"));
      assertEquals(ByteBuffer.wrap(event.copied(i)), copy.get("bytes"));
    }
  }

  /** Apache's implementation in Python, which shares no code with its Java: python3-avro. */
  @ParameterizedTest
  @ValueSource(strings = {"two-vms", "imported"})
  void readsTheSameAsPythonsAvro(String name) throws Exception {
    assumeTrue(
        pythonHasAvro(), "no Avro for Python, which checks exports: apt-get install python3-avro");
    try (Tape tape = tape(name)) {
      Path file = export(tape);
      List<String> ours = new ArrayList<>();
      new AvroFile(file).forEach(datum -> ours.add(line(datum)));
      List<String> theirs = pythonsLines(file);
      assertEquals(tape.eventCount(), theirs.size());
      for (int i = 0; i < ours.size(); i++) {
        assertEquals(ours.get(i), theirs.get(i), "event " + (i + 1));
      }
    }
  }

  private static boolean pythonHasAvro() throws Exception {
    try {
      return new ProcessBuilder(PYTHON, "-c", "import avro.datafile")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (java.io.IOException e) {
      return false; // no Python either
    }
  }

  private List<String> pythonsLines(Path file) throws Exception {
    Path script = dir.resolve("avro_lines.py");
    try (var source = getClass().getResourceAsStream("/seamtape/avro_lines.py")) {
      Files.copy(source, script);
    }
    Path lines = dir.resolve("lines");
    Process python =
        new ProcessBuilder(PYTHON, script.toString(), file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(lines.toFile())
            .start();
    assertEquals(0, python.waitFor());
    return Files.readAllLines(lines);
  }

  private static String line(Object value) {
    if (value instanceof Datum datum) {
      List<String> fields = new ArrayList<>();
      datum.fields().forEach((field, part) -> fields.add(field + "=" + line(part)));
      return datum.name() + "(" + String.join(",", fields) + ")";
    }
    if (value instanceof List<?> list) {
      return "[" + String.join(",", list.stream().map(IndependentAvroTest::line).toList()) + "]";
    }
    return value instanceof ByteBuffer bytes
        ? HexFormat.of().formatHex(bytes.array())
        : String.valueOf(value);
  }

  /** The schema in the file is that of the recording: what a reader needs lies in either. */
  @Test
  void theFileCarriesTheSchemaThatLiesInTheRecording() throws Exception {
    try (Tape tape = tape("minimal")) {
      AvroFile file = new AvroFile(export(tape));
      String there = Files.readString(tape.path().resolve("schema.avsc"));
      assertEquals(
          EventSchema.parse(there).fingerprint(),
          EventSchema.parse(file.metadata("avro.schema")).fingerprint());
    }
  }
}
