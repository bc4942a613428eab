package seamtape.recorder.tape;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.UnsafeMemory;

/**
 * The mapped file that the blocks being filled are copied to event by event, so that the death of
 * the process loses none. A file header, then slots; a block takes the slot of its number.
 *
 * <pre>
 * file:  0 magic   8 version u32   12 slots u32   16 recording id (16)
 * slot:  0 block number + 1, or 0   8 first event   16 first call   24 base time
 *       32 commit: check (30 bits), count (13), length (21)   40 first ioctl   64 events
 * </pre>
 *
 * One store of the commit word makes an event part of the slot. The check mixes a weighted sum of
 * each event's words, which the processor multiplies side by side; it is not cryptographic.
 */
final class Staging implements AutoCloseable {
  /** "SEAMSTG" and a line feed, read as a little-endian long. */
  static final long MAGIC = 0x0a4754534d414553L;

  /** Of this file alone; an open recording of another layout has its published blocks only. */
  static final int VERSION = 3;

  static final int SLOTS = 16;
  static final int FILE_HEADER = 4096;
  static final int SLOT_HEADER = 64;
  static final int SLOT_BYTES = SLOT_HEADER + Block.MAX_BYTES + 4032;
  static final int FILE_BYTES = FILE_HEADER + SLOTS * SLOT_BYTES;
  static final int COUNT_SHIFT = 21;
  static final int CHECK_SHIFT = 34;
  static final VarHandle IN_BUFFER =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle IN_ARRAY =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MIX = 0x9e3779b97f4a7c15L;

  /** Even, so that every factor is odd and a changed word changes the sum. */
  private static final long STEP = 0xc2b2ae3d27d4eb4eL;

  private final ByteBuffer mapped;

  /** Of the mapping; a buffer's checks for each word would cost as much as the store. */
  private final long address;

  private int slot;
  private long check;

  private Staging(ByteBuffer mapped) {
    this.mapped = mapped;
    this.address = Jvm.address(mapped);
  }

  /**
   * Makes the file; its blocks are allocated, so that a full disk shows here and not in a store.
   */
  static Staging create(Path file, long idHigh, long idLow) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocate(FILE_BYTES);
      while (zeros.hasRemaining()) {
        channel.write(zeros);
      }
      ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES);
      mapped.order(ByteOrder.LITTLE_ENDIAN);
      mapped.putInt(8, VERSION).putInt(12, SLOTS);
      mapped.putLong(16, idHigh).putLong(24, idLow);
      IN_BUFFER.setRelease((ByteBuffer) mapped, 0, MAGIC);
      return new Staging(mapped);
    }
  }

  /** Starts a block in its slot, whose block before is published. */
  void begin(Block block) {
    slot = FILE_HEADER + (int) (block.number % SLOTS) * SLOT_BYTES;
    long number = block.number + 1;
    check = head(number, block.firstEvent, block.firstCall, block.baseTime, block.firstIoctl);
    IN_BUFFER.setRelease(mapped, slot, 0L);
    VarHandle.fullFence();
    mapped.putLong(
        slot + 32, 0L); // before the rest: a slot without number and with events is damage
    VarHandle.fullFence();
    mapped.putLong(slot + 8, block.firstEvent);
    mapped.putLong(slot + 16, block.firstCall);
    mapped.putLong(slot + 24, block.baseTime);
    mapped.putLong(slot + 40, block.firstIoctl);
    IN_BUFFER.setRelease(mapped, slot, number);
  }

  /** The check before the first event, which the words at the slot's start take part in. */
  static long head(long number, long event, long call, long time, long ioctl) {
    return mix(mix(mix(mix(mix(0, number), event), call), time), ioctl);
  }

  /** Adds the event that lies between two offsets of the block's bytes. */
  void add(byte[] bytes, int from, int to, int count) {
    long at = address + slot + SLOT_HEADER + from;
    long sum = 0;
    long factor = MIX;
    int i = from;
    for (; i + 8 <= to; i += 8, at += 8) {
      long word = (long) IN_ARRAY.get(bytes, i);
      UnsafeMemory.MEMORY.writeLong(at, word);
      sum += word * factor;
      factor += STEP;
    }
    long tail = (long) IN_ARRAY.get(bytes, i) & (1L << ((to - i) << 3)) - 1;
    UnsafeMemory.MEMORY.writeLong(at, tail);
    check = mix(check, sum + (tail ^ (long) to << 56) * factor);
    UnsafeMemory.MEMORY.writeOrderedLong(address + slot + 32, commit(check, count, to));
  }

  static long mix(long check, long word) {
    return Long.rotateLeft((check ^ word) * MIX, 29);
  }

  static long commit(long check, int count, int length) {
    return check << CHECK_SHIFT | (long) count << COUNT_SHIFT | length;
  }

  /** The check after one more event, for readers. */
  static long check(long check, byte[] bytes, int from, int to) {
    long sum = 0;
    long factor = MIX;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      sum += (long) IN_ARRAY.get(bytes, i) * factor;
      factor += STEP;
    }
    long tail = (long) IN_ARRAY.get(bytes, i) & (1L << ((to - i) << 3)) - 1;
    return mix(check, sum + (tail ^ (long) to << 56) * factor);
  }

  /** The mapping itself lasts until it is collected; nothing is written after this. */
  @Override
  public void close() {
    slot = -1;
  }
}
