package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.codec.Selection;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Manifest.Source;
import seamtape.recorder.tape.Manifest.State;

class TapeTest {
  private static final Manifest MANIFEST = Manifest.of(Source.SIM, "linux-7.3");

  @TempDir Path dir;

  private Path tape() {
    return dir.resolve("a.tape");
  }

  private Manifest sealed(int events) throws TapeException {
    try (TapeWriter writer = TapeWriter.create(tape(), MANIFEST)) {
      Events.append(writer, 1, events);
      return writer.seal();
    }
  }

  private static void assertReads(Tape tape, long seed, long count) throws TapeException {
    Events expected = new Events(seed);
    assertEquals(count, tape.eventCount());
    try (Cursor cursor = tape.cursor()) {
      for (long i = 1; i <= count; i++) {
        assertTrue(cursor.next());
        Event event = expected.next();
        event.number = i;
        assertEquals(Events.text(event), Events.text(cursor.event()));
      }
      assertFalse(cursor.next());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 4097, 8192, 30_000})
  void givesBackWhatWasAppended(int count) throws TapeException {
    Manifest manifest = sealed(count);
    assertEquals(State.SEALED, manifest.state());
    assertEquals(count, manifest.totals().events());
    try (Tape tape = Tape.open(tape())) {
      assertEquals(manifest, tape.manifest());
      assertReads(tape, 1, count);
    }
    Verification verification = Verification.of(tape());
    assertEquals(List.of(), verification.damage());
    assertEquals(Verification.State.SEALED, verification.state());
    assertEquals(count, verification.events());
    assertEquals(manifest.totals().calls(), verification.calls());
    assertEquals(manifest.totals().ioctls(), verification.ioctls());
    assertEquals(manifest.totals().blocks(), verification.blocks());
    assertEquals(manifest.digest(), verification.digest());
  }

  @Test
  void theDigestDependsOnTheEventsAlone() throws TapeException {
    String digest = sealed(10_000).digest();
    try (TapeWriter writer = TapeWriter.create(dir.resolve("b.tape"), MANIFEST)) {
      Events events = new Events(1);
      for (int i = 0; i < 10_000; i++) {
        writer.append(events.next());
        if (i % 777 == 0) {
          writer.flush();
        }
      }
      assertEquals(digest, writer.seal().digest());
    }
  }

  @Test
  void keepsAnEventThatIsLargerThanABlock() throws TapeException {
    byte[] image = new byte[Event.MAX_COPY_BYTES];
    new java.util.Random(3).nextBytes(image);
    Event event = new Event();
    try (TapeWriter writer = TapeWriter.create(tape(), MANIFEST)) {
      Events.append(writer, 1, 10);
      for (int i = 0; i < 6; i++) {
        event.input(Input.USER_MEMORY, Actor.vmm(1), 1L << 40);
        event.copy(0, image, 0, image.length);
        writer.append(event);
      }
      try (Tape tape = Tape.open(tape())) {
        assertEquals(16, tape.eventCount());
      }
      Events.append(writer, 1, 10);
      writer.seal();
    }
    assertEquals(Verification.State.SEALED, Verification.of(tape()).state());
    try (Tape tape = Tape.open(tape());
        Cursor cursor = tape.cursor()) {
      cursor.seek(16);
      assertTrue(cursor.next());
      assertEquals(Hex.of(image), Hex.of(cursor.event().copied(0)));
      assertTrue(cursor.next());
    }
  }

  @Test
  void showsEventsWhileTheyAreWritten() throws TapeException {
    try (TapeWriter writer = TapeWriter.create(tape(), MANIFEST);
        Tape tape = Tape.open(tape());
        Cursor cursor = tape.cursor()) {
      assertFalse(cursor.next());
      Events written = new Events(1);
      Events expected = new Events(1);
      int appended = 0;
      for (int step = 1; step < 2000; step += 97) {
        for (int i = 0; i < step; i++) {
          writer.append(written.next());
          appended++;
        }
        assertTrue(tape.refresh());
        assertEquals(appended, tape.eventCount());
        for (int i = 0; i < step; i++) {
          assertTrue(cursor.next());
          Event event = expected.next();
          event.number = cursor.event().number;
          assertEquals(Events.text(event), Events.text(cursor.event()));
        }
        assertFalse(cursor.next());
      }
      writer.seal();
      tape.refresh();
      assertEquals(State.SEALED, tape.manifest().state());
      assertEquals(appended, tape.eventCount());
      assertFalse(cursor.next());
    }
  }

  @Test
  void staysOpenWhenItIsNotSealed() throws TapeException {
    try (TapeWriter writer = TapeWriter.create(tape(), MANIFEST)) {
      Events.append(writer, 1, 5000);
    }
    try (Tape tape = Tape.open(tape())) {
      assertEquals(State.OPEN, tape.manifest().state());
      assertReads(tape, 1, 5000);
    }
    Verification verification = Verification.of(tape());
    assertEquals(List.of(), verification.damage());
    assertEquals(Verification.State.OPEN, verification.state());
    assertEquals(5000, verification.events());
  }

  @Test
  void refusesASecondWriter() throws TapeException {
    try (TapeWriter writer = TapeWriter.create(tape(), MANIFEST)) {
      TapeException locked =
          assertThrows(TapeException.class, () -> TapeWriter.create(tape(), MANIFEST));
      assertEquals(TapeException.Kind.LOCKED, locked.kind());
      Events.append(writer, 1, 10);
    }
    TapeException exists =
        assertThrows(TapeException.class, () -> TapeWriter.create(tape(), MANIFEST));
    assertEquals(TapeException.Kind.EXISTS, exists.kind());
    try (Tape tape = Tape.open(tape())) {
      assertReads(tape, 1, 10);
    }
  }

