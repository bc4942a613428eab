package seamtape.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.export.Export;
import seamtape.replayer.export.ExportFormat;

/** {@code seamtape export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Write a recording as a file of another format, in constant memory.",
      "jsonl: an object an event. csv: a line an event. avro: an Avro object container file.",
      "chrome: trace JSON for ui.perfetto.dev and chrome://tracing, a slice a call, a track an"
          + " actor.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape export qemu.tape --to jsonl -o qemu.jsonl",
      "  seamtape export qemu.tape --to chrome --from 1 --last 20000 -o qemu.json",
      "  seamtape export qemu.tape --to avro -o qemu.avro",
      "  seamtape export qemu.tape --to jsonl -o - | jq -c 'select(.errno)'",
    })
final class ExportCommand implements Callable<Integer> {
  private static final Path STDOUT = Path.of("-");

  @Parameters(paramLabel = "REC", description = "The recording.")
  private Path recording;

  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      required = true,
      description = "jsonl, csv, avro or chrome.")
  private String to;

  @Option(
      names = "-o",
      paramLabel = "FILE",
      required = true,
      description = "The file to make; - is stdout.")
  private Path out;

  @Option(names = "--from", paramLabel = "N", description = "First event. Default: 1.")
  private long from = 1;

  @Option(
      names = "--last",
      paramLabel = "N",
      description = "Last event. Default: the last there is.")
  private Long last;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    ExportFormat format =
        ExportFormat.of(to)
            .orElseThrow(
                () ->
                    new UsageException(
                        "--to " + to + ": use " + String.join(", ", ExportFormat.labels())));
    try (Tape tape = Recordings.open(recording)) {
      long end = last == null ? tape.eventCount() : Math.min(last, tape.eventCount());
      if (from < 1 || end < from && tape.eventCount() > 0) {
        throw new UsageException(
            "--from " + from + ": the recording has events 1 to " + tape.eventCount());
      }
      if (out.equals(STDOUT)) {
        toStdout(tape, format, end);
        return Exit.DONE;
      }
      long bytes;
      try (Progress progress = new Progress("export", end - from + 1, output)) {
        bytes = Export.toFile(tape, format, from, end, out, progress);
      }
      long events = Math.max(0, end - from + 1);
      output.line(String.format("Exported %,d events to %s, %,d bytes", events, out, bytes));
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("file", out.toString());
      document.put("format", format.label());
      document.put("events", events);
      document.put("bytes", bytes);
      output.document(document);
    }
    return Exit.DONE;
  }

  private void toStdout(Tape tape, ExportFormat format, long end) throws IOException {
    if (output.json) {
      throw new UsageException("--json tells of the file that is made: leave it out with -o -");
    }
    try {
      Export.toStream(tape, format, from, end, output.bytes(), done -> {});
    } catch (Output.Unread e) {
      return; // it was enough
    }
  }
}
