package seamtape.recorder.log;

import java.io.InputStream;
import java.util.function.LongConsumer;

/**
 * What an import needs beside the files.
 *
 * @param stdin read for the file {@code -}
 * @param tool name and version for the manifest
 * @param progress is told the number of events so far
 */
public record ImportOptions(InputStream stdin, String tool, LongConsumer progress) {
  public ImportOptions(InputStream stdin, String tool) {
    this(stdin, tool, events -> {});
  }

  public static ImportOptions of(InputStream stdin) {
    return new ImportOptions(stdin, "seamtape");
  }
}
