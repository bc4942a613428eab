package seamtape.recorder.tape;

import com.github.luben.zstd.Zstd;
import seamtape.codec.EventDecoder;

/**
 * How a block's payload is stored. Each block stands for itself, so that a packed recording is read
 * from anywhere. Checksums are over stored bytes, hashes over plain ones.
 */
final class BlockCodec {
  static final int NONE = 0;
  static final int ZSTD = 1;

  /** More than twice as slow as the default and a tenth smaller; packing is done once. */
  private static final int LEVEL = 9;

  private BlockCodec() {}

  /** True when a header says how its payload is stored, and this build knows how to read it. */
  static boolean knows(BlockHeader header) {
    return header.codec == NONE
        ? header.plainBytes == header.storedBytes
        : header.codec == ZSTD && header.plainBytes > header.storedBytes;
  }

  /** The compressed bytes; null when they are no fewer. */
  static byte[] pack(byte[] plain, int length) {
    byte[] packed = new byte[(int) Zstd.compressBound(length)];
    long size = Zstd.compressByteArray(packed, 0, packed.length, plain, 0, length, LEVEL);
    return Zstd.isError(size) || size >= length
        ? null
        : java.util.Arrays.copyOf(packed, (int) size);
  }

  /**
   * The event bytes of a stored payload: itself when it is plain.
   *
   * @return null when they are not what the header promises
   */
  static byte[] plain(BlockHeader header, byte[] stored, byte[] reuse) {
    if (header.codec == NONE) {
      return stored;
    }
    int length = header.plainBytes;
    byte[] plain =
        reuse.length >= length + Block.SLACK_BYTES
            ? reuse
            : new byte[length + EventDecoder.FAST_BYTES];
    long size = Zstd.decompressByteArray(plain, 0, length, stored, 0, header.storedBytes);
    return size == length ? plain : null;
  }
}
