package seamtape.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import seamtape.event.EventSink;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeWriter;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.sim.Simulator;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.Workload;

/** The bundled workload pio-storm: as many KVM_RUNs as asked for, and ten calls before them. */
final class Storm {
  private static final MachineSpec SPEC =
      new MachineSpec("linux-7.3", "intel", "none", "bare", 1, false);

  private Storm() {}

  static Workload workload(int exits) {
    try {
      return WorkloadFile.read("pio-storm", Map.of("count", Integer.toString(exits)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static Manifest manifest() {
    return Manifest.of(Manifest.Source.SIM, SPEC.profile())
        .withSimulator(new Simulator().build())
        .withMachine(SPEC.vendor(), SPEC.tdxModule(), SPEC.role())
        .withWorkload("pio-storm", SPEC.seed());
  }

  /** Runs the workload, its calls told to a sink. */
  static void run(Workload workload, EventSink sink) {
    try (RecordingVmm vmm = RecordingVmm.of(new Simulator(), SPEC, sink)) {
      new WorkloadRunner(workload, vmm, SPEC.seed()).run();
      vmm.finish();
    }
  }

  /** Makes a sealed recording. */
  static void record(int exits, Path tape) throws IOException {
    try (TapeWriter writer = TapeWriter.create(tape, manifest())) {
      run(workload(exits), writer);
      writer.seal();
    }
  }
}
