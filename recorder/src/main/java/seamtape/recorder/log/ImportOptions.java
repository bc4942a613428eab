package seamtape.recorder.log;

import java.io.InputStream;

/**
 * What an import needs beside the files.
 *
 * @param stdin read for the file {@code -}
 * @param tool name and version for the manifest
 */
public record ImportOptions(InputStream stdin, String tool) {
  public static ImportOptions of(InputStream stdin) {
    return new ImportOptions(stdin, "seamtape");
  }
}
