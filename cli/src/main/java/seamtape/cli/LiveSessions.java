package seamtape.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import seamtape.machine.Vmm;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.live.LiveException;
import seamtape.recorder.live.LiveMachine;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.TapeWriter;
import seamtape.sim.workload.Outcome;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.Workload;

/** Runs a workload on the real /dev/kvm and records it. */
final class LiveSessions {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private LiveSessions() {}

  /**
   * @param profile chooses among the workload's expectations
   * @throws LiveException where there is no /dev/kvm, or the workload cannot be made on it; nothing
   *     is left behind
   */
  static Sessions.Recorded record(
      Workload workload, String profile, long seed, Path out, Sessions.Writing writing)
      throws IOException {
    if (!workload.machine().role().equals("bare")) {
      throw new LiveException(
          workload.name()
              + " asks for a machine that is a TD guest; without --live the simulator is one");
    }
    long start = System.nanoTime();
    try (LiveMachine kernel = LiveMachine.open();
        LeftOpen left = new LeftOpen(out);
        TapeWriter writer = writing.begin(out, manifest(workload, seed))) {
      RecordingVmm vmm = RecordingVmm.live(kernel, writing.telling(writer));
      Outcome outcome = run(workload, vmm, seed, profile, out);
      vmm.finish();
      Manifest sealed = writer.seal();
      return new Sessions.Recorded(sealed, outcome, (System.nanoTime() - start) / 1e9);
    }
  }

  private static Outcome run(Workload workload, Vmm vmm, long seed, String profile, Path out)
      throws IOException {
    try {
      return new WorkloadRunner(workload, vmm, seed, profile).run();
    } catch (LiveException e) {
      Recordings.remove(out);
      throw e;
    }
  }

  private static Manifest manifest(Workload workload, long seed) {
    return Manifest.of(Manifest.Source.LIVE, "")
        .withTool(Version.TOOL)
        .withMachine(vendor(), "none", "bare")
        .withWorkload(workload.name(), seed)
        .withClock(Manifest.Clock.NS, true)
        .with("kernel", System.getProperty("os.version"));
  }

  private static String vendor() {
    try (Stream<String> lines = Files.lines(CPUINFO)) {
      return lines.anyMatch(line -> line.matches("vendor_id\\s*: (Authentic|Hygon).*"))
          ? "amd"
          : "intel";
    } catch (IOException e) {
      return "intel";
    }
  }
}
