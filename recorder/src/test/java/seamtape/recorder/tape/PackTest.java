package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Manifest.Source;

class PackTest {
  private static final Manifest MANIFEST = Manifest.of(Source.SIM, "linux-7.3");
  private static final int EVENTS = 20_000;

  @TempDir Path dir;

  private Path plain() throws TapeException {
    Path tape = dir.resolve("plain.tape");
    try (TapeWriter writer = TapeWriter.create(tape, MANIFEST)) {
      Events.append(writer, 5, EVENTS);
      writer.seal();
    }
    return tape;
  }

  private Path packed() throws TapeException {
    Path packed = dir.resolve("packed.tape");
    Pack.of(plain(), packed, null, event -> {});
    return packed;
  }

  @Test
  void aPackedRecordingIsSmallerAndSaysTheSameWithTheSameDigest() throws Exception {
    Path packed = packed();
    Verification verified = Verification.of(packed);
    assertTrue(verified.whole(), verified.damage().toString());
    assertEquals(Verification.of(dir.resolve("plain.tape")), verified);
    try (Tape a = Tape.open(dir.resolve("plain.tape"));
        Tape b = Tape.open(packed);
        Cursor first = a.cursor();
        Cursor second = b.cursor()) {
      assertTrue(b.manifest().totals().bytes() < a.manifest().totals().bytes());
      assertEquals("zstd", b.manifest().codec());
      while (first.next()) {
        assertTrue(second.next());
        assertEquals(Events.text(first.event()), Events.text(second.event()));
      }
      assertFalse(second.next());
      Random random = new Random(3);
      for (int i = 0; i < 200; i++) {
        int event = 1 + random.nextInt(EVENTS);
        first.seek(event);
        second.seek(event);
        assertTrue(first.next() && second.next());
        assertEquals(Events.text(first.event()), Events.text(second.event()));
      }
    }
  }

  @Test
  void whatIsMadeOfItIsPlainAgain() throws Exception {
    Path trimmed = dir.resolve("trimmed.tape");
    Path packed = packed();
    try (Tape tape = Tape.open(packed);
        Tape plain = Tape.open(dir.resolve("plain.tape"))) {
      Manifest made = Trim.of(tape, 1, EVENTS, trimmed, event -> {});
      Manifest same = Trim.of(plain, 1, EVENTS, dir.resolve("same.tape"), event -> {});
      assertEquals(same.digest(), made.digest());
      assertEquals("none", made.codec());
      assertEquals(Manifest.FORMAT_VERSION, made.formatVersion());
    }
    assertTrue(Verification.of(trimmed).whole());
  }

  @Test
  void packingAPackedOneChangesNothing() throws Exception {
    Path again = dir.resolve("again.tape");
    Pack.of(packed(), again, null, event -> {});
    assertEquals(
        ManifestText.read(dir.resolve("packed.tape")).totals(), ManifestText.read(again).totals());
  }

  @Test
  void aFlippedBitOfAPackedBlockIsFoundAndItsEventsAreTold() throws Exception {
    Path packed = packed();
    Path file = TapeFiles.cycles(packed).get(0);
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(11);
    int detected = 0;
    for (int i = 0; i < 300; i++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      Verification found = Verification.of(packed);
      detected += found.whole() ? 0 : 1;
      assertEquals(found.whole() ? EVENTS : found.events(), found.events());
    }
    assertTrue(detected > 0);
  }

  @Test
  void anOpenOrDamagedRecordingIsNotPackedAndLeavesNothing() throws Exception {
    Path open = dir.resolve("open.tape");
    try (TapeWriter writer = TapeWriter.create(open, MANIFEST)) {
      Events.append(writer, 5, 10);
    }
    Path damaged = plain();
    Path file = TapeFiles.cycles(damaged).get(0);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
    for (Path from : List.of(open, damaged)) {
      Path out = dir.resolve("out.tape");
      TapeException e =
          assertThrows(TapeException.class, () -> Pack.of(from, out, null, event -> {}));
      assertTrue(e.getMessage().contains("recover"), e.getMessage());
      try (Stream<Path> left = Files.list(dir)) {
        assertFalse(left.anyMatch(path -> path.toString().contains("out.tape")));
      }
    }
  }
}
