package seamtape.recorder.tape;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.UnsafeMemory;

/**
 * The mapped file that the blocks being filled are copied to event by event, so that the death of
 * the process loses none. A file header, then slots; the file begins with few of them and grows.
 *
 * <pre>
 * file:  0 magic   8 version u32   12 slots u16, their complement u16   16 recording id (16)
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
  static final int VERSION = 4;

  /** The layout whose slots were always {@link #STEP_SLOTS}, without a complement. */
  static final int FIXED_VERSION = 3;

  /** The file has a multiple of this many slots. */
  static final int STEP_SLOTS = 16;

  /** At most: a third of a second of 50 MB/s. */
  static final int MAX_SLOTS = 256;

  static final int FILE_HEADER = 4096;
  static final int SLOT_HEADER = 64;
  static final int COMMIT = 32;
  static final int SLOT_BYTES = SLOT_HEADER + Block.MAX_BYTES + 4032;
  static final int COUNT_SHIFT = 21;
  static final int CHECK_SHIFT = 34;
  static final VarHandle IN_BUFFER =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle IN_ARRAY =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle IN_INTS =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int PAGE_BYTES = 4096;
  private static final int STEP_BYTES = STEP_SLOTS * SLOT_BYTES;
  private static final long MIX = 0x9e3779b97f4a7c15L;

  /** Even, so that every factor is odd and a changed word changes the sum. */
  private static final long STEP = 0xc2b2ae3d27d4eb4eL;

  private final Path file;

  /** The mappings, kept as long as their addresses are used. */
  private final List<ByteBuffer> mappings = new ArrayList<>();

  /** Of each step's first slot; a buffer's checks for each word would cost as much as the store. */
  private final long[] addresses = new long[MAX_SLOTS / STEP_SLOTS];

  private volatile int slots = STEP_SLOTS;

  /** Address of the slot being filled. */
  private long slot;

  private long check;

  private Staging(Path file) {
    this.file = file;
  }

  /**
   * Makes the file; its blocks are allocated, so that a full disk shows here and not in a store.
   */
  static Staging create(Path file, long idHigh, long idLow) throws IOException {
    Staging staging = new Staging(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      zero(channel, 0, bytes(STEP_SLOTS));
      ByteBuffer head = staging.map(channel, 0, bytes(STEP_SLOTS));
      staging.addresses[0] = Jvm.address(head) + FILE_HEADER;
      head.putInt(8, VERSION).putInt(12, slotsWord(STEP_SLOTS));
      head.putLong(16, idHigh).putLong(24, idLow);
      IN_BUFFER.setRelease(head, 0, MAGIC);
    }
    return staging;
  }

  private static void zero(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(STEP_BYTES);
    for (long at = from; at < to; ) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
      at += channel.write(zeros, at);
    }
  }

  private ByteBuffer map(FileChannel channel, long from, long length) throws IOException {
    ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, from, length);
    mappings.add(mapped);
    return mapped.order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Adds a step of slots, when not all are there. For one thread, which need not be the one that
   * fills them; that one sees them after.
   *
   * @throws IOException when the file cannot grow; the slots that are there go on
   */
  void grow() throws IOException {
    int now = slots;
    if (now == MAX_SLOTS) {
      return;
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      zero(channel, bytes(now), bytes(now + STEP_SLOTS));
      ByteBuffer step = map(channel, bytes(now), STEP_BYTES);
      for (int at = 0; at < STEP_BYTES; at += PAGE_BYTES) {
        step.put(at, (byte) 0); // faults here, and not when the slot is filled
      }
      addresses[now / STEP_SLOTS] = Jvm.address(step);
      IN_INTS.setRelease(mappings.get(0), 12, slotsWord(now + STEP_SLOTS));
    }
    slots = now + STEP_SLOTS;
  }

  /** Slots that are there. */
  int slots() {
    return slots;
  }

  /** Bytes of a file of so many slots. */
  static int bytes(int slots) {
    return FILE_HEADER + slots * SLOT_BYTES;
  }

  /** A flip of any bit makes this another number of no slots. */
  private static int slotsWord(int slots) {
    return slots | ~slots << 16;
  }

  /** The slots that the head of a file tells; 0 when it cannot be read. */
  static int slots(ByteBuffer head) {
    int version = head.getInt(8);
    int word = (int) IN_INTS.getAcquire(head, 12);
    int slots = word & 0xffff;
    boolean right = version == VERSION ? word == slotsWord(slots) : word == STEP_SLOTS;
    boolean known = version == VERSION || version == FIXED_VERSION;
    return known && right && slots % STEP_SLOTS == 0 && slots <= MAX_SLOTS ? slots : 0;
  }

  /** Starts a block in its slot, whose block before is published. */
  void begin(Block block) {
    slot = address(block.slot);
    long number = block.number + 1;
    check = head(number, block.firstEvent, block.firstCall, block.baseTime, block.firstIoctl);
    UnsafeMemory.MEMORY.writeOrderedLong(
        slot + COMMIT, 0); // first: a slot without number and with events is damage
    UnsafeMemory.MEMORY.writeOrderedLong(slot, 0);
    VarHandle.fullFence();
    UnsafeMemory.MEMORY.writeLong(slot + 8, block.firstEvent);
    UnsafeMemory.MEMORY.writeLong(slot + 16, block.firstCall);
    UnsafeMemory.MEMORY.writeLong(slot + 24, block.baseTime);
    UnsafeMemory.MEMORY.writeLong(slot + 40, block.firstIoctl);
    UnsafeMemory.MEMORY.writeOrderedLong(slot, number);
  }

  private long address(int number) {
    return addresses[number / STEP_SLOTS] + (long) (number % STEP_SLOTS) * SLOT_BYTES;
  }

  /** The check before the first event, which the words at the slot's start take part in. */
  static long head(long number, long event, long call, long time, long ioctl) {
    return mix(mix(mix(mix(mix(0, number), event), call), time), ioctl);
  }

  /** Adds the event that lies between two offsets of the block's bytes. */
  void add(byte[] bytes, int from, int to, int count) {
    long at = slot + SLOT_HEADER + from;
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
    UnsafeMemory.MEMORY.writeOrderedLong(slot + COMMIT, commit(check, count, to));
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
    slot = 0;
  }
}
