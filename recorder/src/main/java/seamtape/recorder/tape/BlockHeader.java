package seamtape.recorder.tape;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The fixed little-endian header of a block; the stored payload follows it.
 *
 * <pre>
 *   0 magic          8 version u16   10 length u16   12 kind u32
 *  16 recording id (16)             32 block number  40 first event
 *  48 count u32     52 calls u32    56 ioctls u32    60 codec u32
 *  64 base time     72 least time   80 greatest time 88 schema fingerprint
 *  96 host nanos   104 first call  112 stored bytes u32  116 plain bytes u32
 * 120 run (-1: none ends here)     128 run hash (32) 160 chain value (32)
 * 192 first ioctl  200 CRC32C of the stored payload  204 CRC32C of the header before this
 * </pre>
 *
 * A run ends at most once in a block, because neither holds more than 4096 events. The seal is a
 * block without events whose first event is the one that would come next.
 */
final class BlockHeader {
  static final int BYTES = 208;

  /** "SEAMBLK" and a line feed, read as a little-endian long. */
  static final long MAGIC = 0x0a4b4c424d414553L;

  static final int VERSION = 1;
  static final int EVENTS = 1;
  static final int SEAL = 2;
  static final int HASH_BYTES = 32;

  int kind = EVENTS;
  long idHigh;
  long idLow;
  long number;
  long firstEvent;
  int count;
  int calls;
  int ioctls;
  int codec = BlockCodec.NONE;
  long baseTime;
  long minTime;
  long maxTime;
  long schema;
  long hostNanos;
  long firstCall;
  int storedBytes;
  int plainBytes;
  long run = -1;
  final byte[] runHash = new byte[HASH_BYTES];
  final byte[] chain = new byte[HASH_BYTES];
  long firstIoctl;
  int payloadCrc;

  /** Writes from the buffer's position, which is moved past the header. */
  void write(ByteBuffer to) {
    int start = to.position();
    to.putLong(MAGIC).putShort((short) VERSION).putShort((short) BYTES).putInt(kind);
    to.putLong(idHigh).putLong(idLow).putLong(number).putLong(firstEvent);
    to.putInt(count).putInt(calls).putInt(ioctls).putInt(codec);
    to.putLong(baseTime).putLong(minTime).putLong(maxTime).putLong(schema);
    to.putLong(hostNanos).putLong(firstCall).putInt(storedBytes).putInt(plainBytes);
    to.putLong(run).put(runHash).put(chain).putLong(firstIoctl).putInt(payloadCrc);
    to.putInt(crc(to, start));
  }

  /** Reads at a position; null when there is no header with a right checksum. */
  static BlockHeader read(ByteBuffer from, int start) {
    if (from.getLong(start) != MAGIC || from.getInt(start + BYTES - 4) != crc(from, start)) {
      return null;
    }
    ByteBuffer at = from.duplicate().order(from.order()).position(start + 12);
    BlockHeader header = new BlockHeader();
    header.kind = at.getInt();
    header.idHigh = at.getLong();
    header.idLow = at.getLong();
    header.number = at.getLong();
    header.firstEvent = at.getLong();
    header.count = at.getInt();
    header.calls = at.getInt();
    header.ioctls = at.getInt();
    header.codec = at.getInt();
    header.baseTime = at.getLong();
    header.minTime = at.getLong();
    header.maxTime = at.getLong();
    header.schema = at.getLong();
    header.hostNanos = at.getLong();
    header.firstCall = at.getLong();
    header.storedBytes = at.getInt();
    header.plainBytes = at.getInt();
    header.run = at.getLong();
    at.get(header.runHash).get(header.chain);
    header.firstIoctl = at.getLong();
    header.payloadCrc = at.getInt();
    return header;
  }

  private static int crc(ByteBuffer buffer, int start) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.duplicate().position(start).limit(start + BYTES - 4));
    return (int) crc.getValue();
  }

  long lastEvent() {
    return firstEvent + count - 1;
  }
}
