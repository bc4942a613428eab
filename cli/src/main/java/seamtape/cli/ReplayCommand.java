package seamtape.cli;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import seamtape.machine.MachineFactory;
import seamtape.machine.MachineRefusedException;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeWriter;
import seamtape.replayer.explain.Explanation;
import seamtape.replayer.replay.Agreement;
import seamtape.replayer.replay.Divergence;
import seamtape.replayer.replay.Replay;
import seamtape.replayer.replay.ReplayOptions;
import seamtape.replayer.replay.ReplayReport;
import seamtape.sim.workload.WorkloadRunner;

/** {@code seamtape replay}. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Feed a recording's stimuli to a machine again and compare what it answers.",
      "A simulated recording replays identically on its own profile. The guests of an imported one do"
          + " not execute: they exit as recorded, and the ioctls around them are compared.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape replay minimal.tape",
      "  seamtape replay minimal.tape --profile linux-6.2 --keep-going",
      "  seamtape replay qemu.tape --keep-going -o replayed.tape",
    })
final class ReplayCommand implements Callable<Integer> {
  private static final int SHOWN = 20;

  @Parameters(paramLabel = "REC", description = "The recording.")
  private Path recording;

  @Option(
      names = "--profile",
      description = "Simulated kernel; default: the recorded one, or linux-7.3.")
  private String profile;

  @Option(
      names = "--simulator",
      paramLabel = "JAR",
      description = "Replay on the simulator of this jar.")
  private Path simulator;

  @Option(names = "-o", paramLabel = "REC2", description = "Record the replay itself.")
  private Path out;

  @Option(names = "--keep-going", description = "Do not stop at the first divergence.")
  private boolean keepGoing;

  @Mixin private SealOptions seal;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    if (out == null && seal.any()) {
      throw new UsageException("--sign and --compress are for the recording that -o REC2 makes");
    }
    long start = System.nanoTime();
    MachineFactory machines = Simulators.of(simulator);
    try (Tape tape = Recordings.open(recording)) {
      ReplayReport report;
      try (Progress progress = new Progress("replay", tape.eventCount(), output)) {
        report =
            out == null ? run(tape, machines, null, progress) : record(tape, machines, progress);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      print(report, seconds);
      output.document(document(report, seconds));
      return report.identical() ? Exit.DONE : Exit.DIFFERENT;
    }
  }

  private ReplayReport record(Tape tape, MachineFactory machines, Progress progress)
      throws Exception {
    Manifest manifest = manifest(tape.manifest(), machines);
    PrivateKey signer = seal.signer();
    Path recorded = Recordings.create(out);
    ReplayReport report;
    Manifest sealed;
    try (LeftOpen left = new LeftOpen(out);
        TapeWriter writer = TapeWriter.create(recorded, manifest)) {
      writer.signWith(signer);
      report = run(tape, machines, writer, progress);
      sealed = writer.seal();
    } catch (MachineRefusedException e) {
      Recordings.remove(recorded); // nothing was replayed
      throw e;
    }
    seal.finish(recorded, sealed, signer, progress);
    return report;
  }

  private Manifest manifest(Manifest of, MachineFactory machines) {
    boolean imported = of.source() != Manifest.Source.SIM;
    String own = imported ? WorkloadRunner.DEFAULT_PROFILE : of.profile();
    return Manifest.of(Manifest.Source.SIM, profile == null ? own : profile)
        .withTool(Version.TOOL)
        .withMachine(of.machine().vendor(), of.machine().tdxModule(), of.machine().role())
        .withSimulator(machines.build())
        .withWorkload(of.workload(), of.seed())
        .with("replayOf", of.digest());
  }

  private ReplayReport run(Tape tape, MachineFactory machines, TapeWriter writer, Progress progress)
      throws Exception {
    return Replay.run(
        tape, new ReplayOptions(machines, profile, keepGoing, 10_000, writer, progress));
  }

  private void print(ReplayReport report, double seconds) {
    output.line(
        String.format(
            "Replayed %,d system calls of %s and all beneath them on %s in %.2f s",
            report.calls(), recording, report.profile(), seconds));
    if (report.agreement() != null) {
      agreement(report.agreement());
    }
    report.kept().stream().limit(SHOWN).forEach(d -> output.line("  " + words(d)));
    if (report.divergences() > SHOWN) {
      output.line(String.format("  … and %,d more; --json has them", report.divergences() - SHOWN));
    }
    output.line(verdict(report));
  }

  /** A divergence with what may explain it. */
  static String words(Divergence divergence) {
    String reason = divergence.reason() == null ? "" : " (" + divergence.reason() + ")";
    return divergence.words() + reason + (divergence.root() ? "" : " (follows)");
  }

  private void agreement(Agreement score) {
    output.line(
        String.format(
            "  ioctls with visible arguments: %,d same answer, %,d explained, %,d unmodelled, %,d wrong"
                + " (%.1f %% the same)",
            score.visibleAgreed(),
            score.explained(),
            score.unmodelled(),
            score.wrong(),
            100 * score.visibleShare()));
    output.line(
        String.format(
            "  arguments logged as pointers:  %,d same outcome, %,d explained, %,d wrong, %,d not replayed",
            score.pointerAgreed(),
            score.pointerExplained(),
            score.pointerWrong(),
            score.pointerSkipped()));
    output.line(
        String.format(
            "  KVM_RUN, exits as recorded: %,d; answers taken as facts of the host: %,d",
            score.runs(), score.hostFacts()));
    score.rows().forEach((row, times) -> output.line(explained(row, times)));
  }

  private static String explained(Explanation row, long times) {
    return String.format("    %,5d × %s %s: %s", times, row.call(), row.use().word(), row.text());
  }

  private static String verdict(ReplayReport report) {
    if (report.identical()) {
      return "Identical: every outcome is the recorded one"
          + (report.agreement() == null ? "; digest " + report.digest() : "");
    }
    return String.format(
        "%,d divergences, %,d of them causes", report.divergences(), report.roots());
  }

  private static Map<String, Object> document(ReplayReport report, double seconds) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("identical", report.identical());
    document.put("calls", report.calls());
    document.put("divergences", report.divergences());
    document.put("roots", report.roots());
    document.put("first", report.first() == null ? null : divergence(report.first()));
    document.put("digest", report.digest());
    document.put("seconds", seconds);
    document.put("profile", report.profile());
    document.put("list", report.kept().stream().map(ReplayCommand::divergence).toList());
    if (report.agreement() != null) {
      document.put("agreement", score(report.agreement()));
    }
    return document;
  }

  private static Map<String, Object> divergence(Divergence divergence) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("event", divergence.event());
    document.put("call", divergence.call());
    document.put("field", divergence.field());
    document.put("recorded", divergence.recorded());
    document.put("replayed", divergence.replayed());
    document.put("actor", divergence.actor());
    document.put("root", divergence.root());
    document.put("reason", divergence.reason());
    document.put("words", divergence.words());
    return document;
  }

  private static Map<String, Object> score(Agreement score) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("same", score.visibleAgreed());
    document.put("explained", score.explained());
    document.put("unmodelled", score.unmodelled());
    document.put("wrong", score.wrong());
    document.put("share", score.visibleShare());
    document.put("pointerSame", score.pointerAgreed());
    document.put("pointerExplained", score.pointerExplained());
    document.put("pointerWrong", score.pointerWrong());
    document.put("pointerNotReplayed", score.pointerSkipped());
    document.put("hostFacts", score.hostFacts());
    document.put("runs", score.runs());
    document.put(
        "explanations",
        score.rows().entrySet().stream().map(e -> row(e.getKey(), e.getValue())).toList());
    return document;
  }

  private static Map<String, Object> row(Explanation row, long times) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("times", times);
    document.put("call", row.call());
    document.put("field", row.field());
    document.put("rule", row.rule());
    document.put("use", row.use().word());
    document.put("reason", row.reason());
    document.put("words", row.words());
    document.put("source", row.source());
    return document;
  }
}
