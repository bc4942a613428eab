package seamtape.recorder.tape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * A block that was found: where its payload lies, or the payload itself when it was salvaged from
 * the staging file.
 */
record BlockRow(BlockHeader header, FileChannel file, long position, byte[] salvaged) {

  long firstEvent() {
    return header.firstEvent;
  }

  long lastEvent() {
    return header.lastEvent();
  }

  /** Reads the payload as it is stored; null when the file ends before it does. */
  byte[] read(byte[] reuse) throws IOException {
    if (salvaged != null) {
      return salvaged;
    }
    int length = header.storedBytes;
    byte[] bytes =
        reuse.length >= length + Block.SLACK_BYTES ? reuse : new byte[length * 5 / 4 + 64];
    ByteBuffer into = ByteBuffer.wrap(bytes, 0, length);
    while (into.hasRemaining()) {
      if (file.read(into, position + into.position()) < 0) {
        return null;
      }
    }
    return bytes;
  }

  /** The event bytes of a payload that matches; null when they are not what the header promises. */
  byte[] plain(byte[] payload, byte[] reuse) {
    return salvaged != null ? salvaged : BlockCodec.plain(header, payload, reuse);
  }

  boolean matches(byte[] payload) {
    if (salvaged != null) {
      return true;
    }
    CRC32C crc = new CRC32C();
    crc.update(payload, 0, header.storedBytes);
    return (int) crc.getValue() == header.payloadCrc;
  }
}
