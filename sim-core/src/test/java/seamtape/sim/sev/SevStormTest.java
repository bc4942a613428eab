package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.sev.SevMachine.BLOB;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.SevCommand;

/** Random SEV commands on VMs of every type, in every profile: no exception, the same again. */
class SevStormTest {
  private static final int CALLS = Boolean.getBoolean("seamtape.soak") ? 1_000_000 : 100_000;

  /** Commands on one machine: its ASIDs are to run out, and to be there again. */
  private static final int CALLS_OF_A_MACHINE = 4_000;

  private static final int STRUCT = 96;
  private static final int[] VM_TYPES = {0, 0, 2, 3, 4};
  private static final SevCommand[] COMMANDS = SevCommand.values();

  private final Random random = new Random(20261128);
  private SevMachine machine;
  private long digest;
  private long calls;
  private long succeeded;

  @ParameterizedTest
  @ValueSource(
      strings = {"linux-6.2", "linux-6.2+tdx-shm", "linux-6.12", "linux-7.3", "linux-7.3+regindex"})
  void s7RandomCommandsNeverThrowAndAnswerTheSameAgain(String profile) {
    SevStormTest first = new SevStormTest().storm(profile);
    SevStormTest second = new SevStormTest().storm(profile);
    assertEquals(first.digest, second.digest);
    assertTrue(first.succeeded > CALLS / 100, "most were refused: " + first.succeeded);
  }

  private SevStormTest storm(String profile) {
    while (calls < CALLS) {
      machine = new SevMachine(profile);
      machine.createVm(0);
      for (int i = 0; i < CALLS_OF_A_MACHINE; i++) {
        if (random.nextInt(12) == 0) {
          newVm();
        }
        tell(machine.command(command(), operands()));
      }
      digest = digest * 31 + machine.m.machine.tsc();
      machine.m.machine.close();
    }
    return this;
  }

  private void newVm() {
    int type = VM_TYPES[random.nextInt(VM_TYPES.length)];
    machine.createVm(type);
    tell(type == 0 ? machine.init(false) : machine.init2(0, 0, 0));
    tell(machine.launchStart(type == 3 ? 4 : 0));
  }

  private SevCommand command() {
    return COMMANDS[random.nextInt(COMMANDS.length)];
  }

  private ByteBuffer operands() {
    ByteBuffer data = machine.struct(STRUCT);
    for (int at = 0; at < STRUCT; at += Long.BYTES) {
      long pointer = random.nextBoolean() ? GUEST + random.nextInt(64) * 16L : BLOB;
      data.putLong(at, random.nextInt(3) == 0 ? random.nextInt(200) : pointer);
    }
    return data;
  }

  /** The result, then what the firmware said. */
  private void tell(String result) {
    assertTrue(result.contains(" "), result);
    digest = digest * 31 + result.hashCode();
    calls++;
    succeeded += result.startsWith("0 ") ? 1 : 0;
  }
}
