package seamtape.replayer.state;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * SHA-256 or SHA-384 under way (FIPS 180-4). The JDK's digests give nobody what they have so far; a
 * state that is kept in a file needs it.
 */
final class Sha2 {
  private static final int ROUNDS = 80;

  /** SHA-256 has as many, and the upper halves of the same constants. */
  private static final int NARROW_ROUNDS = 64;

  private static final long[] K = new long[ROUNDS];
  private static final long[] ROOTS = new long[16];

  static {
    int found = 0;
    for (long prime = 2; found < ROUNDS; prime++) {
      if (BigInteger.valueOf(prime).isProbablePrime(30)) {
        if (found < ROOTS.length) {
          ROOTS[found] = BigInteger.valueOf(prime).shiftLeft(128).sqrt().longValue();
        }
        K[found++] = cubeRoot(BigInteger.valueOf(prime).shiftLeft(192)).longValue();
      }
    }
  }

  private static BigInteger cubeRoot(BigInteger of) {
    BigInteger root = BigInteger.ZERO;
    for (int bit = 67; bit >= 0; bit--) { // the primes are below 2^12
      BigInteger next = root.setBit(bit);
      root = next.pow(3).compareTo(of) <= 0 ? next : root;
    }
    return root;
  }

  private final boolean wide;
  private final long[] hash = new long[8];
  private final byte[] block;
  private final long[] w = new long[ROUNDS];
  private int filled;
  private long length;

  private Sha2(boolean wide) {
    this.wide = wide;
    block = new byte[wide ? 128 : 64];
    for (int i = 0; i < hash.length; i++) {
      hash[i] = wide ? ROOTS[8 + i] : ROOTS[i] >>> 32;
    }
  }

  static Sha2 sha256() {
    return new Sha2(false);
  }

  static Sha2 sha384() {
    return new Sha2(true);
  }

  Sha2 copy() {
    Sha2 copy = new Sha2(wide);
    System.arraycopy(hash, 0, copy.hash, 0, hash.length);
    System.arraycopy(block, 0, copy.block, 0, filled);
    copy.filled = filled;
    copy.length = length;
    return copy;
  }

  void write(StateWriter to) {
    to.put(wide);
    for (long word : hash) {
      to.put(word);
    }
    to.put(Arrays.copyOf(block, filled));
    to.put(length);
  }

  static Sha2 read(StateReader from) {
    Sha2 read = new Sha2(from.flag());
    for (int i = 0; i < read.hash.length; i++) {
      read.hash[i] = from.number();
    }
    byte[] begun = from.bytes();
    read.filled = begun.length;
    read.length = from.number();
    if (read.filled >= read.block.length) {
      throw new IllegalArgumentException("more than a block is left over");
    }
    System.arraycopy(begun, 0, read.block, 0, begun.length);
    return read;
  }

  void update(byte[] bytes) {
    update(bytes, 0, bytes.length);
  }

  void update(byte[] bytes, int from, int count) {
    length += count;
    for (int at = from; at < from + count; ) {
      int part = Math.min(block.length - filled, from + count - at);
      System.arraycopy(bytes, at, block, filled, part);
      filled += part;
      at += part;
      if (filled == block.length) {
        take();
      }
    }
  }

  private void take() {
    ByteBuffer words = ByteBuffer.wrap(block);
    for (int i = 0; i < 16; i++) {
      w[i] = wide ? words.getLong() : words.getInt();
    }
    if (wide) {
      wide();
    } else {
      narrow();
    }
    filled = 0;
  }

  private void wide() {
    for (int i = 16; i < ROUNDS; i++) {
      long x = w[i - 15];
      long y = w[i - 2];
      long low = Long.rotateRight(x, 1) ^ Long.rotateRight(x, 8) ^ x >>> 7;
      long high = Long.rotateRight(y, 19) ^ Long.rotateRight(y, 61) ^ y >>> 6;
      w[i] = w[i - 16] + low + w[i - 7] + high;
    }
    long[] v = hash.clone();
    for (int i = 0; i < ROUNDS; i++) {
      long a = v[0];
      long e = v[4];
      long e1 = Long.rotateRight(e, 14) ^ Long.rotateRight(e, 18) ^ Long.rotateRight(e, 41);
      long a0 = Long.rotateRight(a, 28) ^ Long.rotateRight(a, 34) ^ Long.rotateRight(a, 39);
      long one = v[7] + e1 + (e & v[5] ^ ~e & v[6]) + K[i] + w[i];
      long two = a0 + (a & v[1] ^ a & v[2] ^ v[1] & v[2]);
      System.arraycopy(v, 0, v, 1, 7);
      v[4] += one;
      v[0] = one + two;
    }
    for (int i = 0; i < hash.length; i++) {
      hash[i] += v[i];
    }
  }

  private void narrow() {
    for (int i = 16; i < NARROW_ROUNDS; i++) {
      int x = (int) w[i - 15];
      int y = (int) w[i - 2];
      int low = Integer.rotateRight(x, 7) ^ Integer.rotateRight(x, 18) ^ x >>> 3;
      int high = Integer.rotateRight(y, 17) ^ Integer.rotateRight(y, 19) ^ y >>> 10;
      w[i] = (int) (w[i - 16] + low + w[i - 7] + high);
    }
    long[] v = hash.clone();
    for (int i = 0; i < NARROW_ROUNDS; i++) {
      int a = (int) v[0];
      int e = (int) v[4];
      int e1 = Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
      int a0 = Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22);
      long one = v[7] + e1 + (e & v[5] ^ ~e & v[6]) + (K[i] >>> 32) + w[i];
      long two = a0 + (a & v[1] ^ a & v[2] ^ v[1] & v[2]);
      System.arraycopy(v, 0, v, 1, 7);
      v[4] += one;
      v[0] = one + two;
    }
    for (int i = 0; i < hash.length; i++) {
      hash[i] = hash[i] + v[i] & 0xffff_ffffL;
    }
  }

  /** Of all that was taken; more may follow. */
  byte[] digest() {
    Sha2 end = copy();
    byte[] padding = new byte[block.length + 16];
    padding[0] = (byte) 0x80;
    int lengthBytes = block.length / 8;
    int zeros = (2 * block.length - lengthBytes - filled - 1) % block.length;
    end.update(padding, 0, 1 + zeros + lengthBytes - 8);
    end.update(ByteBuffer.allocate(8).putLong(length << 3).array());
    ByteBuffer digest = ByteBuffer.allocate(wide ? 48 : 32);
    for (int i = 0; digest.hasRemaining(); i++) {
      if (wide) {
        digest.putLong(end.hash[i]);
      } else {
        digest.putInt((int) end.hash[i]);
      }
    }
    return digest.array();
  }
}
