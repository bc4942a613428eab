package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.recorder.tape.Manifest.Source;

/** Recordings that are cut, flipped, foreign, empty or newer: found, named and survived. */
class TapeDamageTest {
  private static final int EVENTS = 3000;
  private static final int EVENTS_A_BLOCK = 500;

  @TempDir static Path originals;
  @TempDir Path dir;
  private Path tape;
  private static List<String> events = new ArrayList<>();

  @BeforeAll
  static void record() throws TapeException {
    Path sealed = originals.resolve("sealed.tape");
    Manifest manifest = Manifest.of(Source.SIM, "linux-7.3").withWorkload("classic", 7);
    try (TapeWriter writer = TapeWriter.create(sealed, manifest)) {
      append(writer);
      writer.seal();
    }
    try (TapeWriter writer = TapeWriter.create(originals.resolve("open.tape"), manifest)) {
      append(writer);
    }
    try (Tape tape = Tape.open(sealed);
        Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        events.add(Events.text(cursor.event()));
      }
    }
  }

  private static void append(TapeWriter writer) {
    Events source = new Events(1);
    for (int i = 1; i <= EVENTS; i++) {
      writer.append(source.next());
      if (i % EVENTS_A_BLOCK == 0) {
        writer.flush();
      }
    }
  }

  @BeforeEach
  void copy() throws IOException {
    tape = dir.resolve("copy.tape");
    SmallTape.copy(originals.resolve("sealed.tape"), tape);
  }

  private Path cycle() throws IOException {
    return TapeFiles.cycles(tape).get(0);
  }

  /** Where the blocks lie in the cycle file, by our own header's magic. */
  private List<Integer> blocks() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(cycle()));
    bytes.order(java.nio.ByteOrder.LITTLE_ENDIAN);
    List<Integer> blocks = new ArrayList<>();
    for (int i = 0; i + 8 <= bytes.capacity(); i++) {
      if (bytes.getLong(i) == BlockHeader.MAGIC) {
        blocks.add(i);
      }
    }
    return blocks;
  }

  private void overwrite(Path file, long at, byte... bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  private void flip(Path file, long at, int bit) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1 << bit)).flip();
      channel.write(one, at);
    }
  }

  /** Every event is read as it was written or refused with its number; returns those refused. */
  private List<Long> lost() throws TapeException {
    List<Long> lost = new ArrayList<>();
    try (Tape opened = Tape.open(tape);
        Cursor cursor = opened.cursor()) {
      for (long event = 1; event <= EVENTS; event++) {
        cursor.seek(event);
        try {
          if (cursor.next()) {
            assertEquals(events.get((int) event - 1), Events.text(cursor.event()));
          } else {
            lost.add(event);
          }
        } catch (TapeException e) {
          assertTrue(e.event() > 0 && e.event() <= event, e.getMessage());
          lost.add(event);
        }
      }
    }
    return lost;
  }

  private void assertDamaged(String expected) throws TapeException {
    Verification verification = Verification.of(tape);
    assertEquals(Verification.State.DAMAGED, verification.state());
    assertFalse(verification.whole());
    assertEquals(expected, verification.damage().get(0).text());
    assertEquals(EVENTS - lost().size(), verification.events());
  }

  @Test
  void aFlippedBitInAPayloadIsFoundWithItsBlockAndEvents() throws IOException {
    flip(cycle(), blocks().get(2) + BlockHeader.BYTES + 1000, 3);
    assertDamaged("checksum, block 2, events 1001 to 1500");
    assertEquals(EVENTS_A_BLOCK, lost().size());
    try (Tape opened = Tape.open(tape);
        Cursor cursor = opened.cursor()) {
      cursor.seek(1000);
      assertTrue(cursor.next());
      TapeException e = assertThrows(TapeException.class, cursor::next);
      assertEquals(TapeException.Kind.CHECKSUM, e.kind());
      assertEquals(1001, e.event());
      cursor.seek(1501);
      assertTrue(cursor.next());
    }
  }

  @Test
  void aFlippedBitInAHeaderIsFoundWithItsBlockAndEvents() throws IOException {
    flip(cycle(), blocks().get(2) + 41, 0);
    assertDamaged("checksum, block 2, events 1001 to 1500");
  }

  @Test
  void aZeroedPageHidesNothingElse() throws IOException {
    int second = blocks().get(1);
    overwrite(cycle(), second - 4, new byte[4096]);
    assertDamaged("missing, block 1, events 501 to 1000");
    assertEquals(EVENTS_A_BLOCK, lost().size());
  }

  @Test
  void aBrokenFramingHidesNothing() throws IOException {
    overwrite(cycle(), blocks().get(3) - 4, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x7f);
    assertDamaged("framing, block 3, events 1501 to 2000");
    assertEquals(List.of(), lost());
  }

  @Test
  void aCutTailIsFound() throws IOException {
    List<Integer> blocks = blocks();
    try (FileChannel channel = FileChannel.open(cycle(), StandardOpenOption.WRITE)) {
      channel.truncate(blocks.get(4) + 500);
    }
    assertDamaged("truncated, block 4, events 2001 to 2500");
    assertEquals(2 * EVENTS_A_BLOCK, lost().size());
  }

  @Test
  void aRemovedSealIsFound() throws IOException {
    List<Integer> blocks = blocks();
    overwrite(cycle(), blocks.get(6) - 4, new byte[4 + BlockHeader.BYTES]);
    assertDamaged("seal, block 6");
  }

  @Test
  void aRemovedJournalIsFound() throws IOException {
    Files.delete(cycle());
    assertDamaged("truncated, block 0, events 1 to 3000");
  }

  @Test
  void anEditWithRightChecksumsBreaksTheChain() throws IOException {
    int block = blocks().get(2);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(cycle()));
    bytes.order(java.nio.ByteOrder.LITTLE_ENDIAN);
    BlockHeader header = BlockHeader.read(bytes, block);
    try (Tape opened = Tape.open(tape);
        Cursor cursor = opened.cursor()) {
      cursor.seek(1001);
      cursor.next();
    }
    byte[] payload = new byte[header.storedBytes];
    bytes.get(block + BlockHeader.BYTES, payload);
    payload[3] ^= 2; // within the first event: another time or actor
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(payload);
    header.payloadCrc = (int) crc.getValue();
    ByteBuffer edited = JournalScanner.buffer(BlockHeader.BYTES);
    header.write(edited);
    overwrite(cycle(), block, edited.array());
    overwrite(cycle(), block + BlockHeader.BYTES, payload);
    Verification verification = Verification.of(tape);
    assertEquals(Verification.State.DAMAGED, verification.state());
    assertTrue(
        verification.damage().stream().anyMatch(one -> one.kind() == Damage.Kind.CHAIN),
        verification.damage().toString());
  }

  @Test
  void noFlippedBitOfTheJournalIsReadAsOtherEvents() throws IOException {
    long size = Files.size(cycle());
    Random random = new Random(9);
    int found = 0;
    for (int i = 0; i < 200; i++) {
      long at = blocks().get(0) - 4 + (long) (random.nextDouble() * (size - blocks().get(0)));
      int bit = random.nextInt(8);
      flip(cycle(), at, bit);
      Verification verification = Verification.of(tape);
      List<Long> lost = i % 20 == 0 ? lost() : List.of();
      assertTrue(lost.isEmpty() || !verification.whole(), "bit " + bit + " of byte " + at);
      found += verification.whole() ? 0 : 1;
      flip(cycle(), at, bit);
    }
    assertTrue(found > 170, found + " found");
    assertTrue(Verification.of(tape).whole());
  }

  @Test
  void aFlippedBitInAnyByteOfABlockIsFound() throws IOException {
    int block = blocks().get(5);
    for (int at = block - 4; at < block + BlockHeader.BYTES + 32; at++) {
      int bit = at & 7;
      flip(cycle(), at, bit);
      assertFalse(Verification.of(tape).whole(), "bit " + bit + " of byte " + (at - block));
      flip(cycle(), at, bit);
    }
  }

  @Test
  void everyCutOfTheFileIsFound() throws IOException {
    byte[] bytes = Files.readAllBytes(cycle());
    int end = blocks().get(6) + BlockHeader.BYTES;
    Random random = new Random(11);
    for (int i = 0; i < 150; i++) {
      int cut = i < 75 ? end - 1 - i * 3 : random.nextInt(end);
      Files.write(cycle(), java.util.Arrays.copyOf(bytes, cut));
      assertFalse(Verification.of(tape).whole(), "cut at " + cut);
      Tape.open(tape).close();
    }
  }

  @Test
  void anyBytesAsAJournalEndInADamagedRecording() throws IOException {
    Random random = new Random(12);
    byte[] noise = new byte[100_000];
    for (int i = 0; i < 20; i++) {
      random.nextBytes(noise);
      Files.write(cycle(), noise);
      assertFalse(Verification.of(tape).whole());
      assertEquals(EVENTS, i == 0 ? lost().size() : EVENTS);
    }
  }

  @ParameterizedTest
  @CsvSource({"manifest.json,NOT_A_RECORDING", "schema.avsc,SCHEMA_UNKNOWN"})
  void aMissingFileIsNamed(String file, TapeException.Kind kind) throws IOException {
    Files.delete(tape.resolve(file));
    assertRefused(kind, file);
  }

  @ParameterizedTest
  @CsvSource({"manifest.json,NOT_A_RECORDING", "schema.avsc,CHECKSUM"})
  void anEmptyFileIsNamed(String file, TapeException.Kind kind) throws IOException {
    Files.write(tape.resolve(file), new byte[0]);
    assertRefused(kind, file);
  }

  @ParameterizedTest
  @CsvSource({"manifest.json", "schema.avsc"})
  void aFlippedBitInATextIsFound(String file) throws IOException {
    byte[] text = Files.readAllBytes(tape.resolve(file));
    Random random = new Random(13);
    for (int i = 0; i < 200; i++) {
      byte[] flipped = text.clone();
      int at = random.nextInt(text.length);
      if (Character.isWhitespace(text[at])) {
        continue; // between values a manifest may be spaced otherwise
      }
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(tape.resolve(file), flipped);
      assertThrows(TapeException.class, () -> Verification.of(tape), "byte " + at);
      assertThrows(TapeException.class, () -> Tape.open(tape), "byte " + at);
    }
  }

  @Test
  void aNewerFormatIsNamed() throws IOException {
    Path manifest = tape.resolve("manifest.json");
    String text = Files.readString(manifest);
    int newer = Manifest.FORMAT_VERSION + 1;
    Files.writeString(
        manifest, text.replaceFirst("\"formatVersion\": .", "\"formatVersion\": " + newer));
    assertRefused(TapeException.Kind.VERSION, "format " + newer);
  }

  @Test
  void whatIsNoRecordingIsNamed() throws IOException {
    Path file = Files.writeString(dir.resolve("text"), "hello");
    Path empty = Files.createDirectory(dir.resolve("empty.tape"));
    for (Path path : List.of(dir.resolve("absent.tape"), file, empty)) {
      TapeException e = assertThrows(TapeException.class, () -> Tape.open(path));
      assertEquals(TapeException.Kind.NOT_A_RECORDING, e.kind());
      assertThrows(TapeException.class, () -> Verification.of(path));
    }
  }

  private void assertRefused(TapeException.Kind kind, String word) {
    TapeException open = assertThrows(TapeException.class, () -> Tape.open(tape));
    TapeException verify = assertThrows(TapeException.class, () -> Verification.of(tape));
    for (TapeException e : List.of(open, verify)) {
      assertEquals(kind, e.kind(), e.getMessage());
      assertTrue(e.getMessage().contains(word), e.getMessage());
      assertEquals(1, e.getMessage().lines().count());
      assertEquals(tape, e.path());
    }
  }

  @Test
  void theManifestOfAnotherRecordingIsFound() throws IOException {
    Files.copy(
        originals.resolve("open.tape/manifest.json"),
        tape.resolve("manifest.json"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertFalse(Verification.of(tape).whole());
  }

  @Test
  void anOpenRecordingWithAHoleIsDamaged() throws IOException {
    SmallTape.copy(originals.resolve("open.tape"), tape);
    assertEquals(Verification.State.OPEN, Verification.of(tape).state());
    overwrite(cycle(), blocks().get(1) - 4, new byte[4 + BlockHeader.BYTES]);
    assertEquals(Verification.State.DAMAGED, Verification.of(tape).state());
    assertEquals(EVENTS_A_BLOCK, lost().size());
  }

  @ParameterizedTest
  @EnumSource(Damage.Kind.class)
  void everyKindOfDamageHasAWord(Damage.Kind kind) {
    assertEquals(kind.label(), new Damage(kind, -1, 0, 0).text());
  }
}
