package seamtape.sim.kvm.sev;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The algorithms of the firmware. Every JDK has them; one without is no JDK. */
final class SevCrypto {
  static final int KEY_BYTES = 16;
  private static final int TAG_BITS = 128;

  /** Of a number of P-384. */
  private static final int OCTETS = 48;

  private SevCrypto() {}

  private static IllegalStateException missing(GeneralSecurityException cause) {
    return new IllegalStateException("this Java runtime lacks an algorithm", cause);
  }

  static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  static byte[] sha384(byte[] bytes) {
    return digest("SHA-384").digest(bytes);
  }

  /** HMAC-SHA-256 over the parts in order. */
  static byte[] hmac(byte[] key, byte[]... parts) {
    return mac("HmacSHA256", key, parts);
  }

  static byte[] mac(String algorithm, byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  /** True for a signature of ECDSA on P-384 with SHA-384 by the key at (x, y), a point of it. */
  static boolean verifies(BigInteger x, BigInteger y, BigInteger r, BigInteger s, byte[] message) {
    if (r.bitLength() > 8 * OCTETS || s.bitLength() > 8 * OCTETS) {
      return false;
    }
    try {
      AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
      curve.init(new ECGenParameterSpec("secp384r1"));
      ECParameterSpec spec = curve.getParameterSpec(ECParameterSpec.class);
      ECPublicKeySpec key = new ECPublicKeySpec(new ECPoint(x, y), spec);
      Signature signature = Signature.getInstance("SHA384withECDSAinP1363Format");
      signature.initVerify(KeyFactory.getInstance("EC").generatePublic(key));
      signature.update(message);
      return signature.verify(joined(octets(r), octets(s)));
    } catch (InvalidKeyException | InvalidKeySpecException | SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  /** 48 bytes, big-endian, which must be enough. */
  static byte[] octets(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] octets = new byte[OCTETS];
    int used = Math.min(bytes.length, octets.length);
    System.arraycopy(bytes, bytes.length - used, octets, octets.length - used, used);
    return octets;
  }

  /** AES-128-CTR; encrypts and decrypts. */
  static byte[] aesCtr(byte[] key, byte[] iv, byte[] data) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv.clone()));
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  /** AES-256-GCM: ciphertext and tag. */
  static byte[] sealGcm(byte[] key, byte[] iv, byte[] aad, byte[] plain) {
    try {
      return gcm(Cipher.ENCRYPT_MODE, key, iv, aad).doFinal(plain);
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  /** The plaintext; null where the tag is not that of the text. */
  static byte[] openGcm(byte[] key, byte[] iv, byte[] aad, byte[] sealed) {
    try {
      return gcm(Cipher.DECRYPT_MODE, key, iv, aad).doFinal(sealed);
    } catch (AEADBadTagException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  private static Cipher gcm(int mode, byte[] key, byte[] iv, byte[] aad)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, iv));
    cipher.updateAAD(aad);
    return cipher;
  }

  static Cipher aesEcb(byte[] key, int mode) {
    try {
      Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(mode, new SecretKeySpec(key, "AES"));
      return cipher;
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  /** One transformation of whole blocks, in place. */
  static void blocks(Cipher cipher, byte[] data, int length) {
    try {
      cipher.doFinal(data, 0, length, data, 0);
    } catch (GeneralSecurityException e) {
      throw missing(e);
    }
  }

  /** Key derivation in counter mode (SP 800-108) with HMAC-SHA-256: 128 bits. */
  static byte[] derive(byte[] key, String label, byte[] context) {
    byte[] words = label.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] out = hmac(key, u32(1), words, new byte[1], context, u32(8 * KEY_BYTES));
    return java.util.Arrays.copyOf(out, KEY_BYTES);
  }

  static byte[] joined(byte[] first, byte[] second) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  static byte[] u32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }
}
