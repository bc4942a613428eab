package seamtape.replayer.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.Recordings;
import seamtape.replayer.replay.Reexecution;
import seamtape.sim.Simulator;

/** Where the events tell a value, the machine has it when they are executed again. */
class AgreementTest {
  /** Events from which only every so many are looked at. */
  private static final int ALL_OF = 5_000;

  private static final int EVERY = 97;

  @TempDir Path dir;

  static List<String> bundled() {
    return WorkloadFile.bundled();
  }

  @ParameterizedTest
  @MethodSource("bundled")
  void foldAndMachineAgreeAtEveryEventOfAWorkload(String workload) throws Exception {
    try (Tape tape = Recordings.bundled(dir, workload, "linux-7.3");
        Reexecution machine = new Reexecution(tape, new Simulator());
        Cursor cursor = tape.cursor()) {
      MachineState state = new MachineState();
      MachineReading reading = new MachineReading(state, machine);
      while (cursor.next()) {
        state.apply(cursor.event());
        if (state.event() < ALL_OF || state.event() % EVERY == 0) {
          machine.advanceTo(state.event());
          assertEquals(List.of(), reading.disagreements());
        }
      }
      assertEquals(0, machine.divergences());
    }
  }
}
