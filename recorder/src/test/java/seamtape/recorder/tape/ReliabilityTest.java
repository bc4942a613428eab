package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.FaultTable.Fault;

/**
 * Damage is detected or harmless, never silent: every byte cut, every bit flipped, pages lost. The
 * counts are the rows of docs/RELIABILITY.md.
 */
class ReliabilityTest {
  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");
  private static final int PAGE = 4096;
  private static final int HEADER = 4;

  @TempDir static Path dir;
  private static SmallTape sealed;
  private static SmallTape open;
  private static int firstBlock;

  @BeforeAll
  static void record() throws IOException {
    sealed = SmallTape.record(dir.resolve("sealed.tape"), true);
    open = SmallTape.record(dir.resolve("open.tape"), false);
    firstBlock = Bits.blocks(sealed.path).get(0) - HEADER;
  }

  @AfterAll
  static void theTableIsUpToDate() throws IOException {
    FaultTable.check();
  }

  /** End of the last block: what follows are zeros. */
  private static long end(SmallTape tape) throws IOException {
    byte[] bytes = Files.readAllBytes(tape.cycle());
    int end = bytes.length;
    while (bytes[end - 1] == 0) {
      end--;
    }
    return end;
  }

  @Test
  void aCutAtAnyByteOfTheBlocksIsDetected() throws IOException {
    byte[] whole = Files.readAllBytes(sealed.cycle());
    long end = end(sealed);
    int rounds = 0;
    int detected = 0;
    for (long size = end - 1; size >= firstBlock; size--) {
      Bits.truncate(sealed.cycle(), size);
      rounds++;
      detected += sealed.detected() ? 1 : 0;
    }
    Files.write(sealed.cycle(), whole);
    FaultTable.row(Fault.CUT_BLOCKS, rounds, 0, detected);
    assertEquals(rounds, detected);
  }

  @Test
  void aFlipOfAnyBitOfTheBlocksIsDetectedOrHarmless() throws IOException {
    count(Fault.FLIP_BLOCKS, sealed, firstBlock, end(sealed), 1, true);
  }

  @Test
  void aFlippedBitOfAnyOtherByteOfTheJournalIsDetectedOrHarmless() throws IOException {
    Fault fault = SOAK ? Fault.FLIP_REST : Fault.FLIP_JOURNAL;
    count(fault, sealed, 0, firstBlock, SOAK ? 1 : 2, false);
  }

  @Test
  void aFlipOfAnyBitOfAnOpenJournalIsDetectedOrHarmless() throws IOException {
    count(Fault.FLIP_OPEN, open, firstBlock, end(open), 1, true);
  }

