package seamtape.recorder.ftrace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.log.ImportReport;
import seamtape.recorder.log.TapeImport;
import seamtape.recorder.tape.Manifest;

/** {@code seamtape import ftrace}: a trace becomes a sealed recording. */
public final class FtraceImport {
  private FtraceImport() {}

  /**
   * Imports the text of kvm tracepoints: a file or standard input ({@code -}), gzip or not.
   *
   * @throws seamtape.recorder.log.ImportException when the files are no such text, in one line
   * @throws seamtape.recorder.tape.TapeException when the recording cannot be written
   */
  public static ImportReport of(List<Path> files, Path out, ImportOptions options)
      throws IOException {
    Manifest manifest = Manifest.of(Manifest.Source.FTRACE, "");
    return TapeImport.run(files, out, manifest, options, FtraceReader::read);
  }
}
