package seamtape.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.function.LongConsumer;
import picocli.CommandLine.Option;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Pack;

/** How a recording is sealed: the same options for every verb that makes one. */
final class SealOptions {
  @Option(
      names = "--sign",
      paramLabel = "KEY",
      description = {
        "Sign the seal with this Ed25519 key, a PEM file: openssl genpkey -algorithm ed25519 -out"
            + " key.pem; openssl pkey -in key.pem -pubout -out key.pub",
        "'seamtape verify REC --key key.pub' checks it.",
      })
  private Path sign;

  @Option(
      names = "--compress",
      description = {
        "Store the sealed recording with zstd, a block at a time: same events, same digest, as"
            + " 'seamtape pack' does. It is written plainly first.",
      })
  private boolean compress;

  /** True when any is given. */
  boolean any() {
    return sign != null || compress;
  }

  /** To be asked before the work begins; null for no signature. */
  PrivateKey signer() throws IOException {
    return sign == null ? null : PemKeys.secret(sign);
  }

  /** Compresses what was sealed, where that is asked for. */
  Manifest finish(Path recording, Manifest sealed, PrivateKey signer, LongConsumer progress)
      throws IOException {
    return compress ? Pack.inPlace(recording, signer, progress) : sealed;
  }
}
