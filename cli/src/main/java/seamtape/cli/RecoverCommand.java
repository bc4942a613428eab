package seamtape.cli;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.event.Event;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Recovery;

/** {@code seamtape recover}. */
@Command(
    name = "recover",
    mixinStandardHelpOptions = true,
    description = {
      "Make a sealed recording of all that is provably good in a torn or damaged one.",
      "What is lost becomes a gap event that says which events are missing. The original is not"
          + " touched.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape recover killed.tape -o whole.tape",
      "  seamtape verify damaged.tape; seamtape recover damaged.tape -o rest.tape --json",
    })
final class RecoverCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REC", description = "The open or damaged recording.")
  private Path recording;

  @Option(names = "-o", paramLabel = "REC2", required = true, description = "The new recording.")
  private Path out;

  @Mixin private SealOptions seal;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    Path from = Recordings.find(recording);
    Path to = Recordings.create(out);
    PrivateKey signer = seal.signer();
    Recovery.Report report;
    try (Progress progress = new Progress("recover", 0, output)) {
      report = Recovery.of(from, to, signer, progress);
      seal.finish(to, report.manifest(), signer, progress);
    }
    for (Recovery.Gap gap : report.gaps()) {
      String last = gap.toEvent() == Event.UNKNOWN ? "an unknown end" : "" + gap.toEvent();
      output.line("lost: events " + gap.fromEvent() + " to " + last);
    }
    output.line(
        String.format(
            "Recovered %s: %,d calls, %,d events, %,d gaps",
            out,
            report.manifest().totals().calls(),
            report.manifest().totals().events(),
            report.gaps().size()));
    output.line("digest " + report.manifest().digest());
    output.document(document(report));
    return Exit.DONE;
  }

  private Map<String, Object> document(Recovery.Report report) {
    Manifest made = report.manifest();
    Map<String, Object> document = Recordings.document(out, made);
    document.put("state", made.state().name().toLowerCase(java.util.Locale.ROOT));
    document.put("found", report.found().state().label());
    document.put("blocks", made.totals().blocks());
    List<Map<String, Object>> gaps = new ArrayList<>();
    for (Recovery.Gap gap : report.gaps()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("fromEvent", gap.fromEvent());
      one.put("toEvent", gap.toEvent() == Event.UNKNOWN ? null : gap.toEvent());
      gaps.add(one);
    }
    document.put("gaps", gaps);
    document.put("damage", report.found().damage().stream().map(VerifyCommand::damage).toList());
    return document;
  }
}
