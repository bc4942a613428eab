package seamtape.recorder.strace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import seamtape.recorder.ftrace.TraceRuns;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.log.ImportReport;
import seamtape.recorder.log.TapeImport;
import seamtape.recorder.log.Warnings;
import seamtape.recorder.tape.Manifest;

/** {@code seamtape import strace}: a log becomes a sealed recording. */
public final class StraceImport {
  private StraceImport() {}

  /**
   * Imports one log: a file, standard input ({@code -}), several files of strace -ff, or an archive
   * of them; gzip is known by its magic.
   *
   * @throws seamtape.recorder.log.ImportException when the files are no log of strace, in one line
   * @throws seamtape.recorder.tape.TapeException when the recording cannot be written
   */
  public static ImportReport of(List<Path> files, Path out, ImportOptions options)
      throws IOException {
    Manifest manifest = Manifest.of(Manifest.Source.STRACE, "");
    return TapeImport.run(files, out, manifest, options, StraceReader::read);
  }

  /**
   * As {@link #of(List, Path, ImportOptions)}, with the ftrace text of the same program run: it has
   * the ports, addresses and data of the exits that strace does not see.
   */
  public static ImportReport withTrace(
      List<Path> files, Path trace, Path out, ImportOptions options) throws IOException {
    Warnings warnings = new Warnings();
    TraceRuns runs = TraceRuns.of(trace, options.stdin(), warnings);
    Manifest manifest =
        Manifest.of(Manifest.Source.STRACE, "").with("ftrace", trace.getFileName().toString());
    return TapeImport.run(
        files,
        out,
        manifest,
        options,
        (sources, sink) -> StraceReader.read(sources, sink, runs, warnings));
  }
}
