package seamtape.codec;

/**
 * Reads numbers from a part of an array whose end it looks at: the careful way, for what may be cut
 * off. Reused. One thread.
 */
final class Numbers {
  private static final int MAX_LONG_SHIFT = 63;

  private byte[] source;
  private int limit;

  void begin(byte[] bytes, int to) {
    source = bytes;
    limit = Math.min(to, bytes.length);
  }

  /** The end of what may be read. */
  int limit() {
    return limit;
  }

  /** Reads by whole words, byte by byte where less than a word is left or needed. */
  int take(int from, long[] into, int count) throws MalformedEventException {
    byte[] bytes = source;
    int lastWord = limit - 8;
    int at = from;
    for (int i = 0; i < count; i++) {
      if (at <= lastWord) {
        long word = (long) Varint.WORD.get(bytes, at);
        if ((word & 0x80) == 0) {
          into[i] = Varint.unZigZag(word & 0x7f);
          at++;
          continue;
        }
        if ((word & 0x8000) == 0) {
          into[i] = Varint.unZigZag((word & 0x7f) | (word >>> 1 & 0x3f80));
          at += 2;
          continue;
        }
        long end = ~word & Varint.MORE;
        if (end != 0) {
          long upToEnd = end ^ (end - 1);
          into[i] = Varint.unZigZag(Varint.gather(word & upToEnd));
          at += (Long.numberOfTrailingZeros(end) >>> 3) + 1;
          continue;
        }
      }
      at = takeBytes(at, into, i);
    }
    return at;
  }

  /** Reads one number byte by byte. */
  int takeBytes(int from, long[] into, int index) throws MalformedEventException {
    int at = from;
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      if (at >= limit || shift > MAX_LONG_SHIFT) {
        throw malformed(at >= limit ? "ends within an event" : "a number of too many bytes", at);
      }
      long next = source[at++];
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        into[index] = Varint.unZigZag(value);
        return at;
      }
    }
  }

  /** The bytes at the end of the array, as of a word. */
  long wordAt(int at) {
    long word = 0;
    for (int i = 0; i < 8 && at + i < limit; i++) {
      word |= (source[at + i] & 0xffL) << (i << 3);
    }
    return word;
  }

  static MalformedEventException malformed(String what, int at) {
    return new MalformedEventException(what, at);
  }
}
