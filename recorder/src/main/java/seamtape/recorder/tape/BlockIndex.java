package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the blocks of a finished recording lie, in {@code index/blocks}, so that opening it need
 * not walk the journal. Column by column, each number as its difference from the block before. A
 * block is still checked against its checksum when it is read.
 */
final class BlockIndex {
  static final String PART = "blocks";

  /** Changes when a column means something else. */
  static final int FORMAT = 1;

  private static final int COLUMNS = 15;

  private BlockIndex() {}

  /** Of a recording that was walked; null when its headers are not whole. */
  static byte[] write(Snapshot snapshot, List<FileChannel> files, Manifest manifest) {
    List<BlockRow> rows = snapshot.rows();
    if (!whole(snapshot, manifest)) {
      return null;
    }
    ByteBuffer to = ByteBuffer.allocate(rows.size() * COLUMNS * Long.BYTES);
    to.order(ByteOrder.LITTLE_ENDIAN);
    for (int column = 0; column < COLUMNS; column++) {
      long last = 0;
      for (BlockRow row : rows) {
        long value = columns(row, files.indexOf(row.file()))[column];
        to.putLong(value - last);
        last = value;
      }
    }
    return to.array();
  }

  private static long[] columns(BlockRow row, int file) {
    BlockHeader header = row.header();
    return new long[] {
      file,
      row.position(),
      header.number,
      header.firstEvent,
      header.count,
      header.calls,
      header.ioctls,
      header.codec,
      header.baseTime,
      header.minTime,
      header.maxTime,
      header.firstCall,
      header.storedBytes,
      header.plainBytes,
      header.payloadCrc
    };
  }

  /** Null when the payload is not that of the recording. */
  static Snapshot read(byte[] payload, List<FileChannel> files, Manifest manifest)
      throws IOException {
    int count = payload.length / COLUMNS / Long.BYTES;
    if (payload.length != count * COLUMNS * Long.BYTES) {
      return null;
    }
    ByteBuffer from = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    long[] sizes = new long[files.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = files.get(i).size();
    }
    List<BlockRow> rows = new ArrayList<>(count);
    long[] values = new long[COLUMNS];
    for (int i = 0; i < count; i++) {
      for (int column = 0; column < COLUMNS; column++) {
        values[column] += from.getLong((column * count + i) * Long.BYTES);
      }
      int file = (int) values[0];
      if (file < 0 || file >= sizes.length || !lies(values[1], values[12], sizes[file])) {
        return null;
      }
      rows.add(new BlockRow(header(values), files.get(file), values[1], null));
    }
    BlockHeader last = rows.isEmpty() ? new BlockHeader() : rows.get(count - 1).header();
    long events = rows.isEmpty() ? 0 : last.lastEvent();
    Snapshot snapshot = new Snapshot(rows, events, last.firstCall + last.calls, List.of());
    return whole(snapshot, manifest) ? snapshot : null;
  }

  private static boolean lies(long position, long bytes, long size) {
    return position >= 0 && bytes >= 0 && bytes <= size - position;
  }

  private static BlockHeader header(long[] values) {
    BlockHeader header = new BlockHeader();
    header.number = values[2];
    header.firstEvent = values[3];
    header.count = (int) values[4];
    header.calls = (int) values[5];
    header.ioctls = (int) values[6];
    header.codec = (int) values[7];
    header.baseTime = values[8];
    header.minTime = values[9];
    header.maxTime = values[10];
    header.firstCall = values[11];
    header.storedBytes = (int) values[12];
    header.plainBytes = (int) values[13];
    header.payloadCrc = (int) values[14];
    return header;
  }

  /** True when the blocks follow each other and are all that the manifest counts. */
  private static boolean whole(Snapshot snapshot, Manifest manifest) {
    long event = 1;
    long call = 0;
    for (int i = 0; i < snapshot.rows().size(); i++) {
      BlockHeader header = snapshot.rows().get(i).header();
      boolean follows =
          header.number == i
              && header.firstEvent == event
              && header.firstCall == call
              && header.count > 0
              && header.calls >= 0
              && header.storedBytes >= 0
              && header.storedBytes <= JournalScanner.MAX_PAYLOAD
              && header.plainBytes >= 0
              && header.plainBytes <= JournalScanner.MAX_PAYLOAD;
      if (!follows) {
        return false;
      }
      event += header.count;
      call += header.calls;
    }
    Manifest.Totals totals = manifest.totals();
    return snapshot.damage().isEmpty()
        && totals.blocks() == snapshot.rows().size()
        && totals.events() == event - 1
        && totals.calls() == call;
  }
}
