package seamtape.replayer.query;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link NumberWriter} wrote.
 *
 * <p>Throws IllegalArgumentException when the bytes are not that.
 */
public final class NumberReader {
  private final byte[] bytes;
  private int at;

  public NumberReader(byte[] bytes) {
    this.bytes = bytes;
  }

  public long number() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at == bytes.length) {
        throw new IllegalArgumentException("cut off at " + at);
      }
      byte next = bytes[at++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value >>> 1 ^ -(value & 1);
      }
    }
    throw new IllegalArgumentException("no number before " + at);
  }

  /** A count of things that take a byte each at least. */
  public int count() {
    long count = number();
    if (count < 0 || count > bytes.length - at) {
      throw new IllegalArgumentException(count + " things at " + at);
    }
    return (int) count;
  }

  public long[] numbers() {
    long[] numbers = new long[count()];
    long last = 0;
    for (int i = 0; i < numbers.length; i++) {
      last += number();
      numbers[i] = last;
    }
    return numbers;
  }

  public byte[] part() {
    int length = count();
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  /** A text, or null. */
  public String text() {
    int before = at;
    if (number() == -1) {
      return null;
    }
    at = before;
    return new String(part(), StandardCharsets.UTF_8);
  }

  /** True when all was read. */
  public boolean atEnd() {
    return at == bytes.length;
  }
}
