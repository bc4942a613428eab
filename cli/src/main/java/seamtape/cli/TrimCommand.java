package seamtape.cli;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.Trim;

/** {@code seamtape trim}. */
@Command(
    name = "trim",
    mixinStandardHelpOptions = true,
    description = {
      "Make a sealed recording of a stretch of another.",
      "It starts with a gap event that stands for what was before; events are numbered anew.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape trim qemu.tape --from 4000 --to 5000 -o part.tape",
      "  seamtape trim qemu.tape --to 1000 -o start.tape --compress",
    })
final class TrimCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REC", description = "The recording.")
  private Path recording;

  @Option(names = "--from", paramLabel = "A", description = "First event. Default: 1.")
  private long from = 1;

  @Option(names = "--to", paramLabel = "B", description = "Last event. Default: the last there is.")
  private Long to;

  @Option(names = "-o", paramLabel = "REC2", required = true, description = "The new recording.")
  private Path out;

  @Mixin private SealOptions seal;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    Path target = Recordings.create(out);
    PrivateKey signer = seal.signer();
    try (Tape tape = Recordings.open(recording)) {
      long last = to == null ? tape.eventCount() : to;
      if (from > last && from <= tape.eventCount()) {
        throw new UsageException(
            "--from " + from + " is behind --to " + last + ": name the first event, then the last");
      }
      if (from < 1 || from > last || last > tape.eventCount()) {
        throw new UsageException(
            String.format(
                "--from %d --to %d: the recording has events 1 to %d",
                from, last, tape.eventCount()));
      }
      Manifest made;
      try (Progress progress = new Progress("trim", last - from + 1, output)) {
        made = Trim.of(tape, from, last, target, signer, progress);
        made = seal.finish(target, made, signer, progress);
      }
      output.line(
          String.format(
              "Trimmed to events %d to %d: %s has %,d calls, %,d events",
              from, last, out, made.totals().calls(), made.totals().events()));
      output.line("digest " + made.digest());
      output.document(Recordings.document(out, made));
    }
    return Exit.DONE;
  }
}
