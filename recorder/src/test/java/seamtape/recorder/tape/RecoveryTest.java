package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Manifest.Source;

/** A torn or damaged recording becomes a sealed one of all that is good, with its gaps told. */
class RecoveryTest {
  private static final int CALLS = 300;
  private static final int EVENTS_A_BLOCK = 100;

  @TempDir Path dir;
  private Path tape;
  private Path out;

  @BeforeEach
  void names() {
    tape = dir.resolve("a.tape");
    out = dir.resolve("b.tape");
  }

  /** Calls whose returns come two calls later, so that links cross blocks. */
  private void record(boolean seal) throws TapeException {
    Manifest manifest = Manifest.of(Source.SIM, "linux-7.3").withWorkload("classic", 7);
    try (TapeWriter writer = TapeWriter.create(tape, manifest)) {
      Event event = new Event();
      for (int call = 0; call < CALLS; call++) {
        event.enter(FileOperation.CLOSE, Actor.vmm(call % 3), call * 10, 0);
        event.fields[0] = call;
        flushAt(writer, writer.append(event));
        if (call >= 2) {
          event.returns(
              FileOperation.CLOSE, Actor.vmm((call - 2) % 3), call * 10 + 1, Math.min(call + 1, 5));
          event.fields[0] = -(call - 2);
          flushAt(writer, writer.append(event));
        }
      }
      if (seal) {
        writer.seal();
      }
    }
  }

  private static void flushAt(TapeWriter writer, long event) {
    if (event % EVENTS_A_BLOCK == 0) {
      writer.flush();
    }
  }

