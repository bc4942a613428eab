package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;

/** Where blocks lie is found again, and no event is read wrongly by it. */
class BlockIndexTest {
  private static final int EVENTS = 20_000;

  @TempDir Path dir;
  private Path tape;
  private Path index;
  private String truth;

  @BeforeEach
  void record() throws IOException {
    tape = dir.resolve("a.tape");
    write(tape, 1);
    index = tape.resolve("index/blocks");
    truth = text(tape);
    try (Tape opened = Tape.open(tape)) {
      assertTrue(opened.index().blocks().size() > 4, "several blocks");
      opened.keepIndex();
    }
    assertTrue(Files.isRegularFile(index));
  }

  private static void write(Path path, int seed) throws IOException {
    try (TapeWriter writer =
        TapeWriter.create(path, Manifest.of(Manifest.Source.SIM, "linux-7.3"))) {
      Event event = new Event();
      for (int i = 0; i < EVENTS; i += 2) {
        event.enter(KvmIoctl.KVM_CHECK_EXTENSION, 1, 10L * i, 0);
        event.fields[1] = (long) i * seed << 20;
        writer.append(event);
        event.returns(KvmIoctl.KVM_CHECK_EXTENSION, 1, 10L * i + 5, 1);
        writer.append(event);
      }
      writer.seal();
    }
  }

  /** What a reader gets: counts, blocks, and events from here and there. */
  private static String text(Path path) throws IOException {
    StringBuilder text = new StringBuilder();
    SplittableRandom random = new SplittableRandom(3);
    try (Tape tape = Tape.open(path);
        Cursor cursor = tape.cursor()) {
      text.append(tape.eventCount()).append(' ').append(tape.index().callCount());
      text.append(List.copyOf(tape.index().blocks()));
      for (int i = 0; i < 60; i++) {
        cursor.seek(random.nextInt(1, EVENTS + 1));
        assertTrue(cursor.next());
        text.append('\n').append(Events.text(cursor.event())).append(' ').append(cursor.calls());
        long call = random.nextLong(tape.index().callCount());
        text.append(' ').append(tape.index().enterEventOfCall(call));
      }
    }
    return text.toString();
  }

  @Test
  void readsTheSameWithIt() throws IOException {
    byte[] first = Files.readAllBytes(index);
    assertEquals(truth, text(tape));
    try (Tape opened = Tape.open(tape)) {
      opened.keepIndex();
    }
    assertTrue(Arrays.equals(first, Files.readAllBytes(index)), "not written anew");
  }

  @Test
  void readsTheSameWhateverHappensToIt() throws IOException {
    byte[] good = Files.readAllBytes(index);
    SplittableRandom random = new SplittableRandom(5);
    for (int at = 0; at < good.length; at += at < 72 ? 1 : 1 + random.nextInt(9)) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(index, bad);
      assertEquals(truth, text(tape), "byte " + at);
    }
    for (int length = 0; length < good.length; length += 1 + random.nextInt(15)) {
      Files.write(index, Arrays.copyOf(good, length));
      assertEquals(truth, text(tape), "cut to " + length);
    }
  }

  @Test
  void readsTheSameWithThatOfAnotherRecordingOrADirectoryInItsPlace() throws IOException {
    Path other = dir.resolve("b.tape");
    write(other, 77);
    try (Tape opened = Tape.open(other)) {
      opened.keepIndex();
    }
    Files.copy(other.resolve("index/blocks"), index, StandardCopyOption.REPLACE_EXISTING);
    assertEquals(truth, text(tape));
    Files.delete(index);
    Files.createDirectory(index);
    assertEquals(truth, text(tape));
    try (Tape opened = Tape.open(tape)) {
      opened.keepIndex();
    }
    assertEquals(truth, text(tape));
  }

  /**
   * Even where nobody could see that the journal was changed, a block is checked when it is read.
   */
  @Test
  void showsDamageThatCameLater() throws IOException {
    Path journal = TapeFiles.cycles(tape).get(0);
    FileTime time = Files.getLastModifiedTime(journal);
    byte[] bytes = Files.readAllBytes(journal);
    int middle;
    try (JournalScanner scanner = new JournalScanner(tape, id(0), id(16))) {
      scanner.scan();
      middle = (int) scanner.rows().get(2).position() + 100;
    }
    bytes[middle] ^= 1;
    Files.write(journal, bytes);
    Files.setLastModifiedTime(journal, time);
    try (Tape opened = Tape.open(tape);
        Cursor cursor = opened.cursor()) {
      cursor.seek(opened.index().blocks().get(2).firstEvent());
      assertEquals(
          TapeException.Kind.CHECKSUM, assertThrows(TapeException.class, cursor::next).kind());
      cursor.seek(opened.index().blocks().get(3).firstEvent());
      assertTrue(cursor.next());
    }
    assertFalse(Verification.of(tape).damage().isEmpty(), "verify reads the journal itself");
  }

  private long id(int from) throws TapeException {
    return Tape.half(Tape.manifestOf(tape), from);
  }

  @Test
  void believesNoneThatDoesNotAddUp() throws IOException {
    Manifest manifest = Tape.manifestOf(tape);
    IndexFile file = IndexFile.of(tape, manifest, BlockIndex.PART, BlockIndex.FORMAT);
    byte[] good = file.read();
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      int column = 2 + random.nextInt(2); // number of a block, its first event
      bad[(column * (good.length / 120) + random.nextInt(good.length / 120)) * 8]++;
      file.write(bad, bad.length);
      assertEquals(truth, text(tape));
    }
    file.write(good, good.length - 120);
    assertEquals(truth, text(tape), "a block less");
  }
}
