package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.FaultTable.Fault;

/**
 * Of the files beside journal, staging file and manifest: a flipped bit is detected, or every event
 * reads as it was written. The recording is opened as the command opens it. What {@code index/} has
 * of other rooms is held by their tests.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherFilesTest {
  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");
  private static final String NOTES =
      "{\"revision\": 1, \"bookmarks\": [{\"event\": 3, \"text\": \"here\"}], \"filters\": []}\n";

  @TempDir static Path dir;
  private static SmallTape tape;

  @BeforeAll
  static void record() throws IOException {
    tape = SmallTape.record(dir.resolve("sealed.tape"), true);
    try (Tape opened = Tape.open(tape.path)) {
      opened.keepIndex();
    }
    Files.writeString(tape.path.resolve("notes.json"), NOTES);
  }

  @AfterAll
  static void theTableIsUpToDate() throws IOException {
    FaultTable.check();
  }

  /** What is asked after a flip; true when it was detected. */
  private interface Question {
    boolean detected() throws IOException;
  }

  /** Flips a seeded bit of every so-manieth byte; how many, and how many of them were detected. */
  private static int[] flipped(Path file, int step, Question question) throws IOException {
    long length = Files.size(file);
    Random random = new Random(4);
    int[] found = new int[2];
    for (long at = 0; at < length; at += step) {
      count(file, at, random.nextInt(8), question, found);
    }
    return found;
  }

  private static int[] everyBitFlipped(Path file, Question question) throws IOException {
    long length = Files.size(file);
    int[] found = new int[2];
    for (long bit = 0; bit < length * 8; bit++) {
      count(file, bit / 8, (int) bit % 8, question, found);
    }
    return found;
  }

  private static void count(Path file, long at, int bit, Question question, int[] found)
      throws IOException {
    Bits.flip(file, at, bit);
    try {
      found[0]++;
      found[1] += question.detected() ? 1 : 0;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("bit " + bit + " of byte " + at + ": " + e, e);
    }
    Bits.flip(file, at, bit);
  }

  /** Who opens and who verifies a recording says which file is damaged. */
  private static boolean schemaRefused() {
    TapeException opened = assertThrows(TapeException.class, () -> Tape.open(tape.path));
    TapeException verified = assertThrows(TapeException.class, () -> Verification.of(tape.path));
    assertEquals(TapeException.Kind.CHECKSUM, opened.kind());
    assertTrue(verified.getMessage().contains("schema.avsc"), verified.getMessage());
    return true;
  }

  @Test
  void aFlippedBitOfTheSchemaIsDetected() throws IOException {
    int[] found =
        flipped(TapeFiles.schema(tape.path), SOAK ? 2 : 1024, OtherFilesTest::schemaRefused);
    FaultTable.row(SOAK ? Fault.FLIP_WHOLE_SCHEMA : Fault.FLIP_SCHEMA, found[0], 0, found[1]);
    assertEquals(found[0], found[1]);
  }

  /** No reader of ours looks at it. */
  @Test
  void aFlippedBitOfTheQueuesOwnTableIsHarmless() throws IOException {
    Path table = TapeFiles.journal(tape.path).resolve("metadata.cq4t");
    int[] found = flipped(table, SOAK ? 2 : 128, tape::detectedWithIndex);
    FaultTable.row(SOAK ? Fault.FLIP_WHOLE_TABLE : Fault.FLIP_TABLE, found[0], 0, found[1]);
  }

  /** It is not believed then. */
  @Test
  void aFlippedBitOfTheBlockIndexIsHarmless() throws IOException {
    int[] found =
        everyBitFlipped(TapeFiles.index(tape.path).resolve("blocks"), tape::detectedWithIndex);
    FaultTable.row(Fault.FLIP_INDEX, found[0], 0, found[1]);
    assertEquals(0, found[1]);
  }

  /** They are no evidence: whatever they say, the events are the same. */
  @Test
  void aFlippedBitOfTheNotesChangesNoEvent() throws IOException {
    int[] found = everyBitFlipped(tape.path.resolve("notes.json"), tape::detectedWithIndex);
    FaultTable.row(Fault.FLIP_NOTES, found[0], 0, found[1]);
    assertEquals(0, found[1]);
  }
}
