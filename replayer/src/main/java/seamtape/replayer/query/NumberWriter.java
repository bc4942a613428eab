package seamtape.replayer.query;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Numbers and texts one after another, small numbers in few bytes. */
public final class NumberWriter {
  private byte[] bytes = new byte[1 << 16];
  private int length;

  private void need(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }

  public void put(long number) {
    need(10);
    long left = number << 1 ^ number >> 63;
    while ((left & ~0x7fL) != 0) {
      bytes[length++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[length++] = (byte) left;
  }

  /** How many, and each as its difference from the one before. */
  public void putAll(long[] numbers) {
    put(numbers.length);
    long last = 0;
    for (long number : numbers) {
      put(number - last);
      last = number;
    }
  }

  public void put(byte[] part) {
    put(part.length);
    need(part.length);
    System.arraycopy(part, 0, bytes, length, part.length);
    length += part.length;
  }

  /** A text, or null. */
  public void put(String text) {
    if (text == null) {
      put(-1);
    } else {
      put(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Longer than {@link #length}. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }
}
