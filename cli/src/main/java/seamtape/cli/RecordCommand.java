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
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.sim.workload.Outcome;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.Workload;

/** {@code seamtape record}. */
@Command(
    name = "record",
    mixinStandardHelpOptions = true,
    description = {
      "Run a workload on a simulated machine, or on the real /dev/kvm, and record every call.",
      "The same workload, profile and seed give the same digest, on every machine and JDK.",
    },
    footer = {
      "",
      "Examples:",
      "  seamtape record minimal -o minimal.tape",
      "  seamtape record mine.yaml -o mine.tape --profile linux-6.2 --seed 7",
      "  seamtape record pio-storm -o storm.tape --set count=100000 --compress",
      "  seamtape record boot-td -o td.tape --set firmware=/usr/share/ovmf/OVMF.fd",
      "  seamtape record minimal --live -o live.tape && seamtape diff minimal.tape live.tape",
      "",
      "'seamtape record --list' names the bundled workloads; docs/WORKLOADS.md tells how to write one.",
    })
final class RecordCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "WORKLOAD",
      arity = "0..1",
      description = "A YAML file, or the name of a bundled one.")
  private String workload;

  @Option(
      names = "-o",
      paramLabel = "REC",
      description = "The recording to make; its name ends in .tape.")
  private Path out;

  @Option(names = "--profile", description = "Simulated kernel. Default: ${DEFAULT-VALUE}.")
  private String profile = WorkloadRunner.DEFAULT_PROFILE;

  @Option(
      names = "--seed",
      description = "Seed of all that is random. Default: the workload's, or 1.")
  private Long seed;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Value of a parameter of the workload.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--simulator",
      paramLabel = "JAR",
      description = "Record on the simulator of this jar.")
  private Path simulator;

  @Option(
      names = "--live",
      description = {
        "Run on this host's /dev/kvm. The profile then only chooses among the workload's"
            + " expectations.",
      })
  private boolean live;

  @Mixin private DurabilityOption durability;

  @Mixin private SealOptions seal;

  @Option(names = "--list", description = "List the bundled workloads.")
  private boolean list;

  @Mixin private Output output;

  @Override
  public Integer call() throws Exception {
    if (list) {
      return list();
    }
    if (workload == null || out == null) {
      throw new UsageException(
          "record needs a workload and -o REC.tape: try seamtape record minimal -o minimal.tape");
    }
    if (live && simulator != null) {
      throw new UsageException("--live asks the real kernel: leave out --simulator");
    }
    Sessions.Recorded recorded = record(WorkloadFile.read(workload, set));
    print(recorded);
    output.document(document(recorded));
    return recorded.outcome().asExpected() ? Exit.DONE : Exit.DIFFERENT;
  }

  private Sessions.Recorded record(Workload read) throws Exception {
    Path recording = Recordings.create(out);
    long chosen = seed == null ? read.seed() : seed;
    PrivateKey signer = seal.signer();
    try (Progress progress = new Progress("record", 0, output)) {
      Sessions.Writing writing = new Sessions.Writing(durability.level, signer, progress);
      Sessions.Recorded recorded =
          live
              ? LiveSessions.record(read, profile, chosen, recording, writing)
              : Sessions.record(
                  read, Simulators.of(simulator), profile, chosen, recording, writing);
      return recorded.with(seal.finish(recording, recorded.manifest(), signer, progress));
    }
  }

  private int list() throws Exception {
    Map<String, Object> names = new LinkedHashMap<>();
    for (String name : WorkloadFile.bundled()) {
      String doc = WorkloadFile.read(name, Map.of()).doc();
      names.put(name, doc);
      output.line(String.format("%-26s %s", name, firstSentence(doc)));
    }
    output.document(Map.of("workloads", names));
    return Exit.DONE;
  }

  private static String firstSentence(String doc) {
    String text = doc.replaceAll("\\s+", " ").trim();
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1);
  }

  private void print(Sessions.Recorded recorded) {
    Outcome outcome = recorded.outcome();
    outcome.warnings().forEach(warning -> output.message("warning: " + warning));
    outcome.failed().forEach(failure -> output.message("not as expected: " + failure));
    Manifest manifest = recorded.manifest();
    output.line(
        String.format(
            "Recorded %s: %,d calls (%,d KVM ioctls), %,d events in %.2f s",
            out,
            manifest.totals().calls(),
            manifest.totals().ioctls(),
            manifest.totals().events(),
            recorded.seconds()));
    output.line("digest " + manifest.digest());
  }

  private Map<String, Object> document(Sessions.Recorded recorded) {
    Map<String, Object> document = Recordings.document(out, recorded.manifest());
    document.put("seconds", recorded.seconds());
    document.put("warnings", recorded.outcome().warnings());
    document.put("failed", recorded.outcome().failed().stream().map(Object::toString).toList());
    return document;
  }
}
