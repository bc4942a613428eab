package seamtape.recorder.log;

import java.io.InputStream;
import java.security.PrivateKey;
import java.util.function.LongConsumer;
import seamtape.recorder.tape.Durability;

/**
 * What an import needs beside the files.
 *
 * @param stdin read for the file {@code -}
 * @param tool name and version for the manifest
 * @param progress is told the number of events so far
 * @param signer signs the seal; null for none
 */
public record ImportOptions(
    InputStream stdin,
    String tool,
    LongConsumer progress,
    Durability durability,
    PrivateKey signer) {
  public ImportOptions(InputStream stdin, String tool) {
    this(stdin, tool, events -> {}, Durability.NONE, null);
  }

  public static ImportOptions of(InputStream stdin) {
    return new ImportOptions(stdin, "seamtape");
  }
}
