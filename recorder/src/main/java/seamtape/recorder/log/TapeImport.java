package seamtape.recorder.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeWriter;

/**
 * Binds an importer to a recording. The recording begins with the first event, so that input which
 * is no log leaves nothing behind.
 */
public final class TapeImport {
  /** Reads sources into a sink. */
  public interface Reader {
    LogReport read(List<LogSource> sources, EventSink sink) throws IOException;
  }

  private final Path out;
  private final Manifest manifest;
  private final ImportOptions options;
  private TapeWriter writer;

  private TapeImport(Path out, Manifest manifest, ImportOptions options) {
    this.out = out;
    this.manifest = manifest;
    this.options = options;
  }

  /**
   * Imports files into a recording and seals it.
   *
   * @param manifest with the source of the log's kind
   * @throws ImportException when the files are no such log
   * @throws TapeException when the recording cannot be written
   */
  public static ImportReport run(
      List<Path> files, Path out, Manifest manifest, ImportOptions options, Reader reader)
      throws IOException {
    long start = System.nanoTime();
    TapeImport run = new TapeImport(out, manifest.withTool(options.tool()), options);
    LogReport report;
    Manifest sealed;
    try (LogSources sources = LogSources.open(files, options.stdin())) {
      report = reader.read(sources.sources(), run::append);
      run.writer().describe(begun -> described(begun, report, sources.sources()));
      sealed = run.writer().seal();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      if (run.writer != null) {
        run.writer.close();
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new ImportReport(out, sealed.digest(), sealed.totals().bytes(), seconds, report);
  }

  private static Manifest described(Manifest begun, LogReport report, List<LogSource> sources) {
    Manifest.Clock clock = report.timed() ? Manifest.Clock.NS : Manifest.Clock.NONE;
    List<Object> names = List.copyOf(sources.stream().limit(16).map(LogSource::name).toList());
    return begun
        .withClock(clock, report.durations())
        .with("log", names)
        .with("lines", report.lines())
        .with("skipped", report.skipped());
  }

  private long append(Event event) {
    try {
      long number = writer().append(event);
      options.progress().accept(number);
      return number;
    } catch (TapeException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TapeWriter writer() throws TapeException {
    if (writer == null) {
      writer = TapeWriter.create(out, manifest, options.durability());
      writer.signWith(options.signer());
    }
    return writer;
  }
}
