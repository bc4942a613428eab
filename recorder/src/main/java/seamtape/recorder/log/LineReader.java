package seamtape.recorder.log;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts a stream into lines without decoding it. A line lies in {@link #bytes} from {@link #start}
 * to {@link #end} until the next call. Memory is bounded by {@link #MAX_LINE}, work by {@link
 * #MAX_BARREN}.
 */
public final class LineReader {
  /** Most bytes of a line; longer ones are skipped and say so. */
  public static final int MAX_LINE = 1 << 20;

  /** Bytes that may pass without a line that its reader calls {@link #useful}. */
  public static final long MAX_BARREN = 1L << 28;

  private static final int BUFFER = 1 << 15;

  private final InputStream in;
  private final int maxLine;
  private final long maxBarren;
  private byte[] buffer;
  private int limit;
  private int next;
  private int start;
  private int end;
  private long number;
  private boolean tooLong;
  private boolean atEnd;
  private long barren;
  private String damage = "";

  /**
   * @param maxLine bytes of a line, at most {@link #MAX_LINE}
   */
  public LineReader(InputStream in, int maxLine) {
    this(in, maxLine, MAX_BARREN);
  }

  LineReader(InputStream in, int maxLine, long maxBarren) {
    this.in = in;
    this.maxLine = Math.min(maxLine, MAX_LINE);
    this.maxBarren = maxBarren;
    this.buffer = new byte[Math.min(this.maxLine, BUFFER)];
  }

  /** Moves to the next line; false at the end, or where {@link #damage} says why. */
  public boolean next() {
    start = next;
    tooLong = false;
    int scanned = next;
    while (true) {
      int newline = find(scanned);
      if (newline >= 0) {
        return line(newline, newline + 1);
      }
      if (tooLong) {
        limit = 0;
        start = 0;
      }
      int kept = limit - start;
      if (!fill()) {
        return (limit > start || tooLong) && line(limit, limit);
      }
      scanned = tooLong ? 0 : kept;
    }
  }

  private int find(int from) {
    for (int i = from; i < limit; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private boolean line(int lineEnd, int following) {
    number++;
    end = tooLong ? start : lineEnd;
    next = following;
    if (end > start && buffer[end - 1] == '\r') {
      end--;
    }
    return true;
  }

  /** Reads more behind the current line, which moves to the front of the buffer. */
  private boolean fill() {
    if (atEnd) {
      return false;
    }
    System.arraycopy(buffer, start, buffer, 0, limit - start);
    limit -= start;
    start = 0;
    if (limit >= maxLine) {
      tooLong = true;
      limit = 0;
    } else if (limit == buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(buffer.length * 2, maxLine));
    }
    return read();
  }

  private boolean read() {
    int count;
    try {
      count = in.read(buffer, limit, buffer.length - limit);
    } catch (IOException e) {
      damage = e.getMessage() == null ? e.toString() : e.getMessage();
      count = -1;
    }
    barren += Math.max(count, 0);
    if (barren > maxBarren) {
      damage = (maxBarren >> 20) + " MiB without a line of the log";
      count = -1;
    }
    atEnd = count < 0;
    limit += Math.max(count, 0);
    return !atEnd;
  }

  /** Says that the current line belongs to a log. */
  public void useful() {
    barren = 0;
  }

  public byte[] bytes() {
    return buffer;
  }

  public int start() {
    return start;
  }

  public int end() {
    return end;
  }

  /** Number of the current line, from 1. */
  public long number() {
    return number;
  }

  /** True for a line beyond the limit, whose text is gone. */
  public boolean tooLong() {
    return tooLong;
  }

  /** Why the stream ended before its end; empty when it did not. */
  public String damage() {
    return damage;
  }
}
