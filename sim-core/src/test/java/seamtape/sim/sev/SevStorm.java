package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.sev.SevMachine.BLOB;

import java.nio.ByteBuffer;
import java.util.Random;
import seamtape.catalog.SevCommand;
import seamtape.machine.MachineSpec;
import seamtape.sim.Machines;

/** Random SEV commands on VMs of every type: an answer to each. */
public final class SevStorm {
  /** Commands on one machine: its ASIDs are to run out, and to be there again. */
  private static final int CALLS_OF_A_MACHINE = 4_000;

  private static final int STRUCT = 96;
  private static final int[] VM_TYPES = {0, 0, 2, 3, 4};
  private static final SevCommand[] COMMANDS = SevCommand.values();

  private final Random random = new Random(20261128);
  private SevMachine machine;
  private long calls;
  private long succeeded;

  private SevStorm() {}

  public static void run(Machines machines, String profile, long calls) {
    SevStorm storm = new SevStorm();
    while (storm.calls < calls) {
      storm.onOne(machines, new MachineSpec(profile, "amd", "none", "bare", 1, false));
    }
    assertTrue(storm.succeeded > calls / 100, "most were refused: " + storm.succeeded);
  }

  private void onOne(Machines machines, MachineSpec spec) {
    machine = new SevMachine(machines.next(spec));
    machine.createVm(0);
    for (int i = 0; i < CALLS_OF_A_MACHINE; i++) {
      if (random.nextInt(12) == 0) {
        newVm();
      }
      tell(machine.command(command(), operands()));
    }
    machines.done(machine.m);
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
    calls++;
    succeeded += result.startsWith("0 ") ? 1 : 0;
  }
}
