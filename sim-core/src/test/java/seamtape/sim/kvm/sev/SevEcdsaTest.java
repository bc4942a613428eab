package seamtape.sim.kvm.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures of the secure processor: those of RFC 6979, appendix A.2.6, and others. */
final class SevEcdsaTest {
  private static final String KEY =
      "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
          + "96d5724e4c70a825f872c9ea60d2edf5";

  private static final String X =
      "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
          + "def8f0ea9055866064a254515480bc13";

  private static final String Y =
      "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1"
          + "288b231c3ae0d4fe7344fd2533264720";

  private static SevEcdsa key(String hex, int bits) {
    return new SevEcdsa(HexFormat.of().parseHex(hex), bits);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String half(byte[] signature, int at) {
    StringBuilder hex = new StringBuilder();
    for (int i = 71; i >= 0; i--) {
      hex.append("%02x".formatted(signature[at + i]));
    }
    return hex.substring(48);
  }

  @ParameterizedTest
  @CsvSource({
    "384, sample, "
        + "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
        + "81a648152e44acf96e36dd1e80fabe46, "
        + "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
        + "a329c145786e679e7b82c71a38628ac8",
    "384, test, "
        + "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb"
        + "0542a7f0812998da8f1dd3ca3cf023db, "
        + "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e0"
        + "6a739f040649a667bf3b828246baa5a5",
    "256, sample, "
        + "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33"
        + "bde1e888e63355d92fa2b3c36d8fb2cd, "
        + "f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feeb"
        + "efdc63eccd1ac42ec0cb8668a4fa0ab0"
  })
  void theVectorsOfRfc6979(int bits, String message, String r, String s) {
    byte[] signature = key(KEY, bits).sign(ascii(message));
    assertEquals(r, half(signature, 0));
    assertEquals(s, half(signature, 72));
  }

  @Test
  void thePublicKeyOfRfc6979() {
    BigInteger[] point = key(KEY, 384).publicKey();
    assertEquals(X, point[0].toString(16));
    assertEquals(Y, point[1].toString(16));
  }

  @ParameterizedTest
  @CsvSource({"256", "384"})
  void javaAcceptsSignaturesOfAnyMessageAndNoneOfAnother(int bits) throws Exception {
    Random random = new Random(bits);
    for (int i = 0; i < 8; i++) {
      byte[] secret = new byte[32];
      byte[] message = new byte[random.nextInt(200)];
      random.nextBytes(secret);
      random.nextBytes(message);
      SevEcdsa ecdsa = new SevEcdsa(secret, bits);
      byte[] signature = ecdsa.sign(message);
      PublicKey key = PlatformKeys.key(ecdsa.publicKey());
      assertTrue(PlatformKeys.verifies(key, bits, message, signature));
      byte[] other = SevCrypto.joined(message, new byte[1]);
      assertFalse(PlatformKeys.verifies(key, bits, other, signature));
    }
  }
}
