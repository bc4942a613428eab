package seamtape.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Avro's longs, zig-zag varints, by whole words: up to 56 bits are spread to or gathered from eight
 * bytes of seven bits without a loop, so that lengths that vary cost no mispredicted branch.
 */
final class Varint {
  /** Eight bytes at an offset of an array, the first one lowest. */
  static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Four bytes at an offset of an array, the first one lowest. */
  static final VarHandle HALF =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** The bit of each byte that says that another follows. */
  static final long MORE = 0x8080808080808080L;

  private Varint() {}

  static long zigZag(long value) {
    return (value << 1) ^ (value >> 63);
  }

  static long unZigZag(long value) {
    return (value >>> 1) ^ -(value & 1);
  }

  /** Bytes that a zig-zagged value takes. */
  static int length(long zigZagged) {
    return (70 - Long.numberOfLeadingZeros(zigZagged | 1)) / 7;
  }

  /** The eight bytes of a value of at most 56 bits, without the bits of MORE. */
  static long spread(long value) {
    long x = (value & 0x0fffffffL) | (value & 0x00fffffff0000000L) << 4;
    x = (x & 0x00003fff00003fffL) | (x & 0x0fffc0000fffc000L) << 2;
    return (x & 0x007f007f007f007fL) | (x & 0x3f803f803f803f80L) << 1;
  }

  /** The bits of MORE of 2 to 8 bytes: all but the last one. */
  static long more(int length) {
    return MORE >>> 72 - (length << 3);
  }

  /** The value of eight bytes, whatever their bits of MORE. */
  static long gather(long bytes) {
    long x = (bytes & 0x007f007f007f007fL) | (bytes & 0x7f007f007f007f00L) >>> 1;
    x = (x & 0x00003fff00003fffL) | (x & 0x3fff00003fff0000L) >>> 2;
    return (x & 0x0fffffffL) | (x & 0x0fffffff00000000L) >>> 4;
  }

  /**
   * Bytes of the number that a word begins with; 9 when it does not end within the word. The usual
   * lengths are told apart by branches, which a processor foresees, so that it need not wait for
   * one number's length before it reads the next.
   */
  static int lengthAt(long word) {
    if ((word & 0x80) == 0) {
      return 1;
    }
    if ((word & 0x8000) == 0) {
      return 2;
    }
    if ((word & 0x800000) == 0) {
      return 3;
    }
    return (Long.numberOfTrailingZeros(~word & MORE) >>> 3) + 1;
  }

  /** The number that a word begins with, of a length from 1 to 8. */
  static long valueAt(long word, int length) {
    if (length == 1) {
      return unZigZag(word & 0x7f);
    }
    if (length == 2) {
      return unZigZag((word & 0x7f) | (word >>> 1 & 0x3f80));
    }
    if (length == 3) {
      return unZigZag((word & 0x7f) | (word >>> 1 & 0x3f80) | (word >>> 2 & 0x1fc000));
    }
    return unZigZag(gather(word & -1L >>> 64 - (length << 3)));
  }

  /**
   * The position after a few numbers.
   *
   * @param bytes with a word more than these numbers take
   */
  static int skip(byte[] bytes, int from, int numbers) {
    int at = from;
    int left = numbers;
    while (true) {
      long ends = ~(long) WORD.get(bytes, at) & MORE;
      int here = Long.bitCount(ends);
      if (here >= left) {
        for (int i = 1; i < left; i++) {
          ends &= ends - 1;
        }
        return left == 0 ? at : at + (Long.numberOfTrailingZeros(ends) >>> 3) + 1;
      }
      left -= here;
      at += 8;
    }
  }
}