  private static List<Event> events(Path path) throws TapeException {
    List<Event> events = new ArrayList<>();
    try (Tape tape = Tape.open(path);
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        events.add(Event.copyOf(cursor.event()));
      }
    }
    return events;
  }

  private static Map<String, String> contents(Path dir) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(dir.relativize(file).toString(), Hex.of(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  private Recovery.Report recover() throws IOException {
    Map<String, String> before = contents(tape);
    Recovery.Report report = Recovery.of(tape, out, done -> {});
    assertEquals(before, contents(tape), "the original was touched");
    Verification again = Verification.of(out);
    assertEquals(Verification.State.RECOVERED, again.state(), again.damage().toString());
    assertReturnsFitTheirEnters(events(out));
    return report;
  }

  /** A return says what its enter said, negated; one whose enter is lost points to a gap. */
  private static void assertReturnsFitTheirEnters(List<Event> events) {
    for (Event event : events) {
      if (event.phase == Phase.RETURN) {
        Event target = events.get((int) (event.number - event.link) - 1);
        if (target.phase == Phase.ENTER) {
          assertEquals(-target.fields[0], event.fields[0]);
        } else {
          assertEquals(Input.GAP, target.call);
          assertTrue(target.number < event.number);
        }
      }
    }
  }

  @Test
  void aTornRecordingLosesNothingAndHasTheDigestItWouldHaveHad() throws Exception {
    record(true);
    String digest = Tape.open(tape).manifest().digest();
    TapeFiles.remove(tape);
    record(false);
    Recovery.Report report = recover();
    assertEquals(digest, report.manifest().digest());
    assertEquals(List.of(), report.gaps());
    assertEquals(Verification.State.OPEN, report.found().state());
  }

  @Test
  void aDamagedBlockBecomesAGapThatNamesItsEvents() throws Exception {
    record(true);
    List<Event> before = events(tape);
    Bits.flip(TapeFiles.cycles(tape).get(0), Bits.blocks(tape).get(2) + BlockHeader.BYTES + 20, 3);
    Recovery.Report report = recover();
    assertEquals(List.of(new Recovery.Gap(201, 300)), report.gaps());
    List<Event> after = events(out);
    assertEquals(before.size() - EVENTS_A_BLOCK + 1, after.size());
    Event gap = after.get(200);
    assertEquals(Input.GAP, gap.call);
    assertEquals(201, gap.fields[0]);
    assertEquals(100, gap.fields[1]);
    for (int i = 0; i < 200; i++) {
      assertEquals(Events.text(before.get(i)), Events.text(after.get(i)));
    }
    for (int i = 300; i < before.size(); i++) {
      assertEquals(before.get(i).fields[0], after.get(i - 99).fields[0]);
      assertEquals(before.get(i).time, after.get(i - 99).time);
    }
  }

  @Test
  void aCutEndBecomesAGapAtTheEnd() throws Exception {
    record(true);
    Bits.truncate(TapeFiles.cycles(tape).get(0), Bits.blocks(tape).get(3) + 300);
    Recovery.Report report = recover();
    assertEquals(List.of(new Recovery.Gap(301, 598)), report.gaps());
    List<Event> after = events(out);
    assertEquals(301, after.size());
    assertEquals(298, after.get(300).fields[1]);
  }

  @Test
  void aRecordingWithoutASealIsWholeAgain() throws Exception {
    record(true);
    int seal = Bits.blocks(tape).get(6);
    Bits.overwrite(TapeFiles.cycles(tape).get(0), seal - 4, new byte[4 + BlockHeader.BYTES]);
    assertEquals(List.of(), recover().gaps());
  }

  @Test
  void aLostManifestOrSchemaCostsNoEvents() throws Exception {
    record(true);
    List<Event> before = events(tape);
    Bits.flip(TapeFiles.manifest(tape), 100, 1);
    Bits.flip(TapeFiles.schema(tape), 100, 1);
    recover();
    assertEquals(before.size(), events(out).size());
    TapeFiles.remove(out);
    Files.delete(TapeFiles.manifest(tape));
    Recovery.Report report = recover();
    assertEquals(before.size(), events(out).size());
    assertTrue(report.manifest().extra().containsKey("manifestNote"));
  }

  @Test
  void aWholeRecordingIsNotRecovered() throws Exception {
    record(true);
    TapeException e = assertThrows(TapeException.class, () -> Recovery.of(tape, out, done -> {}));
    assertEquals(TapeException.Kind.WHOLE, e.kind());
    assertFalse(Files.exists(out));
  }

  @Test
  void aRecordingThatIsBeingMadeIsNotRecovered() throws Exception {
    try (TapeWriter writer = TapeWriter.create(tape, Manifest.of(Source.SIM, "linux-7.3"))) {
      Events.append(writer, 1, 10);
      TapeException e = assertThrows(TapeException.class, () -> Recovery.of(tape, out, done -> {}));
      assertEquals(TapeException.Kind.LOCKED, e.kind());
    }
  }

  @Test
  void whatIsThereAlreadyIsNotOverwritten() throws Exception {
    record(false);
    Files.createDirectory(out);
    Files.writeString(out.resolve("mine"), "kept");
    TapeException e = assertThrows(TapeException.class, () -> Recovery.of(tape, out, done -> {}));
    assertEquals(TapeException.Kind.EXISTS, e.kind());
    assertEquals("kept", Files.readString(out.resolve("mine")));
  }

  @Test
  void anInterruptedRecoveryLeavesNothingUnderTheName() throws Exception {
    record(false);
    assertThrows(
        IllegalStateException.class,
        () ->
            Recovery.of(
                tape,
                out,
                done -> {
                  throw new IllegalStateException("interrupted");
                }));
    try (Stream<Path> left = Files.list(dir)) {
      assertEquals(List.of(tape), left.toList());
    }
  }

  @Test
  void aTrimmedRecordingStartsWithAGapAndKeepsItsLinks() throws Exception {
    record(true);
    List<Event> before = events(tape);
    try (Tape opened = Tape.open(tape)) {
      Trim.of(opened, 151, 450, out, done -> {});
    }
    assertEquals(Verification.State.SEALED, Verification.of(out).state());
    List<Event> after = events(out);
    assertEquals(301, after.size());
    assertEquals(Input.GAP, after.get(0).call);
    assertEquals(1, after.get(0).fields[0]);
    assertEquals(150, after.get(0).fields[1]);
    assertEquals(before.get(150).time, after.get(0).time);
    for (int i = 1; i < after.size(); i++) {
      assertEquals(before.get(149 + i).fields[0], after.get(i).fields[0]);
    }
    assertReturnsFitTheirEnters(after);
  }

  @Test
  void aTrimOfAllIsTheSameRecording() throws Exception {
    record(true);
    try (Tape opened = Tape.open(tape)) {
      Manifest made = Trim.of(opened, 1, opened.eventCount(), out, done -> {});
      assertEquals(opened.manifest().digest(), made.digest());
    }
  }
}
