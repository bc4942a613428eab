package seamtape.replayer.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeWriter;
import seamtape.replayer.replay.Reexecution;
import seamtape.replayer.replay.Replay;
import seamtape.replayer.replay.ReplayOptions;
import seamtape.replayer.replay.ReplayReport;
import seamtape.replayer.state.MachineReading;
import seamtape.replayer.state.MachineState;
import seamtape.sim.Simulator;

/** What must hold for any sequence of calls, with the sequences made by seed. */
class RandomTruthTest {
  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");
  private static final long SEED = Long.getLong("seamtape.seed", 1);
  private static final int CALLS = Integer.getInteger("seamtape.calls", SOAK ? 1_000_000 : 100_000);

  /** Events between two comparisons of fold and machine. */
  private static final int EVERY = Integer.getInteger("seamtape.every", 1_000);

  /** Only this profile, where one is named: {@code -Dseamtape.profile=linux-7.3}. */
  private static final String PROFILE = System.getProperty("seamtape.profile", "");

  private static CallWeights weights;

  @TempDir private Path dir;

  @BeforeAll
  static void readCorpus() throws Exception {
    weights = CallWeights.ofCorpus();
  }

  @ParameterizedTest
  @CsvSource({
    "linux-6.2, intel, none",
    "linux-6.2+tdx-shm, amd, none",
    "linux-6.12, amd, none",
    "linux-7.3, intel, 1.5",
    "linux-7.3+regindex, intel, none"
  })
  void replaysIdenticallyAndFoldAndMachineAgree(String profile, String vendor, String module)
      throws Exception {
    assumeTrue(PROFILE.isEmpty() || PROFILE.equals(profile), "another profile is asked for");
    try (Tape tape = record(new MachineSpec(profile, vendor, module, "bare", SEED, false))) {
      tell(profile + ": recorded, " + tape.eventCount() + " events");
      ReplayReport report = Replay.run(tape, ReplayOptions.strict(new Simulator()));
      assertTrue(report.identical(), () -> String.valueOf(report.first()));
      assertEquals(tape.manifest().digest(), report.digest());
      tell(profile + ": replayed identically");
      foldAndMachineAgree(tape);
      tell(profile + ": fold and machine agree");
    }
  }

  /** How far it is, in the long form. */
  private static void tell(String how) {
    if (SOAK) {
      System.out.println("random calls, " + how);
    }
  }

  private Tape record(MachineSpec spec) throws Exception {
    Simulator simulator = new Simulator();
    Path path = dir.resolve("random.tape");
    Manifest manifest =
        Manifest.of(Manifest.Source.SIM, spec.profile())
            .withMachine(spec.vendor(), spec.tdxModule(), spec.role())
            .withSimulator(simulator.build())
            .withWorkload("random", spec.seed());
    try (TapeWriter writer = TapeWriter.create(path, manifest);
        RecordingVmm vmm = RecordingVmm.of(simulator, spec, writer)) {
      RandomProcess process = new RandomProcess(vmm, weights, spec.seed(), true);
      process.run(CALLS);
      long share = process.succeeded() * 100 / process.calls();
      assertTrue(share > 40 && share < 95, "succeeded: " + share + " %");
      vmm.finish();
      writer.seal();
    }
    return Tape.open(path);
  }

  private static void foldAndMachineAgree(Tape tape) throws Exception {
    try (Reexecution machine = new Reexecution(tape, new Simulator());
        Cursor cursor = tape.cursor()) {
      MachineState state = new MachineState();
      MachineReading reading = new MachineReading(state, machine);
      while (cursor.next()) {
        state.apply(cursor.event());
        if (state.event() % EVERY == 0) {
          machine.advanceTo(state.event());
          assertEquals(0, machine.divergences(), "by being read, up to event " + state.event());
          assertEquals(List.of(), reading.disagreements());
        }
      }
      assertEquals(0, machine.divergences());
    }
  }
}
