package seamtape.codec;

import static seamtape.codec.Varint.WORD;

/**
 * Puts numbers and bytes one after the other into an array, eight bytes a store. Whoever copies
 * them on by words then finds each word in one piece: a load that spans several younger stores
 * waits for all of them to reach the cache, which cost more than the encoding. One thread.
 */
final class WordWriter {
  private static final int WORD_BITS = 64;

  /** Longer pieces are left to the processor's own copy. */
  private static final int MAX_PIECE_BY_WORDS = 128;

  private byte[] target;

  /** Where the word being filled goes. */
  private int to;

  private long word;

  /** Bits of the word that are filled, less than {@link #WORD_BITS}. */
  private int filled;

  void begin(byte[] array, int at) {
    target = array;
    to = at;
    word = 0;
    filled = 0;
  }

  /** Stores what is left, and beyond it the rest of a word; returns the position after it. */
  int end() {
    WORD.set(target, to, word);
    int end = to + (filled >>> 3);
    target = null;
    return end;
  }

  /** Writes numbers as zig-zag varints. */
  void numbers(long[] numbers, int count) {
    byte[] array = target;
    int at = to;
    long open = word;
    int bits = filled;
    for (int i = 0; i < count; i++) {
      long value = Varint.zigZag(numbers[i]);
      long bytes = value;
      int length = 8;
      if ((value & -0x80L) != 0) {
        int size = Varint.length(value);
        if (size > 8) {
          at = large(value, open, bits, at);
          open = 0;
          bits = 0;
          continue;
        }
        bytes = Varint.spread(value) | Varint.more(size);
        length = size << 3;
      }
      open |= bytes << bits;
      bits += length;
      if (bits >= WORD_BITS) {
        WORD.set(array, at, open);
        at += Long.BYTES;
        bits -= WORD_BITS;
        open = bytes >>> 1 >>> (length - bits - 1);
      }
    }
    to = at;
    word = open;
    filled = bits;
  }

  /** The rare numbers of nine or ten bytes: ends the open word first. */
  private int large(long value, long open, int bits, int at) {
    WORD.set(target, at, open);
    int end = at + (bits >>> 3);
    long rest = value;
    while ((rest & -0x80L) != 0) {
      target[end++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[end++] = (byte) rest;
    return end;
  }

  /** Writes bytes as they are; up to seven beyond them are read. */
  void bytes(byte[] source, int start, int length) {
    if (length > MAX_PIECE_BY_WORDS) {
      byte[] array = target;
      int at = end();
      System.arraycopy(source, start, array, at, length);
      begin(array, at + length);
      return;
    }
    int end = start + length;
    int i = start;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      add((long) WORD.get(source, i), WORD_BITS);
    }
    if (i < end) {
      int bits = end - i << 3;
      add((long) WORD.get(source, i) & (1L << bits) - 1, bits);
    }
  }

  private void add(long bytes, int bits) {
    word |= bytes << filled;
    filled += bits;
    if (filled >= WORD_BITS) {
      WORD.set(target, to, word);
      to += Long.BYTES;
      filled -= WORD_BITS;
      word = bytes >>> 1 >>> bits - filled - 1;
    }
  }
}
