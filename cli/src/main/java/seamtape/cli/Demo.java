package seamtape.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import seamtape.machine.MachineFactory;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.log.ImportReport;
import seamtape.recorder.strace.StraceImport;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.diff.Change;
import seamtape.replayer.diff.Diff;
import seamtape.replayer.diff.DiffOptions;
import seamtape.replayer.diff.DiffReport;
import seamtape.replayer.replay.Agreement;
import seamtape.replayer.replay.Replay;
import seamtape.replayer.replay.ReplayOptions;
import seamtape.replayer.replay.ReplayReport;

/** The main job end to end, told on one screen. */
final class Demo {
  private static final String LOG = "qemu-pc-seabios";
  private static final String DIFFED = "profile-differences";
  private static final String OLD = "linux-6.2";
  private static final String NEW = "linux-7.3";
  private static final long SEED = 1;
  private static final int DIVERGENCES_SHOWN = 6;
  private static final int CHANGES_SHOWN = 12;

  private final Path directory;
  private final Output output;
  private final MachineFactory machines = Simulators.builtIn();
  private final Map<String, Object> facts = new LinkedHashMap<>();

  Demo(Path directory, Output output) {
    this.directory = directory;
    this.output = output;
  }

  /** What was found, for the JSON document. */
  Map<String, Object> facts() {
    return facts;
  }

  /** Runs all parts; true when everything is as it should be. */
  boolean run() throws Exception {
    realVmm();
    boolean workloads = workloads();
    twoKernels();
    return workloads;
  }

  private void realVmm() throws Exception {
    output.line("1  A real VMM: QEMU 7.2 boots SeaBIOS on Linux 6.18, seen by strace");
    Path log = directory.resolve(LOG + ".strace.gz");
    try (InputStream in = Demo.class.getResourceAsStream("/seamtape/demo/" + LOG + ".strace.gz")) {
      Files.copy(in, log, StandardCopyOption.REPLACE_EXISTING);
    }
    Path tape = fresh(LOG);
    ImportReport report =
        StraceImport.of(List.of(log), tape, new ImportOptions(System.in, Version.TOOL));
    output.line(
        String.format(
            "   imported %,d KVM ioctls of %,d lines -> %s",
            report.log().ioctls(), report.log().lines(), tape.getFileName()));
    facts.put("imported", report.log().ioctls());
    for (String profile : List.of(NEW, OLD)) {
      asked(tape, profile);
    }
  }

  private void asked(Path recording, String profile) throws Exception {
    try (Tape tape = Tape.open(recording)) {
      ReplayReport report = Replay.run(tape, ReplayOptions.keepGoing(machines).on(profile));
      Agreement score = report.agreement();
      output.line(
          String.format(
              "   asked again on %s: %d of %d ioctls with visible arguments answered alike (%.1f %%),",
              profile,
              score.visibleAgreed(),
              score.visibleAgreed() + score.visibleDiffered(),
              100 * score.visibleShare()));
      output.line(
          String.format(
              "     %d of %d logged as pointers end alike, %d not asked; %d facts of the host, %,d exits taken",
              score.pointerAgreed(),
              score.pointerAgreed() + score.pointerDiffered(),
              score.pointerSkipped(),
              score.hostFacts(),
              score.runs()));
      report.kept().stream()
          .filter(divergence -> divergence.root())
          .limit(DIVERGENCES_SHOWN)
          .forEach(divergence -> output.line("     - " + ReplayCommand.words(divergence)));
      facts.put("agreement " + profile, score.visibleShare());
    }
  }

  private boolean workloads() throws Exception {
    List<String> names = WorkloadFile.bundled();
    output.line(
        "2  " + names.size() + " bundled workloads on the simulator, recorded twice and replayed");
    long calls = 0;
    List<String> wrong = new ArrayList<>();
    for (String name : names) {
      Sessions.Recorded once = session(name, name, NEW);
      Sessions.Recorded again = session(name, name + "-again", NEW);
      calls += once.manifest().totals().calls();
      boolean equal = once.manifest().digest().equals(again.manifest().digest());
      boolean same = equal && once.outcome().asExpected() && replays(name);
      if (!same) {
        wrong.add(name);
      }
      delete(directory.resolve(name + "-again.tape"));
    }
    output.line(
        String.format(
            "   %,d calls; digests equal, expectations met and replay identical: %d of %d%s",
            calls,
            names.size() - wrong.size(),
            names.size(),
            wrong.isEmpty() ? "" : "; not " + String.join(", ", wrong)));
    facts.put("workloads", (long) names.size());
    facts.put("notIdentical", wrong);
    return wrong.isEmpty();
  }

  private boolean replays(String name) throws Exception {
    try (Tape tape = Tape.open(directory.resolve(name + ".tape"))) {
      return Replay.run(tape, ReplayOptions.strict(machines)).identical();
    }
  }

  private void twoKernels() throws Exception {
    session(DIFFED, DIFFED + "-" + OLD, OLD);
    output.line("3  " + DIFFED + " on " + OLD + " and on " + NEW);
    try (Tape a = Tape.open(directory.resolve(DIFFED + "-" + OLD + ".tape"));
        Tape b = Tape.open(directory.resolve(DIFFED + ".tape"))) {
      DiffReport report = Diff.compare(a, b, new DiffOptions(Set.of(), 1000, events -> {}));
      output.line(
          String.format(
              "   %,d calls alike, %,d answered otherwise:", report.matched(), report.changed()));
      report.changes().stream().filter(Change::root).limit(CHANGES_SHOWN).forEach(this::explain);
      facts.put("changed", report.changed());
    }
  }

  private void explain(Change change) {
    String values = change.field() + " " + change.valueA() + " -> " + change.valueB();
    output.line(
        String.format(
            "     %-48s %-24s %s",
            change.call() + change.about(), values, KernelChanges.why(change.call())));
  }

  private Sessions.Recorded session(String workload, String recording, String profile)
      throws Exception {
    return Sessions.record(
        WorkloadFile.read(workload, Map.of()), machines, profile, SEED, fresh(recording));
  }

  /** The place of a recording; one that an earlier demo left there is removed. */
  private Path fresh(String name) throws IOException {
    Path tape = directory.resolve(name + ".tape");
    delete(tape);
    return tape;
  }

  private static void delete(Path tape) throws IOException {
    if (!Files.exists(tape.resolve("manifest.json"))) {
      return;
    }
    try (Stream<Path> files = Files.walk(tape)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
