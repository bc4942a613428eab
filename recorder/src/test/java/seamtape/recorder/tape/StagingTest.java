package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.codec.EventEncoder;
import seamtape.codec.EventSchema;
import seamtape.event.Event;

/** The staging file and the blocks that wait in it. */
class StagingTest {
  private static final int EVENTS_A_BLOCK = 10;

  @TempDir Path dir;
  private final EventEncoder encoder = new EventEncoder();
  private final Events source = Events.settled(5);
  private Staging staging;
  private BlockPool pool;
  private long time;

  @BeforeEach
  void create() throws IOException {
    staging = Staging.create(TapeFiles.staging(dir), 1, 2);
    pool = new BlockPool(staging);
  }

  /** Fills the next block; false when none is free. */
  private boolean fill(long number, long published) {
    Block block = pool.take(number, published);
    if (block == null) {
      return false;
    }
    byte[] bytes = new byte[Block.MAX_BYTES + Block.SLACK_BYTES];
    block.begin(number, number * EVENTS_A_BLOCK + 1, 0, 0, time);
    staging.begin(block);
    for (int i = 1; i <= EVENTS_A_BLOCK; i++) {
      Event event = source.next();
      int from = block.length;
      block.length = encoder.encode(event, time, bytes, from);
      time = event.time;
      staging.add(bytes, from, block.length, i);
    }
    return true;
  }

  private List<Long> staged(long from) throws IOException {
    StagedBlocks read = StagedBlocks.read(dir, EventSchema.current(), 1, 2, from);
    assertEquals(List.of(), read.damage());
    read.rows().forEach(row -> assertEquals(EVENTS_A_BLOCK, row.header().count));
    return read.rows().stream().map(row -> row.header().number).toList();
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  private void patch(int at, int word) throws IOException {
    try (FileChannel file = FileChannel.open(TapeFiles.staging(dir), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, word), at);
    }
  }

  @Test
  void aWriterWaitsWhenItsBlocksAreAllInUse() {
    for (int i = 0; i < Staging.STEP_SLOTS; i++) {
      fill(i, 0);
    }
    assertNull(pool.take(Staging.STEP_SLOTS, 0));
    assertEquals(0, pool.oldest());
  }

  @Test
  void theFirstSlotsGoRoundSoThatThePublishedBlocksStayInThem() throws IOException {
    for (int i = 0; i < 100; i++) {
      fill(i, i);
    }
    assertEquals(range(100 - Staging.STEP_SLOTS, 100), staged(0));
  }

  @Test
  void theFileGrowsToItsMostAndEveryBlockThatWaitsIsRead() throws IOException {
    int blocks = 0;
    while (blocks < Staging.MAX_SLOTS) {
      if (fill(blocks, 0)) {
        blocks++;
      } else {
        pool.grow();
      }
    }
    pool.grow();
    assertEquals(Staging.MAX_SLOTS, pool.size());
    assertNull(pool.take(blocks, 0));
    assertEquals(range(0, blocks), staged(0));
    assertEquals(range(200, blocks), staged(200));
  }

  @Test
  void aBlockFreedOutOfTheMiddleIsFilledAgain() throws IOException {
    pool.grow();
    for (int i = 0; i < 2 * Staging.STEP_SLOTS; i++) {
      fill(i, 0);
    }
    for (int i = 2 * Staging.STEP_SLOTS; i < 500; i++) {
      fill(i, i - 20);
    }
    List<Long> found = staged(0);
    assertEquals(range(480, 500), found.subList(found.size() - 20, found.size()));
  }

  @Test
  void aFileOfTheLayoutBeforeIsRead() throws IOException {
    fill(0, 0);
    patch(8, Staging.FIXED_VERSION);
    patch(12, Staging.STEP_SLOTS);
    assertEquals(range(0, 1), staged(0));
  }

  @Test
  void aNumberOfSlotsThatTheFileHasNotIsDamage() throws IOException {
    fill(0, 0);
    for (int slots : new int[] {0, 8, 17, 32, 256, 272, 0xffff}) {
      patch(12, slots | ~slots << 16);
      StagedBlocks read = StagedBlocks.read(dir, EventSchema.current(), 1, 2, 0);
      assertEquals(List.of(), read.rows(), slots + " slots");
      assertEquals(Damage.Kind.STAGING, read.damage().get(0).kind());
    }
  }

  @Test
  void aFileThatDiedWhileItGrewIsReadAsFarAsItHadGrown() throws IOException {
    fill(0, 0);
    try (FileChannel file = FileChannel.open(TapeFiles.staging(dir), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), Staging.bytes(2 * Staging.STEP_SLOTS) - 5000L);
    }
    assertEquals(range(0, 1), staged(0));
  }
}
