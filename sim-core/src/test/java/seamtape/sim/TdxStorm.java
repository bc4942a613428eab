package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.TdxCommand;

/** Random KVM_TDX commands and the ioctls around them: an answer to each. */
public final class TdxStorm {
  /** VMs of one machine: key ids and the list of VMs are to run out, and to be there again. */
  private static final int CALLS_OF_A_MACHINE = 5_000;

  private static final long[] ADDRESSES = {0, 0x1000, 0x3008, 0xf000, TdMachine.SHARED, 1L << 52};
  private static final long[] DATA = {0, TestMachine.ARG + 0x1000, 0x40_0000_0000L, -1};

  private static long step(TdMachine td, Random random) {
    long gpa = ADDRESSES[random.nextInt(ADDRESSES.length)];
    return switch (random.nextInt(12)) {
      case 0 -> td.m.ioctl(td.m.vm, KvmIoctl.KVM_CREATE_VCPU, random.nextInt(10));
      case 1 -> td.attributes(gpa, 0x1000L << random.nextInt(5), random.nextInt(2) * 8L);
      case 2 -> td.addPages(gpa, random.nextInt(4), random.nextInt(3));
      case 3 -> random.nextInt(40) == 0 ? td.finalizeVm() : 0;
      case 4 -> td.initVm(TdMachine.initVm(random.nextBoolean() ? 48 : 52));
      case 5 -> td.m.ioctl(td.m.kvm, KvmIoctl.KVM_CREATE_VM, 5);
      case 6 -> td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_GET_REGS, TestMachine.ARG);
      case 7 -> td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_PRE_FAULT_MEMORY, TestMachine.ARG);
      default -> {
        int fd = random.nextBoolean() ? td.m.vm : td.m.vcpu;
        long data = DATA[random.nextInt(DATA.length)];
        int id = random.nextInt(TdxCommand.values().length + 2);
        // The one command that ends the building is drawn above.
        int kept = id == TdxCommand.KVM_TDX_FINALIZE_VM.id() ? 99 : id;
        yield td.command(fd, kept, random.nextInt(3), data, random.nextInt(5) / 4);
      }
    };
  }

  private TdxStorm() {}

  /**
   * @return a digest of the results, which the layout of the register struct does not change
   */
  public static long run(Machines machines, String profile, long calls) {
    CallDigest results = new CallDigest();
    Random random = new Random(20261128);
    long succeeded = 0;
    for (long done = 0; done < calls; done += CALLS_OF_A_MACHINE) {
      TdMachine td = new TdMachine(machines.next(TdMachine.spec(profile))).withMemory();
      for (int i = 0; i < CALLS_OF_A_MACHINE; i++) {
        long result = step(td, random);
        assertTrue(result >= 0 || Errno.isError(result), "result " + result);
        succeeded += result >= 0 ? 1 : 0;
        results.add(result);
      }
      results.add(td.m.machine.tsc());
      machines.done(td.m);
    }
    assertTrue(succeeded > calls / 20, "most were refused: " + succeeded);
    return results.value();
  }
}
