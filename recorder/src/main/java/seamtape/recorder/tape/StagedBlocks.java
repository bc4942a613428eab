package seamtape.recorder.tape;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import seamtape.codec.EventDecoder;
import seamtape.codec.EventSchema;
import seamtape.codec.MalformedEventException;
import seamtape.event.Event;
import seamtape.event.Phase;

/**
 * What the staging file of an open recording holds, while its writer is at work or after it died.
 * Reads only. A slot that the writer takes for another block meanwhile is left out: its block is
 * published then.
 */
final class StagedBlocks {
  private final List<BlockRow> rows = new ArrayList<>();
  private final List<Damage> damage = new ArrayList<>();
  private final EventDecoder decoder;
  private final long from;

  private StagedBlocks(EventSchema schema, long from) {
    this.from = from;
    decoder = new EventDecoder(schema);
  }

  /**
   * Reads the file.
   *
   * @param from number of the first block that is wanted; those before it are known already
   */
  static StagedBlocks read(Path tape, EventSchema schema, long idHigh, long idLow, long from)
      throws IOException {
    StagedBlocks staged = new StagedBlocks(schema, from);
    Path file = TapeFiles.staging(tape);
    if (!Files.isRegularFile(file)) {
      return staged.missing(tape);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      staged.read(channel, idHigh, idLow);
    } catch (NoSuchFileException e) {
      return staged.missing(tape);
    }
    return staged;
  }

  /** The file goes when the manifest says sealed, and not before. */
  private StagedBlocks missing(Path tape) {
    try {
      if (ManifestText.read(tape).state() == Manifest.State.OPEN) {
        unreadable();
      }
    } catch (TapeException e) {
      return this; // what is wrong with the manifest is told by those who need it
    }
    return this;
  }

  private void read(FileChannel channel, long idHigh, long idLow) throws IOException {
    long size = channel.size();
    if (size < Staging.bytes(Staging.STEP_SLOTS) || size > Staging.bytes(Staging.MAX_SLOTS)) {
      unreadable();
      return;
    }
    ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
    mapped.order(ByteOrder.LITTLE_ENDIAN);
    int slots = Staging.slots(mapped);
    if (mapped.getLong(0) != Staging.MAGIC
        || slots == 0
        || size < Staging.bytes(slots) // larger when the writer died while the file grew
        || mapped.getLong(16) != idHigh
        || mapped.getLong(24) != idLow) {
      unreadable();
      return;
    }
    long[] numbers = new long[slots];
    for (int slot = 0; slot < slots; slot++) {
      numbers[slot] = (long) Staging.IN_BUFFER.getAcquire(mapped, at(slot));
    }
    if (Staging.slots(mapped) != slots) {
      read(channel, idHigh, idLow); // grown meanwhile: an older block may lie in a newer slot
      return;
    }
    for (int slot : newestFirst(numbers)) {
      boolean known = numbers[slot] > 0 && numbers[slot] <= from;
      if (!known) {
        readSlot(mapped, at(slot), numbers[slot]);
      }
    }
    rows.sort(Comparator.comparingLong(row -> row.header().number));
  }

  private static int at(int slot) {
    return Staging.FILE_HEADER + slot * Staging.SLOT_BYTES;
  }

  /**
   * A block is full when one after it has begun. Read in this order, no block is short beside a
   * newer one because the writer went on between two looks.
   */
  private static int[] newestFirst(long[] numbers) {
    return IntStream.range(0, numbers.length)
        .boxed()
        .sorted(Comparator.comparingLong((Integer slot) -> numbers[slot]).reversed())
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private void unreadable() {
    damage.add(new Damage(Damage.Kind.STAGING, -1, 0, 0));
  }

  private void readSlot(ByteBuffer mapped, int slot, long number) {
    BlockHeader header = new BlockHeader();
    header.number = number - 1;
    header.firstEvent = mapped.getLong(slot + 8);
    header.firstCall = mapped.getLong(slot + 16);
    header.baseTime = mapped.getLong(slot + 24);
    header.firstIoctl = mapped.getLong(slot + 40);
    long commit = (long) Staging.IN_BUFFER.getAcquire(mapped, slot + Staging.COMMIT);
    if (commit == 0) {
      return;
    }
    int length = (int) (commit & (1 << Staging.COUNT_SHIFT) - 1);
    byte[] bytes = new byte[Math.min(length, Block.MAX_BYTES) + Block.SLACK_BYTES];
    mapped.get(slot + Staging.SLOT_HEADER, bytes, 0, bytes.length - Block.SLACK_BYTES);
    VarHandle.acquireFence();
    boolean stable = (long) Staging.IN_BUFFER.getOpaque(mapped, slot) == number;
    if (!stable) {
      return;
    }
    if (number == 0) {
      damage.add(new Damage(Damage.Kind.STAGING, -1, header.firstEvent, 0));
    } else {
      if (length > Block.MAX_BYTES) {
        damage.add(new Damage(Damage.Kind.STAGING, header.number, header.firstEvent, 0));
      } else {
        salvage(header, bytes, commit, length);
      }
    }
  }

  private void salvage(BlockHeader header, byte[] bytes, long commit, int length) {
    int count = (int) (commit >>> Staging.COUNT_SHIFT) & (1 << 13) - 1;
    Event event = new Event();
    long time = header.baseTime;
    long check =
        Staging.head(
            header.number + 1,
            header.firstEvent,
            header.firstCall,
            header.baseTime,
            header.firstIoctl);
    int at = 0;
    header.minTime = Long.MAX_VALUE;
    header.maxTime = Long.MIN_VALUE;
    try {
      for (header.count = 0; header.count < count; header.count++) {
        int from = at;
        at = decoder.decode(bytes, from, length, time, event);
        check = Staging.check(check, bytes, from, at);
        time = event.time;
        count(header, event);
      }
    } catch (MalformedEventException e) {
      check = ~commit;
    }
    if (at != length || Staging.commit(check, count, length) != commit) {
      long last = header.firstEvent + count - 1;
      damage.add(new Damage(Damage.Kind.STAGING, header.number, header.firstEvent, last));
      return;
    }
    header.storedBytes = length;
    header.plainBytes = length;
    rows.add(new BlockRow(header, null, 0, bytes));
  }

  private static void count(BlockHeader header, Event event) {
    header.minTime = Math.min(header.minTime, event.time);
    header.maxTime = Math.max(header.maxTime, event.time);
    if (event.phase == Phase.ENTER) {
      header.calls++;
      header.ioctls += event.row().ioctl ? 1 : 0;
    }
  }

  /** Whole blocks, by number. */
  List<BlockRow> rows() {
    return rows;
  }

  List<Damage> damage() {
    return damage;
  }
}
