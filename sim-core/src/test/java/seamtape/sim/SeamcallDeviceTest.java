package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.TID;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.machine.MachineSpec;
import seamtape.machine.NestedCalls;
import seamtape.sim.tdx.TdGuest;

/** /dev/seamcall: SEAMCALLs by a user's own hand, beside KVM. */
final class SeamcallDeviceTest {
  private static final int CALLS = 20_000;
  private static final long LOWEST_ERRNO = -4095;
  private static final long UNMAPPED = 0x7000_0000_0000L;

  private final TdMachine td = new TdMachine("linux-7.3", "1.5", TdGuest.INTERRUPTED);
  private final int device = (int) td.m.machine.open(TID, "/dev/seamcall", 0);

  private long seamcall(long... registers) {
    td.m.store(ARG, new byte[56]);
    for (int i = 0; i < registers.length; i++) {
      td.m.storeNumber(ARG + 8L * i, 8, registers[i]);
    }
    assertEquals(0, td.m.ioctl(device, KvmIoctl.SEAMCALL, ARG));
    return td.m.number(ARG, 8);
  }

  private long page() {
    td.m.store(ARG, new byte[16]);
    assertEquals(0, td.m.ioctl(device, KvmIoctl.SEAMCALL_PAGE, ARG));
    return td.m.number(ARG, 8);
  }

  private static void assertStatus(TdxStatus expected, long status) {
    assertEquals(expected.value(), status, () -> TdxStatus.text(status));
  }

  @Test
  void beforeKvmHasBroughtTheModuleUpItIsNotReadyAndThenItIs() {
    assertStatus(TdxStatus.TDX_SYS_NOT_READY, seamcall(Seamcall.TDH_MNG_CREATE.number()));
    assertEquals("TDH_MNG_CREATE", td.log.names().get(0), "recorded as any other");
    td.createVm();
    assertEquals(0, seamcall(Seamcall.TDH_MNG_CREATE.number(), page(), 60));
  }

  @Test
  void withoutAModuleItSeesVmfailinvalid() {
    TdMachine none = new TdMachine("linux-7.3", "none", TdGuest.INTERRUPTED);
    int seam = (int) none.m.machine.open(TID, "/dev/seamcall", 0);
    none.m.store(ARG, new byte[56]);
    assertEquals(0, none.m.ioctl(seam, KvmIoctl.SEAMCALL, ARG));
    assertStatus(TdxStatus.TDX_SEAMCALL_VMFAILINVALID, none.m.number(ARG, 8));
  }

  @Test
  void argumentsThatCannotBeReadAreEfaultAndOtherIoctlsEnotty() {
    assertEquals(Errno.EFAULT.result(), td.m.ioctl(device, KvmIoctl.SEAMCALL, UNMAPPED));
    assertEquals(Errno.EFAULT.result(), td.m.ioctl(device, KvmIoctl.SEAMCALL_PAGE, UNMAPPED));
    td.m.storeNumber(ARG + 8, 8, UNMAPPED);
    assertEquals(Errno.EFAULT.result(), td.m.ioctl(device, KvmIoctl.SEAMCALL_PAGE, ARG));
    assertEquals(Errno.ENOTTY.result(), td.m.ioctl(device, KvmIoctl.KVM_SET_DEVICE_ATTR, ARG));
  }

  @ParameterizedTest
  @CsvSource({"linux-6.2, intel", "linux-6.12, intel", "linux-7.3, amd"})
  void isThereOnlyWhereKvmCanRunTds(String profile, String vendor) {
    MachineSpec spec = new MachineSpec(profile, vendor, "none", "bare", 1, false);
    TestMachine m = new TestMachine(spec, NestedCalls.NONE);
    assertEquals(Errno.ENOENT.result(), m.machine.open(TID, "/dev/seamcall", 0));
  }

  /** Whatever is done to KVM's TDs behind its back, KVM answers with a value. */
  @Test
  void anySeamcallsBehindKvmsBackLeadToAnswersAndNotToAnException() {
    Random random = new Random(20261128);
    td.runnable();
    long known = page();
    for (int i = 0; i < CALLS; i++) {
      long leaf = random.nextInt(90);
      boolean shutsDown = leaf == Seamcall.TDH_SYS_LP_SHUTDOWN.number();
      if (!shutsDown || i > CALLS / 2) {
        seamcall(leaf, any(random, known), any(random, known), any(random, known), 0);
      }
      if (i % 10 == 0) {
        long result = td.m.machine.ioctl(TID, td.m.vcpu, KvmIoctl.KVM_RUN.number(), 0, 1);
        while (result == seamtape.machine.Machine.IN_PROGRESS) {
          td.m.machine.signal(TID);
          result = td.m.machine.resume(TID, 1);
        }
        assertTrue(result >= LOWEST_ERRNO && result <= 0, "an errno or 0: " + result);
      }
    }
    td.m.machine.close();
  }

  private static long any(Random random, long known) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt(64);
      default -> known - 4096L * random.nextInt(600);
    };
  }
}
