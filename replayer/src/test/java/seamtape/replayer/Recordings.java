package seamtape.replayer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.log.ImportOptions;
import seamtape.recorder.strace.StraceImport;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeWriter;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.sim.Simulator;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.Workload;

/** Makes real recordings for tests: workloads on the simulator, logs through the importer. */
public final class Recordings {
  private Recordings() {}

  /** A bundled workload. */
  public static Tape bundled(Path dir, String name, String profile) throws Exception {
    return bundled(dir, name, profile, Map.of());
  }

  /** A bundled workload with parameters set. */
  public static Tape bundled(Path dir, String name, String profile, Map<String, String> set)
      throws Exception {
    return of(dir.resolve(name + "-" + profile + ".tape"), WorkloadFile.read(name, set), profile);
  }

  /** A bundled workload whose text was changed. */
  public static Tape edited(Path dir, String name, String from, String to) throws Exception {
    Path bundled = Path.of("../fixtures/workloads", name + ".yaml");
    Path file = dir.resolve(name + "-edited.yaml");
    Files.writeString(file, Files.readString(bundled).replace(from, to));
    return of(dir.resolve(name + "-edited.tape"), WorkloadFile.read(file, Map.of()), "linux-7.3");
  }

  /** A workload given as the steps of its YAML. */
  public static Tape steps(Path dir, String name, String profile, String steps) throws Exception {
    Path file = dir.resolve(name + ".yaml");
    Files.writeString(file, "name: " + name + "\ndoc: of a test\nsteps:\n" + steps.indent(2));
    return of(dir.resolve(name + ".tape"), WorkloadFile.read(file, Map.of()), profile);
  }

  private static Tape of(Path tape, Workload workload, String profile) throws Exception {
    Simulator simulator = new Simulator();
    String module = workload.machine().tdxModule();
    MachineSpec spec =
        new MachineSpec(profile, workload.machine().vendor(), module, "bare", 1, false);
    Manifest manifest =
        Manifest.of(Manifest.Source.SIM, profile)
            .withMachine(spec.vendor(), module, "bare")
            .withSimulator(simulator.build())
            .withWorkload(workload.name(), 1);
    try (TapeWriter writer = TapeWriter.create(tape, manifest);
        RecordingVmm vmm = RecordingVmm.of(simulator, spec, writer)) {
      new WorkloadRunner(workload, vmm, 1, profile).run();
      vmm.finish();
      writer.seal();
    }
    return Tape.open(tape);
  }

  /** The queue's file that holds the blocks. */
  public static Path cycle(Path tape) throws IOException {
    try (Stream<Path> files = Files.list(tape.resolve("journal"))) {
      return files.filter(file -> file.toString().endsWith(".cq4")).findFirst().orElseThrow();
    }
  }

  /** A strace log. */
  public static Tape log(Path dir, Path log) throws Exception {
    String name = log.getFileName().toString().replaceAll("\\..*", "");
    Path tape = dir.resolve(name + ".tape");
    ImportOptions options = new ImportOptions(new ByteArrayInputStream(new byte[0]), "test");
    StraceImport.of(List.of(log), tape, options);
    return Tape.open(tape);
  }

  /** A strace log given as text. */
  public static Tape log(Path dir, String name, String text) throws Exception {
    Path log = dir.resolve(name + ".strace");
    Files.writeString(log, text, StandardCharsets.UTF_8);
    return log(dir, log);
  }
}
