package seamtape.web;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;

/**
 * Where to serve what.
 *
 * @param directory holds the recordings, or is one
 * @param host address to bind; anything but loopback needs {@code access}
 * @param port 0 for any free one
 * @param access token and TLS; null serves this machine without either
 */
public record ServerOptions(Path directory, String host, int port, Access access) {
  /** Loopback: what is served is readable by whoever can connect. */
  public static final String LOOPBACK = "127.0.0.1";

  private static final Set<String> LOOPBACKS = Set.of(LOOPBACK, "localhost", "::1");

  public ServerOptions {
    Objects.requireNonNull(directory);
    Objects.requireNonNull(host);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
    }
  }

  public ServerOptions(Path directory, String host, int port) {
    this(directory, host, port, null);
  }

  boolean loopback() {
    return LOOPBACKS.contains(host);
  }
}