  private static void count(
      Fault fault, SmallTape tape, long from, long to, int step, boolean allBits)
      throws IOException {
    Random random = new Random(3);
    List<Integer> blocks = Bits.blocks(tape.path);
    int rounds = 0;
    int detected = 0;
    try (FileChannel channel =
        FileChannel.open(tape.cycle(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (long at = from; at < to; at += step) {
        int chosen = random.nextInt(8);
        for (int bit = 0; bit < 8; bit++) {
          if (allBits || bit == chosen) {
            rounds++;
            detected += flipped(channel, at, bit, tape, blocks) ? 1 : 0;
          }
        }
      }
    }
    FaultTable.row(fault, rounds, 0, detected);
  }

  /** True when a flip is detected, with its place where the file's blocks are given. */
  private static boolean flipped(
      FileChannel channel, long at, int bit, SmallTape tape, List<Integer> blocks)
      throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    channel.read(one, at);
    byte before = one.get(0);
    channel.write(ByteBuffer.wrap(new byte[] {(byte) (before ^ 1 << bit)}), at);
    try {
      boolean detected = tape.detected();
      assertTrue(!detected || placed(tape.damage(), blocks, at), () -> "" + tape.damage());
      return detected;
    } catch (TapeException e) {
      return true;
    } catch (AssertionError e) {
      throw new AssertionError("bit " + bit + " of byte " + at + ": " + e.getMessage(), e);
    } finally {
      channel.write(ByteBuffer.wrap(new byte[] {before}), at);
    }
  }

  /** Whether what is told of a flipped byte of a block names that block, or one beside it. */
  private static boolean placed(List<Damage> told, List<Integer> blocks, long at) {
    long block = blocks.stream().filter(start -> start - HEADER <= at).count() - 1;
    return block < 0 || told.stream().anyMatch(one -> Math.abs(one.block() - block) <= 1);
  }

  @Test
  void aFlipOfAnyBitOfTheStagingFilesUsedPartIsDetectedOrHarmless() throws IOException {
    Path file = TapeFiles.staging(open.path);
    BitSet used = used(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
    int rounds = 0;
    int detected = 0;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (int at = used.nextSetBit(0); at >= 0; at = used.nextSetBit(at + 1)) {
        for (int bit = 0; bit < 8; bit++) {
          rounds++;
          detected += flipped(channel, at, bit, open, List.of()) ? 1 : 0;
        }
      }
    }
    FaultTable.row(Fault.FLIP_STAGING, rounds, 0, detected);
  }

  /** The file's head, the heads of slots that hold events, and those events. */
  private static BitSet used(ByteBuffer file) {
    BitSet used = new BitSet();
    used.set(0, 32);
    for (int i = 0; i < Staging.STEP_SLOTS; i++) {
      int slot = Staging.FILE_HEADER + i * Staging.SLOT_BYTES;
      int length = (int) file.getLong(slot + 32) & (1 << Staging.COUNT_SHIFT) - 1;
      if (length > 0) {
        used.set(slot, slot + 48);
        used.set(slot + Staging.SLOT_HEADER, slot + Staging.SLOT_HEADER + length);
      }
    }
    return used;
  }

  @Test
  void aFlipOfAnyBitOfTheManifestIsDetectedOrHarmless() throws IOException {
    byte[] text = Files.readAllBytes(TapeFiles.manifest(sealed.path));
    String whole = ManifestText.read(sealed.path).toJson();
    int detected = 0;
    for (int bit = 0; bit < text.length * 8; bit++) {
      byte[] flipped = text.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      detected += refused(flipped, whole) ? 1 : 0;
    }
    FaultTable.row(Fault.FLIP_MANIFEST, text.length * 8, 0, detected);
  }

  @Test
  void aManifestCutAtAnyByteIsDetectedOrHarmless() throws IOException {
    byte[] text = Files.readAllBytes(TapeFiles.manifest(sealed.path));
    String whole = ManifestText.read(sealed.path).toJson();
    int detected = 0;
    for (int length = 0; length < text.length; length++) {
      detected += refused(java.util.Arrays.copyOf(text, length), whole) ? 1 : 0;
    }
    FaultTable.row(Fault.CUT_MANIFEST, text.length, 0, detected);
  }

  /** A manifest is refused by its own exception, or says what it said before. */
  private static boolean refused(byte[] text, String whole) {
    try {
      String json = new String(text, StandardCharsets.UTF_8);
      assertEquals(whole, Manifest.parse(json).toJson());
      return false;
    } catch (TapeException e) {
      return true;
    }
  }

  @Test
  void lostPagesOfASealedJournalAreDetected() throws IOException {
    int rounds = SOAK ? 10_000 : 300;
    byte[] whole = Files.readAllBytes(sealed.cycle());
    Random random = new Random(8);
    int pages = whole.length / PAGE;
    int detected = 0;
    int harmless = 0;
    for (int round = 0; round < rounds; round++) {
      byte[] image = whole.clone();
      for (int lost = 1 + random.nextInt(3); lost > 0; lost--) {
        int page = random.nextBoolean() ? firstBlock / PAGE : random.nextInt(pages);
        java.util.Arrays.fill(image, page * PAGE, (page + 1) * PAGE, (byte) 0);
      }
      Files.write(sealed.cycle(), image);
      boolean told = sealed.detected();
      detected += told ? 1 : 0;
      harmless += told ? 0 : 1;
    }
    Files.write(sealed.cycle(), whole);
    FaultTable.row(Fault.LOST_PAGES, rounds, 0, detected);
    assertTrue(detected > 0 && harmless >= 0);
  }

  /**
   * What a crash of the machine leaves of a recording that was being made: pages that never came to
   * the disk, of the journal beyond its last force and of the staging file.
   */
  @Test
  void lostPagesOfAnOpenRecordingAreDetectedOrItEndsEarlier() throws IOException {
    SmallTape tape = SmallTape.record(dir.resolve("longer.tape"), false, 200);
    Path[] files = {tape.cycle(), TapeFiles.staging(tape.path)};
    byte[][] whole = {Files.readAllBytes(files[0]), Files.readAllBytes(files[1])};
    int rounds = SOAK ? 10_000 : 300;
    int[] verdicts = new int[SmallTape.Verdict.values().length];
    Random random = new Random(9);
    for (int round = 0; round < rounds; round++) {
      byte[][] image = {whole[0].clone(), whole[1].clone()};
      for (int lost = 1 + random.nextInt(3); lost > 0; lost--) {
        loseAPage(image[random.nextInt(2)], random);
      }
      Files.write(files[0], image[0]);
      Files.write(files[1], image[1]);
      verdicts[tape.judge().ordinal()]++;
    }
    int detected = verdicts[SmallTape.Verdict.DETECTED.ordinal()];
    int earlier = verdicts[SmallTape.Verdict.EARLIER.ordinal()];
    FaultTable.row(Fault.LOST_OPEN_PAGES, rounds, 0, detected, earlier);
    assertTrue(detected > 0 && earlier < rounds / 4, earlier + " of " + rounds);
  }

  /** One that holds something. */
  private static void loseAPage(byte[] image, Random random) {
    int page;
    do {
      page = random.nextInt(image.length / PAGE);
    } while (isZero(image, page * PAGE));
    java.util.Arrays.fill(image, page * PAGE, (page + 1) * PAGE, (byte) 0);
  }

  private static boolean isZero(byte[] image, int from) {
    for (int i = from; i < from + PAGE; i++) {
      if (image[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