  @Test
  void leavesWhatIsNotEmptyAlone() throws Exception {
    Files.createDirectory(tape());
    Path other = Files.writeString(tape().resolve("notes.json"), "{}");
    TapeException exists =
        assertThrows(TapeException.class, () -> TapeWriter.create(tape(), MANIFEST));
    assertEquals(TapeException.Kind.EXISTS, exists.kind());
    assertEquals("{}", Files.readString(other));
    Path file = Files.writeString(dir.resolve("file.tape"), "text");
    TapeException io = assertThrows(TapeException.class, () -> TapeWriter.create(file, MANIFEST));
    assertEquals(TapeException.Kind.IO, io.kind());
    assertEquals(1, io.getMessage().lines().count());
  }

  @Test
  void takesBackARecordingThatCouldNotBegin() throws Exception {
    Files.createDirectory(tape());
    Manifest impossible = MANIFEST.with("number", Double.NaN);
    assertThrows(IllegalArgumentException.class, () -> TapeWriter.create(tape(), impossible));
    assertFalse(Files.exists(tape()));
    sealed(10);
  }

  @Test
  void keepsEveryDurability() throws Exception {
    for (Durability durability : Durability.values()) {
      Path path = dir.resolve(durability + ".tape");
      try (TapeWriter writer = TapeWriter.create(path, MANIFEST, durability)) {
        Events.append(writer, 1, 9000);
        writer.seal();
      }
      assertEquals(Verification.State.SEALED, Verification.of(path).state());
    }
  }

  @Test
  void aManifestIsReadAsItWasWritten() throws TapeException {
    Manifest manifest =
        MANIFEST
            .withMachine("amd", "none", "td-guest")
            .withSimulator("0.1.0")
            .withWorkload("classic.yaml", -5)
            .withTool("seamtape 0.1.0")
            .withClock(Manifest.Clock.NONE, false)
            .with("lines", 610L)
            .with("log", List.of("a \"quoted\" name", "b"));
    assertEquals(manifest, Manifest.parse(manifest.toJson()));
  }

  @Test
  void seeksAnyEventInAnyOrder() throws TapeException {
    sealed(20_000);
    List<String> all = new ArrayList<>();
    try (Tape tape = Tape.open(tape());
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        all.add(Events.text(cursor.event()));
      }
      java.util.Random random = new java.util.Random(5);
      for (int i = 0; i < 500; i++) {
        int event = 1 + random.nextInt(20_000);
        cursor.seek(event);
        assertTrue(cursor.next());
        assertEquals(all.get(event - 1), Events.text(cursor.event()));
      }
      cursor.seek(20_001);
      assertFalse(cursor.next());
    }
  }

  @Test
  void findsTheWantedRowsAndTheNumbersOfTheirCalls() throws TapeException {
    sealed(20_000);
    try (Tape tape = Tape.open(tape());
        Cursor all = tape.cursor();
        Cursor some = tape.cursor()) {
      Selection wanted = tape.schema().select((phase, row) -> row.ordinal() % 17 == 3);
      long calls = 0;
      while (all.next()) {
        Event event = all.event();
        calls += event.phase == Phase.ENTER ? 1 : 0;
        assertEquals(calls, all.calls());
        if (event.call.ordinal() % 17 == 3) {
          while (!some.next(wanted, some.position() + 1000)) {
            assertTrue(some.position() <= event.number);
          }
          assertEquals(event.number, some.event().number);
          assertEquals(event.time, some.event().time);
          assertEquals(calls, some.calls());
        }
      }
      assertFalse(some.next(wanted, Long.MAX_VALUE));
    }
  }

  @Test
  void indexesCallsByNumber() throws TapeException {
    sealed(20_000);
    try (Tape tape = Tape.open(tape());
        Cursor cursor = tape.cursor()) {
      TapeIndex index = tape.index();
      List<Long> enters = new ArrayList<>();
      while (cursor.next()) {
        if (cursor.event().phase == Phase.ENTER) {
          enters.add(cursor.event().number);
        }
      }
      assertEquals(enters.size(), index.callCount());
      for (int call = 0; call < enters.size(); call += 997) {
        long event = enters.get(call);
        assertEquals(event, index.enterEventOfCall(call));
        assertEquals(call, index.callIndexOf(event));
      }
      long events = index.blocks().stream().mapToLong(TapeIndex.Block::count).sum();
      assertEquals(20_000, events);
    }
  }

  @Test
  void aSealedRecordingIsSmallOnDisk() throws Exception {
    sealed(100);
    long bytes = 0;
    try (var files = Files.walk(tape())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += file.endsWith("schema.avsc") ? 0 : Files.size(file);
      }
    }
    assertTrue(bytes < 256 << 10, bytes + " bytes");
    assertFalse(Files.exists(tape().resolve("staging")));
    assertFalse(Files.exists(tape().resolve("lock")));
  }

  @Test
  void namesTheEventOfACallOfAnotherCatalog() throws TapeException {
    try (TapeWriter writer = TapeWriter.create(tape(), MANIFEST)) {
      Event event = new Event().enter(FileOperation.CLOSE, Actor.vmm(1), 0, 0);
      event.copy(0, new byte[1], 0, 1);
      assertThrows(IllegalArgumentException.class, () -> writer.append(event));
      Events.append(writer, 1, 3);
      assertEquals(3, writer.seal().totals().events());
    }
  }
}
