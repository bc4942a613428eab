package seamtape.replayer.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import seamtape.replayer.query.NumberReader;
import seamtape.replayer.query.NumberWriter;

/** Against the JDK's digests. */
class Sha2Test {
  @Test
  void digestsOfEveryLengthAreThoseOfTheJdkHoweverTheBytesCome() throws Exception {
    SplittableRandom random = new SplittableRandom(2);
    byte[] bytes = new byte[700];
    random.nextBytes(bytes);
    for (int length = 0; length <= bytes.length; length++) {
      check(MessageDigest.getInstance("SHA-256"), Sha2.sha256(), bytes, length, random);
      check(MessageDigest.getInstance("SHA-384"), Sha2.sha384(), bytes, length, random);
    }
  }

  private static void check(
      MessageDigest jdk, Sha2 ours, byte[] bytes, int length, SplittableRandom random) {
    Sha2 digest = ours;
    for (int at = 0; at < length; ) {
      int part = Math.min(length - at, random.nextInt(1, 200));
      digest.update(bytes, at, part);
      digest = again(digest);
      at += part;
    }
    byte[] expected = jdk.digest(Arrays.copyOf(bytes, length));
    assertArrayEquals(expected, digest.digest(), jdk.getAlgorithm() + " of " + length);
    assertArrayEquals(expected, digest.digest(), "asked again");
  }

  /** As a file gives it back. */
  private static Sha2 again(Sha2 digest) {
    NumberWriter to = new NumberWriter();
    digest.write(new StateWriter(to));
    return Sha2.read(new StateReader(new NumberReader(Arrays.copyOf(to.bytes(), to.length()))));
  }
}
