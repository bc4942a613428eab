package seamtape.replayer.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import seamtape.recorder.tape.Manifest;

/** What a recording can be exported to. */
public enum ExportFormat {
  /** One JSON object an event, a line each, as {@code seamtape show --json} prints them. */
  JSONL(JsonLines::new),
  /** One line an event with a line of names first (RFC 4180). */
  CSV(Csv::new),
  /** An Avro object container file. */
  AVRO(AvroEvents::new),
  /** Trace event JSON of Chrome, which Perfetto opens: a slice a call, a track an actor. */
  CHROME(ChromeTrace::new);

  /** Makes a writer. */
  interface Opening {
    EventWriter open(OutputStream out, Manifest manifest) throws IOException;
  }

  private final Opening opening;

  ExportFormat(Opening opening) {
    this.opening = opening;
  }

  EventWriter open(OutputStream out, Manifest manifest) throws IOException {
    return opening.open(out, manifest);
  }

  /** The word of the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static List<String> labels() {
    return Arrays.stream(values()).map(ExportFormat::label).toList();
  }

  public static Optional<ExportFormat> of(String label) {
    return Arrays.stream(values()).filter(format -> format.label().equals(label)).findFirst();
  }
}
