package seamtape.replayer.storm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.machine.MachineSpec;
import seamtape.sim.CallStorm;
import seamtape.sim.TdGuestStorm;
import seamtape.sim.TdxStorm;
import seamtape.sim.sev.SevGuestStorm;
import seamtape.sim.sev.SevStorm;

/** Storms in every profile, recorded: no exception, and the replay of each is identical. */
class StormTest {
  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");
  private static final int CALLS = Integer.getInteger("seamtape.calls", SOAK ? 1_000_000 : 100_000);

  /** Of storms beside the one that every profile has. */
  private static final int HALF = SOAK ? CALLS : CALLS / 2;

  @TempDir private Path dir;

  private TapedMachines machines(String name) {
    return new TapedMachines(dir, name, SOAK);
  }

  /** Of all rows of the catalog, in a kernel on the machine and in one that is a TD's. */
  @ParameterizedTest
  @CsvSource({
    "linux-6.2, intel, bare",
    "linux-6.2+tdx-shm, intel, td-guest",
    "linux-6.12, amd, bare",
    "linux-6.12, intel, td-guest",
    "linux-7.3, intel, bare",
    "linux-7.3+regindex, amd, bare"
  })
  void callsOfEveryRowReplayIdentically(String profile, String vendor, String role) {
    String module = role.equals("td-guest") ? "1.5" : "none";
    TapedMachines machines = machines("calls");
    CallStorm.run(machines, new MachineSpec(profile, vendor, module, role, 1, false), CALLS);
    assertTrue(machines.calls() > CALLS / 2, () -> "calls: " + machines.calls());
  }

  @Test
  void s16TdxCommandsReplayIdenticallyAndAnswerAlikeInBothLayoutsOfTheStruct() {
    long copied = TdxStorm.run(machines("tdx"), "linux-7.3", CALLS);
    assertEquals(copied, TdxStorm.run(machines("tdx-regindex"), "linux-7.3+regindex", CALLS));
  }

  @Test
  void s10GuestsOfTdsReplayIdenticallyAndAreAnsweredAlikeInBothLayoutsOfTheStruct() {
    long copied = TdGuestStorm.run(machines("td-guests"), "linux-7.3", HALF);
    long index = TdGuestStorm.run(machines("td-guests-regindex"), "linux-7.3+regindex", HALF);
    assertEquals(copied, index, "S16: no difference in behaviour");
  }

  /**
   * VMGEXIT, PVALIDATE, RMPADJUST, page state changes: guests of SEV-ES and SNP that run. All their
   * profiles make the whole number in the long form only.
   */
  @ParameterizedTest
  @CsvSource({"linux-6.2, 50", "linux-6.12, 50", "linux-7.3, 10"})
  void s7GuestsOfSevReplayIdentically(String profile, int part) {
    int calls = SOAK ? CALLS : CALLS / part;
    TapedMachines machines = machines("sev-guests");
    SevGuestStorm.run(machines, profile, calls);
    assertTrue(machines.calls() >= calls, () -> "calls: " + machines.calls());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"linux-6.2", "linux-6.2+tdx-shm", "linux-6.12", "linux-7.3", "linux-7.3+regindex"})
  void s7SevCommandsReplayIdentically(String profile) {
    TapedMachines machines = machines("sev");
    SevStorm.run(machines, profile, HALF);
    assertTrue(machines.calls() >= HALF, () -> "calls: " + machines.calls());
  }
}
