package seamtape.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Who may read what is served beyond this machine, and what encrypts it.
 *
 * @param token that a client must know
 * @param certificate chain, PEM
 * @param key of the certificate, PEM
 */
public record Access(String token, Path certificate, Path key) {
  /** Shorter ones can be guessed. */
  private static final int LEAST_TOKEN = 16;

  private static final int MOST_TOKEN = 512;
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]+");

  public Access {
    if (token.length() < LEAST_TOKEN || token.length() > MOST_TOKEN) {
      throw new IllegalArgumentException(
          "a token has " + LEAST_TOKEN + " to " + MOST_TOKEN + " characters");
    }
    if (!TOKEN.matcher(token).matches()) {
      throw new IllegalArgumentException("a token has letters, digits and ._~+/=- only");
    }
  }

  /**
   * Reads the token from the first line of a file.
   *
   * @throws IOException with one clear line when a file cannot be used
   */
  public static Access of(Path tokenFile, Path certificate, Path key) throws IOException {
    for (Path file : new Path[] {tokenFile, certificate, key}) {
      if (!Files.isReadable(file)) {
        throw new IOException("cannot read " + file + ": check the path and its permissions");
      }
    }
    String text = Files.readString(tokenFile, StandardCharsets.ISO_8859_1);
    try {
      return new Access(text.lines().findFirst().orElse("").strip(), certificate, key);
    } catch (IllegalArgumentException e) {
      throw new IOException(tokenFile + ": " + e.getMessage(), e);
    }
  }

  /** Without the token: logs may show it. */
  @Override
  public String toString() {
    return "Access[" + certificate + ", " + key + "]";
  }
}
