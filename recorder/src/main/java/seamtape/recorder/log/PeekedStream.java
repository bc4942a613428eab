package seamtape.recorder.log;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A stream whose first bytes were looked at. Unlike a buffered stream it loses nothing when the
 * stream behind it breaks in the middle of a read: a damaged gzip file gives all it holds.
 */
final class PeekedStream extends InputStream {
  private final InputStream in;
  private final byte[] head;
  private int at;

  private PeekedStream(InputStream in, byte[] head) {
    this.in = in;
    this.head = head;
  }

  /** Looks at up to so many bytes; fewer where the stream ends or breaks. */
  static PeekedStream of(InputStream in, int length) {
    byte[] head = new byte[length];
    int size = 0;
    try {
      int count = 0;
      while (size < length && (count = in.read(head, size, length - size)) > 0) {
        size += count;
      }
    } catch (IOException e) {
      // The next read meets it again.
      return new PeekedStream(in, Arrays.copyOf(head, size));
    }
    return new PeekedStream(in, Arrays.copyOf(head, size));
  }

  byte[] head() {
    return head;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (at == head.length) {
      return in.read(target, offset, length);
    }
    int count = Math.min(length, head.length - at);
    System.arraycopy(head, at, target, offset, count);
    at += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
