package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import seamtape.codec.EventEncoder;

/**
 * Walks the bytes of the queue's files and finds the blocks by their headers, never through
 * Chronicle, which ends silently at a zeroed page. Where the framing breaks it searches forward, so
 * that what is missing can be named. {@link #scan} goes on where it ended. Payloads are not read.
 */
final class JournalScanner implements AutoCloseable {
  /** Bytes of a block's events, stored or plain: no header that says more is believed. */
  static final int MAX_PAYLOAD = EventEncoder.MAX_EVENT_BYTES + Block.MAX_BYTES;

  private static final int WINDOW_BYTES = 256 << 10;

  /** A writer fills and completes a document in less, unless it lost its processor or its life. */
  private static final long SETTLE_NANOS = 2_000_000;

  /** Waits of a scan, so that a file with thousands of broken places is not waited for at each. */
  private static final int MAX_SETTLES = 25;

  private final Path tape;
  private final long idHigh;
  private final long idLow;
  private final List<Path> names = new ArrayList<>();
  private final List<FileChannel> files = new ArrayList<>();
  private final List<BlockRow> rows = new ArrayList<>();
  private final List<Damage> damage = new ArrayList<>();
  private final ByteBuffer head = buffer(4 + BlockHeader.BYTES);
  private int file;
  private long position;
  private long nextBlock;
  private long nextEvent = 1;
  private long bytes;
  private BlockHeader seal;

  /** Where {@link #find} has found a block. */
  private long found;

  /** Zeros from here to the end of the file were searched once; the file is large and sparse. */
  private long nothingAfter = -1;

  /** The block of a document that is not complete, the last in the file; null without one. */
  private BlockHeader unfinished;

  /** Waits of this scan so far. */
  private int settles;

  /** What the walk stumbled over since the last good block; null when nothing. */
  private Damage.Kind broken;

  JournalScanner(Path tape, long idHigh, long idLow) {
    this.tape = tape;
    this.idHigh = idHigh;
    this.idLow = idLow;
  }

