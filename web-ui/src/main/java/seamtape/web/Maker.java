package seamtape.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import seamtape.event.EventSink;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.ftrace.FtraceImport;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.log.ImportReport;
import seamtape.recorder.strace.StraceImport;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeWriter;
import seamtape.recorder.workload.WorkloadException;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.replay.Replay;
import seamtape.replayer.replay.ReplayOptions;
import seamtape.replayer.replay.ReplayReport;
import seamtape.sim.Simulator;
import seamtape.sim.workload.Outcome;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.Workload;

/** Makes recordings in the served directory: runs, imports, replays. Blocking; the jobs' thread. */
final class Maker {
  private static final String TOOL = "seamtape web-ui";
  private static final int MAX_WARNINGS = 20;

  private Maker() {}

  static List<String> profiles() {
    return new Simulator().profiles();
  }

  /**
   * Runs a workload on the simulator of this build.
   *
   * @param seed null for the workload's own
   */
  static void record(Jobs.Job job, Workload workload, String profile, Long seed, Path out)
      throws IOException {
    Simulator machines = new Simulator();
    var machine = workload.machine();
    long chosen = seed == null ? workload.seed() : seed;
    MachineSpec spec =
        new MachineSpec(
            profile, machine.vendor(), machine.tdxModule(), machine.role(), chosen, false);
    Manifest manifest =
        Manifest.of(Manifest.Source.SIM, profile)
            .withTool(TOOL)
            .withMachine(machine.vendor(), machine.tdxModule(), machine.role())
            .withSimulator(machines.build())
            .withWorkload(workload.name(), chosen);
    making(
        out,
        () -> {
          try (TapeWriter writer = TapeWriter.create(out, manifest)) {
            EventSink counted = counted(job, writer);
            RecordingVmm vmm = RecordingVmm.of(machines, spec, counted);
            try (vmm) {
              Outcome outcome = new WorkloadRunner(workload, vmm, chosen, profile).run();
              vmm.finish();
              tell(job, outcome);
            }
            writer.seal();
          }
        });
  }

  private static EventSink counted(Jobs.Job job, EventSink sink) {
    return event -> {
      long number = sink.append(event);
      job.reached(number);
      return number;
    };
  }

  private static void tell(Jobs.Job job, Outcome outcome) {
    job.warnings = outcome.warnings().stream().limit(MAX_WARNINGS).toList();
    if (!outcome.asExpected()) {
      job.message = outcome.failures() + " expectations of the workload failed";
    }
  }

  static void importLog(Jobs.Job job, String kind, Path log, Path out) throws IOException {
    ImportOptions options = new ImportOptions(InputStream.nullInputStream(), TOOL);
    making(
        out,
        () -> {
          ImportReport report =
              kind.equals("ftrace")
                  ? FtraceImport.of(List.of(log), out, options)
                  : StraceImport.of(List.of(log), out, options);
          job.events.set(report.log().events());
          job.message =
              report.log().ioctls() + " ioctls of " + report.log().lines() + " lines imported";
          job.warnings =
              report.log().warnings().stream()
                  .limit(MAX_WARNINGS)
                  .map(warning -> "line " + warning.line() + ": " + warning.text())
                  .toList();
        });
  }

  static void replay(Jobs.Job job, Path of, String profile, Path out) throws IOException {
    Simulator machines = new Simulator();
    try (Tape tape = Tape.open(of)) {
      Manifest own = tape.manifest();
      job.of = tape.eventCount();
      Manifest manifest =
          Manifest.of(Manifest.Source.SIM, profile)
              .withTool(TOOL)
              .withMachine(own.machine().vendor(), own.machine().tdxModule(), own.machine().role())
              .withSimulator(machines.build())
              .withWorkload(own.workload(), own.seed())
              .with("replayOf", own.digest());
      making(
          out,
          () -> {
            try (TapeWriter writer = TapeWriter.create(out, manifest)) {
              EventSink counted = counted(job, writer);
              ReplayReport report =
                  Replay.run(
                      tape, new ReplayOptions(machines, profile, true, 100, counted, event -> {}));
              writer.seal();
              job.message =
                  report.identical()
                      ? "identical: every outcome is the recorded one"
                      : report.divergences()
                          + " divergences, "
                          + report.roots()
                          + " of them causes";
            }
          });
    }
  }

  private interface Making {
    void run() throws IOException;
  }

  /** What fails half-way leaves nothing behind. */
  private static void making(Path out, Making making) throws IOException {
    boolean made = false;
    try {
      making.run();
      made = true;
    } finally {
      if (!made) {
        delete(out);
      }
    }
  }

  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException failure)
              throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * A bundled workload by its name, or one by its text.
   *
   * @throws Problem saying what is wrong with it, and where
   */
  static Workload workload(String name, String yaml, Map<String, String> set) {
    try {
      return WorkloadFile.readSent(name, yaml, set);
    } catch (WorkloadException e) {
      throw Problem.badRequest(
          "the workload cannot be read, line " + e.line() + ": " + e.getMessage());
    }
  }
}
