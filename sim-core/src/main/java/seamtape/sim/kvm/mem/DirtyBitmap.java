package seamtape.sim.kvm.mem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import seamtape.sim.kvm.UserCopy;

/**
 * One bit per page of a slot. Kept in chunks that come to life when a bit in them changes, so that
 * a log of a huge slot costs nothing before it is used.
 */
final class DirtyBitmap {
  private static final int CHUNK_WORDS = 512;
  private static final int CHUNK_BYTES = CHUNK_WORDS * Long.BYTES;

  private final long pages;
  private final long[][] chunks;

  /** The words of a chunk that does not exist: all clear, or all set. */
  private long untouched;

  DirtyBitmap(long pages, boolean allSet) {
    this.pages = pages;
    this.untouched = allSet ? -1 : 0;
    this.chunks = new long[(int) ((words() + CHUNK_WORDS - 1) / CHUNK_WORDS)][];
  }

  private long words() {
    return (pages + 63) / 64;
  }

  void set(long page) {
    long word = page / 64;
    chunk((int) (word / CHUNK_WORDS))[(int) (word % CHUNK_WORDS)] |= 1L << page % 64;
  }

  private long[] chunk(int index) {
    if (chunks[index] == null) {
      chunks[index] = new long[CHUNK_WORDS];
      Arrays.fill(chunks[index], untouched);
    }
    return chunks[index];
  }

  void clearAll() {
    Arrays.fill(chunks, null);
    untouched = 0;
  }

  /** Copies all words out; false on a fault. */
  boolean copyOut(UserCopy user, long address) {
    byte[] bytes = new byte[CHUNK_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < chunks.length; i++) {
      int count = (int) Math.min(CHUNK_WORDS, words() - (long) i * CHUNK_WORDS);
      for (int w = 0; w < count; w++) {
        buffer.putLong(w * Long.BYTES, word(i, w));
      }
      if (!user.out(address + (long) i * CHUNK_BYTES, bytes, 0, count * Long.BYTES)) {
        return false;
      }
    }
    return true;
  }

  private long word(int chunk, int index) {
    long word = chunks[chunk] == null ? untouched : chunks[chunk][index];
    long first = ((long) chunk * CHUNK_WORDS + index) * 64;
    return first + 64 <= pages ? word : word & -1L >>> 64 - (pages - first);
  }

  /** Clears the bits that are set in user memory; false on a fault, before any is cleared. */
  boolean clear(UserCopy user, long address, long firstPage, long count) {
    long bytes = (count + 63) / 64 * Long.BYTES;
    for (long at = 0; at < bytes; at += CHUNK_BYTES) {
      if (user.in(address + at, (int) Math.min(CHUNK_BYTES, bytes - at)) == null) {
        return false;
      }
    }
    for (long at = 0; at < bytes; at += CHUNK_BYTES) {
      byte[] mask = user.in(address + at, (int) Math.min(CHUNK_BYTES, bytes - at));
      clearWords(mask, firstPage / 64 + at / Long.BYTES);
    }
    return true;
  }

  private void clearWords(byte[] mask, long firstWord) {
    ByteBuffer buffer = ByteBuffer.wrap(mask).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < mask.length / Long.BYTES; i++) {
      long bits = buffer.getLong(i * Long.BYTES);
      if (bits != 0) {
        long word = firstWord + i;
        chunk((int) (word / CHUNK_WORDS))[(int) (word % CHUNK_WORDS)] &= ~bits;
      }
    }
  }
}
