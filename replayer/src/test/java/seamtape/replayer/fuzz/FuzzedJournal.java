package seamtape.replayer.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeIndex;
import seamtape.replayer.Recordings;

/**
 * Bytes in the place of a recording's blocks. Their checksums are made right, which no accident and
 * no mutation would do, so that what lies behind them is reached. What verification calls whole
 * must read to its end.
 */
final class FuzzedJournal implements FuzzedReader.Target {
  private static final int HEADER = 208;
  private static final int ID = 16;
  private static final int SCHEMA = 88;
  private static final int STORED_BYTES = 112;
  private static final int PAYLOAD_CRC = 200;
  private static final int HEADER_CRC = 204;
  private static final int LENGTH_BITS = 0x3fff_ffff;
  private static final byte[] MAGIC =
      "SEAMBLK\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private Path tape;
  private Path cycle;
  private byte[] head;
  private byte[] blocks;

  /** The recording's own blocks. */
  @Override
  public byte[] seed() throws IOException {
    open();
    return blocks.clone();
  }

  private void open() throws IOException {
    if (tape != null) {
      return;
    }
    Path made = SmallTapes.sealed();
    cycle = Recordings.cycle(made);
    byte[] whole = Files.readAllBytes(cycle);
    int first = indexOf(whole, MAGIC) - 4;
    int end = whole.length;
    while (whole[end - 1] == 0) {
      end--;
    }
    head = Arrays.copyOf(whole, first);
    blocks = Arrays.copyOfRange(whole, first, end);
    tape = made;
  }

  private static int indexOf(byte[] in, byte[] what) {
    int at = 0;
    while (!Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
      at++;
    }
    return at;
  }

  @Override
  public void read(byte[] bytes) throws IOException {
    open();
    ByteBuffer mended = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
    mend(mended);
    try (FileChannel channel =
        FileChannel.open(cycle, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(new ByteBuffer[] {ByteBuffer.wrap(head), mended.rewind()});
    }
    FuzzedTape.read(tape, FuzzedJournal::calls);
  }

  /** Gives every excerpt the id and schema of the recording and right checksums. */
  private void mend(ByteBuffer bytes) {
    int at = 0;
    while (at + 4 + HEADER <= bytes.capacity()) {
      int length = bytes.getInt(at) & LENGTH_BITS;
      int block = at + 4;
      bytes.put(block, MAGIC).put(block + ID, blocks, 4 + ID, 16);
      bytes.put(block + SCHEMA, blocks, 4 + SCHEMA, 8);
      int stored = Math.min(bytes.getInt(block + STORED_BYTES), bytes.capacity() - block - HEADER);
      if (stored >= 0) {
        bytes.putInt(block + PAYLOAD_CRC, crc(bytes, block + HEADER, stored));
      }
      bytes.putInt(block + HEADER_CRC, crc(bytes, block, HEADER_CRC));
      at = block + Math.max(HEADER, (Math.min(length, bytes.capacity()) + 3) & ~3);
    }
  }

  private static int crc(ByteBuffer bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), from, length);
    return (int) crc.getValue();
  }

  /** Calls and events find each other by the index. */
  private static void calls(Tape tape) throws TapeException {
    TapeIndex index = tape.index();
    long calls = Math.min(index.callCount(), 40);
    for (long call = 0; call < calls; call++) {
      long event = index.enterEventOfCall(call);
      if (index.callIndexOf(event) != call) {
        throw new IllegalStateException("call " + call + " is event " + event + ", another call");
      }
    }
  }
}
