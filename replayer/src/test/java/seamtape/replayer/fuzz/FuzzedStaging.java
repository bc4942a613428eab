package seamtape.replayer.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import seamtape.codec.EventDecoder;
import seamtape.codec.EventSchema;
import seamtape.codec.MalformedEventException;
import seamtape.event.Event;

/**
 * Bytes as the slots of an open recording's staging file. The check of each slot is made right as
 * far as its events decode, which no mutation would do. What verification calls whole must read to
 * its end.
 */
final class FuzzedStaging implements FuzzedReader.Target {
  private static final int FILE_HEADER = 4096;
  private static final int SLOT_HEADER = 64;
  private static final int SLOT_BYTES = SLOT_HEADER + (64 << 10) + 4032;
  private static final int SLOTS = 16;
  private static final int COMMIT = 32;
  private static final int HEAD = 48;
  private static final long MIX = 0x9e3779b97f4a7c15L;
  private static final long STEP = 0xc2b2ae3d27d4eb4eL;

  private final EventDecoder decoder = new EventDecoder(EventSchema.current());
  private Path tape;
  private Path file;
  private byte[] slots;
  private int used;

  /** The slots that hold events, one after the other, their heads without the gap behind them. */
  @Override
  public byte[] seed() throws IOException {
    open();
    return slots.clone();
  }

  private void open() throws IOException {
    if (tape != null) {
      return;
    }
    Path made = SmallTapes.open();
    file = made.resolve("staging");
    ByteBuffer whole = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer kept = ByteBuffer.allocate(whole.capacity());
    for (int slot = 0; slot < SLOTS; slot++) {
      int at = FILE_HEADER + slot * SLOT_BYTES;
      int length = length(whole.getLong(at + COMMIT));
      if (length > 0) {
        kept.put(whole.array(), at, HEAD).put(whole.array(), at + SLOT_HEADER, length);
      }
    }
    slots = Arrays.copyOf(kept.array(), kept.position());
    used = SLOTS;
    tape = made;
  }

  private static int length(long commit) {
    return (int) commit & (1 << 21) - 1;
  }

  @Override
  public void read(byte[] bytes) throws IOException {
    open();
    put(bytes);
    FuzzedTape.read(tape, opened -> {});
  }

  /** Lays the slots into the file and empties those of the input before. */
  private void put(byte[] bytes) throws IOException {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      int slot = 0;
      for (; slot < SLOTS && from.remaining() >= HEAD; slot++) {
        ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
        from.get(head.array());
        int length = Math.min(length(head.getLong(COMMIT)), from.remaining());
        byte[] events = new byte[length + EventDecoder.FAST_BYTES];
        from.get(events, 0, length);
        mend(head, events, length);
        long at = FILE_HEADER + (long) slot * SLOT_BYTES;
        channel.write(head, at);
        channel.write(ByteBuffer.wrap(events, 0, length), at + SLOT_HEADER);
      }
      for (int old = slot; old < used; old++) {
        channel.write(ByteBuffer.allocate(HEAD), FILE_HEADER + (long) old * SLOT_BYTES);
      }
      used = slot;
    }
  }

  /** The check over the slot's head and as many events as it counts. */
  private void mend(ByteBuffer head, byte[] events, int length) {
    long commit = head.getLong(COMMIT);
    int count = (int) (commit >>> 21) & (1 << 13) - 1;
    long check = 0;
    for (int word : new int[] {0, 8, 16, 24, 40}) {
      check = mix(check, head.getLong(word));
    }
    Event event = new Event();
    long time = head.getLong(24);
    int at = 0;
    try {
      for (int i = 0; i < count; i++) {
        int from = at;
        at = decoder.decode(events, from, length, time, event);
        time = event.time;
        check = check(check, events, from, at);
      }
      head.putLong(COMMIT, check << 34 | (long) count << 21 | length);
    } catch (MalformedEventException e) {
      return; // no check would help it
    }
  }

  private static long mix(long check, long word) {
    return Long.rotateLeft((check ^ word) * MIX, 29);
  }

  private static long check(long check, byte[] bytes, int from, int to) {
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long sum = 0;
    long factor = MIX;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      sum += words.getLong(i) * factor;
      factor += STEP;
    }
    long tail = words.getLong(i) & (1L << ((to - i) << 3)) - 1;
    return mix(check, sum + (tail ^ (long) to << 56) * factor);
  }
}