  static ByteBuffer buffer(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Finds what was published since the last scan. */
  void scan() throws IOException {
    unfinished = null;
    settles = 0;
    open();
    while (file < files.size()) {
      walk(files.get(file));
      if (file + 1 == files.size()) {
        return;
      }
      file++;
      position = 0;
      nothingAfter = -1;
    }
  }

  /** The queue's files, oldest first. */
  List<FileChannel> files() throws IOException {
    open();
    return files;
  }

  private void open() throws IOException {
    for (Path name : TapeFiles.cycles(tape)) {
      if (!names.contains(name)) {
        names.add(name);
        files.add(FileChannel.open(name, StandardOpenOption.READ));
      }
    }
  }

  private void walk(FileChannel channel) throws IOException {
    long size = channel.size();
    while (position + 4 <= size) {
      int read = fill(channel, head, position);
      int header = read >= 4 ? head.getInt(0) : 0;
      if (isWhole(header) && position + 4 + length(header) <= size) {
        document(channel, header, read, size);
      } else if (header == Documents.END_OF_CYCLE) {
        position += 4;
      } else if (!resume(channel, size, header)) {
        return;
      }
    }
  }

  private static boolean isWhole(int header) {
    return header != 0 && (header & Documents.NOT_COMPLETE) == 0;
  }

  private static long length(int header) {
    return header & Documents.LENGTH_MASK;
  }

  private void document(FileChannel channel, int header, int read, long size) throws IOException {
    if ((header & Documents.META) != 0) {
      position = Documents.next(position, header);
      return;
    }
    BlockHeader block = read == head.capacity() ? ours(head, 4) : null;
    if (block == null) {
      broken = Damage.Kind.CHECKSUM;
      BlockHeader next = find(channel, position + 4, size);
      position = next == null ? Documents.next(position, header) : found;
      if (next != null) {
        place(channel, next);
      }
      return;
    }
    if (length(header) != BlockHeader.BYTES + block.storedBytes) {
      broken = Damage.Kind.FRAMING;
    }
    place(channel, block);
  }

  private BlockHeader ours(ByteBuffer from, int at) {
    BlockHeader block = BlockHeader.read(from, at);
    boolean sane =
        block != null
            && block.idHigh == idHigh
            && block.idLow == idLow
            && block.storedBytes >= 0
            && block.storedBytes <= MAX_PAYLOAD
            && block.plainBytes >= 0
            && block.plainBytes <= MAX_PAYLOAD
            && block.count >= (block.kind == BlockHeader.SEAL ? 0 : 1)
            && block.count <= Block.MAX_EVENTS;
    return sane ? block : null;
  }

  /** Goes on after a place that is no document; false at the end of what was written. */
  private boolean resume(FileChannel channel, long size, int header) throws IOException {
    long from = position;
    boolean cut = isWhole(header);
    if (cut && truncated(channel, size)) {
      return false;
    }
    if (header == 0 && from == nothingAfter) {
      return false; // the writer's next block comes right here
    }
    if (header != 0 && !cut && settles++ < MAX_SETTLES && settles(channel, header)) {
      return true;
    }
    BlockHeader block = find(channel, from + 4, size);
    if (block != null && wordAt(channel, from) != header) {
      return true; // the writer was at work: what was found lies behind a block that is there now
    }
    boolean begun = header == 0 || (header & Documents.NOT_COMPLETE) != 0;
    if (block != null && begun && found == from && isLast(channel, block, size)) {
      unfinished = block;
      position = from;
      return false;
    }
    if (block != null) {
      broken = broken == null ? Damage.Kind.FRAMING : broken;
      position = found;
      place(channel, block);
      return true;
    }
    position = from;
    nothingAfter = from;
    if (cut) {
      damage.add(new Damage(Damage.Kind.TRUNCATED, nextBlock, nextEvent, 0));
      position = size;
    }
    return false;
  }

  /** True when no block lies after one that was found. */
  private boolean isLast(FileChannel channel, BlockHeader block, long size) throws IOException {
    long place = found;
    long after = place + Documents.HEADER_BYTES + BlockHeader.BYTES + block.storedBytes;
    boolean last = find(channel, after, size) == null;
    found = place;
    return last;
  }

  /**
   * The number of a block that its writer was publishing, or had begun to publish when it died; the
   * staging file has the block then. -1 without one.
   */
  long unfinishedBlock() {
    return unfinished == null ? -1 : unfinished.number;
  }

  /** Takes the unfinished block for what it is where nothing better is left of it. */
  void takeUnfinished() {
    if (unfinished != null) {
      broken = broken == null ? Damage.Kind.FRAMING : broken;
      place(files.get(file), unfinished);
      unfinished = null;
    }
  }

  /** Waits a moment for a document that is being written; true when its header has changed. */
  private boolean settles(FileChannel channel, int header) throws IOException {
    long until = System.nanoTime() + SETTLE_NANOS;
    do {
      if (wordAt(channel, position) != header) {
        return true;
      }
      Thread.onSpinWait();
    } while (System.nanoTime() < until);
    return false;
  }

  private int wordAt(FileChannel channel, long at) throws IOException {
    return fill(channel, head, at) >= 4 ? head.getInt(0) : 0;
  }

  /** A block whose header is there and whose payload goes beyond the end of the file. */
  private boolean truncated(FileChannel channel, long size) throws IOException {
    if (fill(channel, head, position) < head.capacity()) {
      return false;
    }
    BlockHeader block = ours(head, 4);
    if (block == null
        || block.number < nextBlock
        || position + 4 + BlockHeader.BYTES + block.storedBytes <= size) {
      return false;
    }
    damage.add(new Damage(Damage.Kind.TRUNCATED, block.number, nextEvent, block.lastEvent()));
    position = size;
    return true;
  }

  /** Looks for the next good header from a position on; its document lies at {@link #found}. */
  private BlockHeader find(FileChannel channel, long from, long size) throws IOException {
    ByteBuffer window = buffer(WINDOW_BYTES);
    for (long start = from; start + BlockHeader.BYTES <= size; ) {
      int read = fill(channel, window, start);
      int last = read - BlockHeader.BYTES;
      for (int i = 0; i <= last; i++) {
        if (window.get(i) == (byte) BlockHeader.MAGIC && window.getLong(i) == BlockHeader.MAGIC) {
          BlockHeader block = ours(window, i);
          if (block != null && block.number >= nextBlock) {
            found = start + i - 4;
            return block;
          }
        }
      }
      if (last < 0) {
        return null;
      }
      start += last + 1;
    }
    return null;
  }

  private static int fill(FileChannel channel, ByteBuffer into, long from) throws IOException {
    into.clear();
    while (into.hasRemaining()) {
      if (channel.read(into, from + into.position()) < 0) {
        break;
      }
    }
    return into.position();
  }

  /** Takes a block whose header is good, at the current position. */
  private void place(FileChannel channel, BlockHeader block) {
    long payload = position + 4 + BlockHeader.BYTES;
    position = Documents.next(position, BlockHeader.BYTES + block.storedBytes);
    if (block.number < nextBlock || seal != null) {
      damage.add(
          new Damage(Damage.Kind.SEQUENCE, block.number, block.firstEvent, block.lastEvent()));
      return;
    }
    noteWhatLiesBefore(block);
    nextBlock = block.number + 1;
    nextEvent = block.firstEvent + block.count;
    bytes += BlockHeader.BYTES + block.storedBytes;
    broken = null;
    if (block.kind == BlockHeader.SEAL) {
      seal = block;
    } else {
      rows.add(new BlockRow(block, channel, payload, null));
    }
  }

  private void noteWhatLiesBefore(BlockHeader block) {
    if (block.firstEvent > nextEvent) {
      Damage.Kind kind = broken == Damage.Kind.CHECKSUM ? broken : Damage.Kind.MISSING;
      damage.add(new Damage(kind, nextBlock, nextEvent, block.firstEvent - 1));
    } else if (block.firstEvent < nextEvent || block.number > nextBlock) {
      damage.add(
          new Damage(Damage.Kind.SEQUENCE, block.number, block.firstEvent, block.lastEvent()));
    } else if (broken != null) {
      long to = Math.max(block.firstEvent, block.lastEvent());
      damage.add(new Damage(broken, block.number, block.firstEvent, to));
    }
  }

  /** Blocks of events, in order. */
  List<BlockRow> rows() {
    return rows;
  }

  /** What the walk found wrong; a break after the last block included. */
  List<Damage> damage() {
    if (broken == null) {
      return damage;
    }
    List<Damage> all = new ArrayList<>(damage);
    all.add(new Damage(broken, nextBlock, nextEvent, 0));
    return all;
  }

  /** The seal; null while there is none. */
  BlockHeader seal() {
    return seal;
  }

  /** The number after the last block found. */
  long nextBlock() {
    return nextBlock;
  }

  long nextEvent() {
    return nextEvent;
  }

  /** Bytes of all excerpts found. */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : files) {
      channel.close();
    }
  }
}
