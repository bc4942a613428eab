package seamtape.sim.kvm.sev;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * ECDSA on the curve P-384 as the secure processor signs with it. Hardware draws a number for each
 * signature; here it comes from key and message by RFC 6979, so that a report is the same on every
 * machine, and still one that any verifier accepts.
 */
final class SevEcdsa {
  /** Of R and of S in a report, little-endian, the upper bytes 0. */
  static final int COORDINATE = 72;

  static final int SIGNATURE = 2 * COORDINATE;

  private static final int BYTES = 48;
  private static final int BITS = 8 * BYTES;
  private static final BigInteger THREE = BigInteger.valueOf(3);
  private static final BigInteger P =
      hex(
          "ffffffffffffffffffffffffffffffffffffffffffffffff"
              + "fffffffffffffffeffffffff0000000000000000ffffffff");
  private static final BigInteger N =
      hex(
          "ffffffffffffffffffffffffffffffffffffffffffffffff"
              + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973");
  private static final BigInteger[] BASE = {
    hex(
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b98"
            + "59f741e082542a385502f25dbf55296c3a545e3872760ab7"),
    hex(
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147c"
            + "e9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f")
  };

  private final BigInteger key;
  private final String hash;

  /**
   * @param key the private key, big-endian
   * @param bits of the SHA-2 function that is signed: 256 or 384
   */
  SevEcdsa(byte[] key, int bits) {
    this.key = new BigInteger(1, key).mod(N);
    hash = Integer.toString(bits);
  }

  private static BigInteger hex(String digits) {
    return new BigInteger(digits, 16);
  }

  /** The public key's x and y. */
  BigInteger[] publicKey() {
    return times(key);
  }

  /** R and S of a message, as reports have them. */
  byte[] sign(byte[] message) {
    byte[] digest = SevCrypto.digest("SHA-" + hash).digest(message);
    Nonces nonces = new Nonces(digest);
    while (true) {
      BigInteger nonce = nonces.next();
      BigInteger r = times(nonce)[0].mod(N);
      BigInteger s = nonce.modInverse(N).multiply(number(digest).add(r.multiply(key))).mod(N);
      if (r.signum() != 0 && s.signum() != 0) {
        byte[] signature = new byte[SIGNATURE];
        littleEndian(r, signature, 0);
        littleEndian(s, signature, COORDINATE);
        return signature;
      }
    }
  }

  /** bits2int: the leftmost bits. */
  private static BigInteger number(byte[] bytes) {
    return new BigInteger(1, bytes).shiftRight(Math.max(0, 8 * bytes.length - BITS));
  }

  private static void littleEndian(BigInteger number, byte[] to, int at) {
    byte[] octets = SevCrypto.octets(number);
    for (int i = 0; i < BYTES; i++) {
      to[at + i] = octets[BYTES - 1 - i];
    }
  }

  /** HMAC_DRBG of RFC 6979, section 3.2. */
  private final class Nonces {
    private byte[] k;
    private byte[] v;

    Nonces(byte[] digest) {
      byte[] secret = SevCrypto.octets(key);
      byte[] told = SevCrypto.octets(number(digest).mod(N));
      k = new byte[digest.length];
      v = new byte[digest.length];
      Arrays.fill(v, (byte) 1);
      update(new byte[] {0}, secret, told);
      update(new byte[] {1}, secret, told);
    }

    private void update(byte[] separator, byte[]... more) {
      byte[] all = separator;
      for (byte[] part : more) {
        all = SevCrypto.joined(all, part);
      }
      k = mac(SevCrypto.joined(v, all));
      v = mac(v);
    }

    private byte[] mac(byte[] bytes) {
      return SevCrypto.mac("HmacSHA" + hash, k, bytes);
    }

    BigInteger next() {
      while (true) {
        byte[] bits = new byte[0];
        while (bits.length < BYTES) {
          v = mac(v);
          bits = SevCrypto.joined(bits, v);
        }
        BigInteger nonce = number(bits);
        boolean fits = nonce.signum() != 0 && nonce.compareTo(N) < 0;
        BigInteger found = fits ? nonce : null;
        update(new byte[] {0});
        if (found != null) {
          return found;
        }
      }
    }
  }

  /** The base point, that many times: a multiple from the table for each four bits, added up. */
  private static BigInteger[] times(BigInteger factor) {
    BigInteger[] sum = null;
    for (int window = 0; window < Multiples.WINDOWS; window++) {
      int digit = factor.shiftRight(4 * window).intValue() & 0xf;
      if (digit != 0) {
        BigInteger[] part = Multiples.OF_BASE[window][digit];
        sum = sum == null ? part : add(sum, part);
      }
    }
    return sum;
  }

  /** Made when the first report is signed: storms of guests ask for thousands. */
  private static final class Multiples {
    static final int WINDOWS = BITS / 4;

    /** The base point 0 to 15 times 16 to the window's power; 0 times is no point. */
    static final BigInteger[][][] OF_BASE = new BigInteger[WINDOWS][16][];

    static {
      BigInteger[] unit = BASE;
      for (BigInteger[][] window : OF_BASE) {
        window[1] = unit;
        for (int i = 2; i < window.length; i++) {
          window[i] = add(window[i - 1], unit);
        }
        unit = add(window[15], unit);
      }
    }
  }

  /** Neither sum nor tangent is ever vertical on the way to a factor below the curve's order. */
  private static BigInteger[] add(BigInteger[] a, BigInteger[] b) {
    BigInteger rise = a == b ? a[0].pow(2).multiply(THREE).subtract(THREE) : b[1].subtract(a[1]);
    BigInteger run = a == b ? a[1].shiftLeft(1) : b[0].subtract(a[0]);
    BigInteger slope = rise.multiply(run.modInverse(P)).mod(P);
    BigInteger x = slope.pow(2).subtract(a[0]).subtract(b[0]).mod(P);
    return new BigInteger[] {x, slope.multiply(a[0].subtract(x)).subtract(a[1]).mod(P)};
  }
}
