package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.machine.MachineSpec;

/** Storms on machines whose guests do not run, as imported recordings are replayed on. */
class ScriptedStormTest {
  private static final int CALLS = Boolean.getBoolean("seamtape.soak") ? 1_000_000 : 100_000;

  /** Machines as they are, their nested calls folded into a number. */
  private static final class Plain implements Machines {
    private final CallDigest nested = new CallDigest();

    @Override
    public TestMachine next(MachineSpec spec) {
      return new TestMachine(spec, nested);
    }

    @Override
    public void done(TestMachine machine) {
      machine.machine.close();
    }

    @Override
    public long nestedCalls() {
      return nested.calls();
    }
  }

  private record Told(long results, long nested) {}

  private static Told storm(MachineSpec spec) {
    Plain machines = new Plain();
    return new Told(CallStorm.run(machines, spec, CALLS), machines.nested.value());
  }

  @ParameterizedTest
  @CsvSource({"linux-7.3, intel", "linux-7.3+regindex, amd"})
  void endsWithTheSameDigestTwice(String profile, String vendor) {
    MachineSpec spec = new MachineSpec(profile, vendor, "none", "bare", 1, true);
    assertEquals(storm(spec), storm(spec));
  }
}
