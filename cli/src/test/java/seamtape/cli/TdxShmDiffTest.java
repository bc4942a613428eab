package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.diff.Change;
import seamtape.replayer.diff.Diff;
import seamtape.replayer.diff.DiffOptions;
import seamtape.replayer.diff.DiffReport;
import seamtape.sim.workload.Outcome;

/** Row S9: one workload over a kernel without and one with the operation. */
class TdxShmDiffTest {
  @TempDir Path dir;

  private Tape record(String profile) throws Exception {
    Path tape = dir.resolve(profile + ".tape");
    Outcome outcome =
        Sessions.record(
                WorkloadFile.read("tdx-shm", Map.of()), Simulators.builtIn(), profile, 1, tape)
            .outcome();
    assertEquals(List.of(), outcome.failed(), profile);
    return Tape.open(tape);
  }

  @Test
  void rowS9TheDiffShowsExactlyTheNewOperationTurningFromEnottyToSuccess() throws Exception {
    try (Tape without = record("linux-6.2");
        Tape with = record("linux-6.2+tdx-shm")) {
      DiffReport report =
          Diff.compare(without, with, new DiffOptions(Set.of(), 1000, events -> {}));
      for (Change change : report.changes()) {
        boolean beneath = change.kind() == Change.Kind.ONLY_B && !change.call().startsWith("KVM_");
        boolean turned =
            change.kind() == Change.Kind.CHANGED
                && change.call().equals("KVM_TDX_SHM")
                && "ENOTTY".equals(String.valueOf(change.valueA()));
        assertTrue(beneath || turned, change::toString);
        assertFalse(beneath && change.root(), change::toString);
      }
      assertEquals(11, report.changed());
      assertEquals(0, report.onlyA());
      assertTrue(report.onlyB() >= 9 + 12, "the TDCALLs and TDVMCALLs beneath them");
    }
  }
}
