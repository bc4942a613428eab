package seamtape.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** Ed25519 keys in the PEM files that openssl writes. */
final class PemKeys {
  private static final int MAX_BYTES = 1 << 16;

  private PemKeys() {}

  /** The key that signs. */
  static PrivateKey secret(Path file) throws IOException {
    byte[] key = body(file, "PRIVATE KEY");
    try {
      return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(key));
    } catch (GeneralSecurityException e) {
      throw none(file, "PRIVATE KEY");
    }
  }

  /** The key that checks. */
  static PublicKey open(Path file) throws IOException {
    byte[] key = body(file, "PUBLIC KEY");
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(key));
    } catch (GeneralSecurityException e) {
      throw none(file, "PUBLIC KEY");
    }
  }

  private static byte[] body(Path file, String kind) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (Files.isDirectory(file)) {
      throw none(file, kind);
    }
    if (Files.size(file) > MAX_BYTES) {
      throw none(file, kind);
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
    String begin = "-----BEGIN " + kind + "-----";
    String end = "-----END " + kind + "-----";
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    if (text.contains("-----BEGIN ENCRYPTED " + kind)) {
      throw new UsageException(
          file + " is encrypted; decrypt it first: openssl pkey -in " + file + " -out plain.pem");
    }
    if (from < 0 || to < from) {
      throw none(file, kind);
    }
    try {
      return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    } catch (IllegalArgumentException e) {
      throw none(file, kind);
    }
  }

  private static UsageException none(Path file, String kind) {
    String make =
        kind.equals("PRIVATE KEY")
            ? "openssl genpkey -algorithm ed25519 -out key.pem"
            : "openssl pkey -in key.pem -pubout -out key.pub";
    return new UsageException(file + " is no Ed25519 " + kind + " in PEM: make one with " + make);
  }
}
