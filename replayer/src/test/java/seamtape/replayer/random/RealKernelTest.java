package seamtape.replayer.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.recorder.live.LiveMachine;
import seamtape.replayer.random.Lockstep.Answers;
import seamtape.sim.Simulator;

/** The same random calls asked of the simulator and of the kernel below, call by call. */
class RealKernelTest {
  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");
  private static final long SEED = Long.getLong("seamtape.seed", 1);
  private static final int CALLS = SOAK ? 20_000 : 2_000;

  /** What the comparison may take at most. */
  private static final long SECONDS = SOAK ? 60 : 20;

  private static CallWeights weights;

  @BeforeAll
  static void readCorpus() throws Exception {
    weights = CallWeights.ofCorpus().only(OracleForms.comparable());
  }

  private static RandomProcess process(RecordingVmm vmm) {
    return new RandomProcess(vmm, weights, SEED, false);
  }

  private static RecordingVmm simulator(String profile, Answers answers) {
    MachineSpec spec = new MachineSpec(profile, "intel", "none", "bare", SEED, false);
    return RecordingVmm.of(new Simulator(), spec, answers);
  }

  private static long deadline() {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
  }

  @Test
  void theRealKernelAnswersAsTheSimulator() throws Exception {
    boolean present = Files.isWritable(Path.of("/dev/kvm"));
    if (!present) {
      System.out.println("RealKernelTest: skipped: no /dev/kvm to compare the simulator with");
    }
    assumeTrue(present, "no /dev/kvm");
    Answers real = new Answers();
    Answers simulated = new Answers();
    try (RecordingVmm a = RecordingVmm.live(LiveMachine.open(), real);
        RecordingVmm b = simulator("linux-7.3", simulated)) {
      assertEquals(
          "", Lockstep.difference(process(a), real, process(b), simulated, CALLS, deadline()));
    }
  }

  @Test
  void theComparisonFindsTwoMachinesOfOneKindTheSameAndOfTwoKindsNot() throws Exception {
    assertEquals("", between("linux-7.3", "linux-7.3"));
    String found = between("linux-6.2", "linux-7.3");
    assertTrue(found.contains("the other"), found);
  }

  private static String between(String first, String second) throws Exception {
    Answers ofA = new Answers();
    Answers ofB = new Answers();
    try (RecordingVmm a = simulator(first, ofA);
        RecordingVmm b = simulator(second, ofB)) {
      return Lockstep.difference(process(a), ofA, process(b), ofB, CALLS, deadline());
    }
  }

  @Test
  void callsWhoseAnswerTheHostDecidesAreNotCompared() throws Exception {
    var rows = OracleForms.comparable();
    assertTrue(rows.contains(KvmIoctl.KVM_SET_SREGS), rows::toString);
    assertTrue(rows.size() > 20, rows::toString);
    assertTrue(!rows.contains(KvmIoctl.KVM_CHECK_EXTENSION), rows::toString);
  }
}
