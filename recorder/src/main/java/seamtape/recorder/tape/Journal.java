package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.posix.OpenFlag;
import net.openhft.posix.PosixAPI;

/**
 * The Chronicle queue of a recording, one excerpt a block. Used by the publisher's thread only. Its
 * clock stands still, so that all blocks lie in one cycle file and no clock of the host matters.
 */
final class Journal implements AutoCloseable {
  /** Chronicle maps this much at a time; a quarter more is the largest excerpt. */
  private static final int CHRONICLE_BLOCK_BYTES = 8 << 20;

  /** Space is taken this far ahead, so that a full disk is an IOException and not a fault. */
  private static final int RESERVE_BYTES = 256 << 10;

  /** And this far, once the recording has that many bytes. */
  private static final int MAX_RESERVE_BYTES = 4 << 20;

  /** Room for an index of the queue between two excerpts. */
  private static final int INDEX_BYTES = 96 << 10;

  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10);

  private final Path directory;
  private final ChronicleQueue queue;
  private final ExcerptAppender appender;
  private FileChannel channel;

  /** The cycle file once more, for fallocate. */
  private int descriptor;

  private ByteBuffer excerpt = direct(BlockHeader.BYTES + Block.MAX_BYTES);
  private long tail;
  private long reserved;
  private long bytes;

  static {
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.disk.monitor.disable", "true");
    Jvm.disableDebugHandler();
    Jvm.disablePerfHandler();
    Jvm.disableWarnHandler();
  }

  Journal(Path tape) throws IOException {
    directory = TapeFiles.journal(tape);
    Files.createDirectories(directory);
    if (Files.getFileStore(directory).getUsableSpace() < RESERVE_BYTES) {
      throw new IOException("No space left on device");
    }
    queue =
        SingleChronicleQueueBuilder.binary(directory)
            .rollCycle(RollCycles.FAST_DAILY)
            .blockSize(CHRONICLE_BLOCK_BYTES)
            .timeProvider(() -> 0L)
            .build();
    appender = queue.createAppender();
    try {
      openCycle();
    } catch (IOException | RuntimeException e) {
      appender.close();
      queue.close();
      throw e;
    }
  }

  /** Has the queue make its file, which it does for the first document. */
  private void openCycle() throws IOException {
    try (DocumentContext document = appender.writingDocument()) {
      document.rollbackOnClose();
      Path cycle = TapeFiles.cycles(directory.getParent()).get(0);
      channel = FileChannel.open(cycle, StandardOpenOption.READ, StandardOpenOption.WRITE);
      descriptor = PosixAPI.posix().open(cycle.toString(), OpenFlag.O_RDWR, 0);
    }
  }

  private static ByteBuffer direct(int capacity) {
    return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Publishes a block: after this every reader sees it. */
  void append(BlockHeader header, byte[] payload) throws IOException {
    int length = BlockHeader.BYTES + header.storedBytes;
    if (length > excerpt.capacity()) {
      excerpt = direct(length);
    }
    excerpt.clear();
    header.write(excerpt);
    excerpt.put(payload, 0, header.storedBytes).flip();
    reserve(length);
    try (DocumentContext document = appender.writingDocument()) {
      write(document, length);
    }
    bytes += length;
  }

  /**
   * Writes the excerpt into the document that the queue has begun, past its mapping: the pages that
   * both share need not fault one by one, which costs five times as much as the copy itself, and a
   * disk that is full or broken answers with an exception instead of a fault.
   */
  private void write(DocumentContext document, int length) throws IOException {
    Bytes<?> bytes = document.wire().bytes();
    long start = bytes.writePosition();
    try {
      for (long at = start; excerpt.hasRemaining(); ) {
        at += channel.write(excerpt, at);
      }
    } catch (IOException | RuntimeException e) {
      document.rollbackOnClose();
      throw e;
    }
    bytes.writeSkip(length);
    tail = Documents.next(start - Documents.HEADER_BYTES, length);
    reserved = Math.max(reserved, tail);
  }

  /** Takes space; writes zeros where the file system cannot, which also says why it is refused. */
  private void reserve(int length) throws IOException {
    long wanted = tail + length + INDEX_BYTES;
    if (wanted <= reserved) {
      return;
    }
    long end = wanted + RESERVE_BYTES;
    if (take(Math.max(end, wanted + Math.min(bytes, MAX_RESERVE_BYTES))) || take(end)) {
      return;
    }
    while (reserved < end) {
      ByteBuffer zeros = ZEROS.duplicate();
      zeros.limit((int) Math.min(zeros.capacity(), end - reserved));
      reserved += channel.write(zeros, reserved);
    }
  }

  private boolean take(long end) {
    if (PosixAPI.posix().fallocate(descriptor, 0, reserved, end - reserved) != 0) {
      return false;
    }
    reserved = end;
    return true;
  }

  /** Moves the tail past the indexes that the queue has written after the last excerpt. */
  private void skipIndexes() throws IOException {
    ByteBuffer word = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    while (channel.read(word.clear(), tail) == 4 && word.getInt(0) != 0) {
      tail = Documents.next(tail, word.getInt(0));
    }
  }

  /** Makes what is published durable. */
  void force() throws IOException {
    channel.force(true);
  }

  /** Bytes of all excerpts. */
  long bytes() {
    return bytes;
  }

  /**
   * Cuts off the space that was kept ahead. The queue must be closed. Some zeros stay, so that a
   * reader of the queue finds its end.
   */
  void trim() throws IOException {
    skipIndexes();
    channel.truncate((tail + 4 + 4095) & -4096L);
    channel.force(true);
    channel.close();
    TapeFiles.force(directory);
  }

  void closeQueue() {
    PosixAPI.posix().close(descriptor);
    appender.close();
    queue.close();
  }

  @Override
  public void close() throws IOException {
    closeQueue();
    channel.close();
  }
}
