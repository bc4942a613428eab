package seamtape.sim.kvm.sev;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;

/** The public keys of a machine's platform, and java.security's opinion of its signatures. */
public final class PlatformKeys {
  private PlatformKeys() {}

  /**
   * @param seed of the machine
   * @param purpose "vcek" or "pek"
   */
  public static PublicKey of(long seed, String purpose) throws GeneralSecurityException {
    byte[] name = Long.toString(seed).getBytes(StandardCharsets.US_ASCII);
    byte[] secret = SevCrypto.hmac(name, purpose.getBytes(StandardCharsets.US_ASCII));
    return key(new SevEcdsa(secret, 384).publicKey());
  }

  static PublicKey key(BigInteger[] point) throws GeneralSecurityException {
    AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
    curve.init(new ECGenParameterSpec("secp384r1"));
    ECParameterSpec spec = curve.getParameterSpec(ECParameterSpec.class);
    ECPublicKeySpec key = new ECPublicKeySpec(new ECPoint(point[0], point[1]), spec);
    return KeyFactory.getInstance("EC").generatePublic(key);
  }

  /**
   * @param signature R and S, 72 bytes each, little-endian
   */
  public static boolean verifies(PublicKey key, int bits, byte[] message, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
    verifier.initVerify(key);
    verifier.update(message);
    return verifier.verify(SevCrypto.joined(bigEndian(signature, 0), bigEndian(signature, 72)));
  }

  /** R and S of a key of one's own, as reports and ID blocks have them. */
  public static byte[] sign(byte[] secret, byte[] message) {
    return new SevEcdsa(secret, 384).sign(message);
  }

  /** x and y, 72 bytes each, little-endian. */
  public static byte[] point(byte[] secret) {
    BigInteger[] point = new SevEcdsa(secret, 384).publicKey();
    byte[] bytes = new byte[144];
    for (int i = 0; i < 2; i++) {
      byte[] octets = SevCrypto.octets(point[i]);
      for (int at = 0; at < octets.length; at++) {
        bytes[72 * i + at] = octets[octets.length - 1 - at];
      }
    }
    return bytes;
  }

  private static byte[] bigEndian(byte[] bytes, int at) {
    byte[] reversed = new byte[48];
    for (int i = 0; i < 48; i++) {
      reversed[i] = bytes[at + 47 - i];
    }
    return reversed;
  }
}
