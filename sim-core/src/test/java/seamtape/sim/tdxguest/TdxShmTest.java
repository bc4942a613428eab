package seamtape.sim.tdxguest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static seamtape.catalog.Errno.EACCES;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.MachineSpec;
import seamtape.sim.Simulator;
import seamtape.sim.TestMachine;

/** KVM_TDX_SHM in a kernel that runs in a TD: row S9. */
final class TdxShmTest {
  private static final int SHARE = 0;
  private static final int FIND = 1;
  private static final int READ = 2;
  private static final int WRITE = 3;
  private static final int UNSHARE = 4;
  private static final long OWNERS = 0x50_0000_0000L;
  private static final long FINDERS = 0x60_0000_0000L;
  private static final long SHARED_BIT = 1L << 51;

  private final CallLog log = new CallLog();
  private TestMachine m = machine("linux-6.2+tdx-shm");
  private int other;

  private TestMachine machine(String profile) {
    MachineSpec spec = new MachineSpec(profile, "intel", "1.5", "td-guest", 1, false);
    TestMachine machine = new TestMachine(spec, log).createVm();
    other = (int) machine.ioctl(machine.kvm, KvmIoctl.KVM_CREATE_VM, 0);
    machine.memory.map(OWNERS, 0x20_000);
    machine.memory.map(FINDERS, 0x20_000);
    return machine;
  }

  private long shm(int vm, int op, int id, long address, long size, long offset, long data) {
    ByteBuffer shm = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    shm.putInt(op).putInt(id).putLong(address).putLong(size).putLong(0);
    shm.putLong(offset).putLong(data);
    m.store(TestMachine.ARG, shm.array());
    return m.ioctl(vm, KvmIoctl.KVM_TDX_SHM, TestMachine.ARG);
  }

  private long out(int offset, int size) {
    return m.number(TestMachine.ARG + offset, size);
  }

  @Test
  void rowS9AKernelWithoutTheOperationAnswersEnotty() {
    m = machine("linux-6.2");
    assertEquals(ENOTTY.result(), shm(m.vm, SHARE, 0, OWNERS, 0x1000, 0, 0));
  }

  @Test
  void rowS9OnBareMetalTheOperationIsAbsentToo() {
    m = new TestMachine("linux-6.2+tdx-shm").createVm();
    assertEquals(ENOTTY.result(), m.ioctl(m.vm, KvmIoctl.KVM_TDX_SHM, TestMachine.ARG));
  }

  @Test
  void rowS9TheCallsToVmmAndModuleNestBeneathTheIoctl() {
    assertEquals(0, shm(m.vm, SHARE, 0, OWNERS, 0x9000, 0, 0));
    assertEquals(1, out(4, 4));
    assertEquals(TdMemory.FIRST_GPA | SHARED_BIT, out(24, 8));
    assertEquals(TdMemory.FIRST_GPA | SHARED_BIT, log.in(2, "r12"));
    assertEquals(0x9000, log.in(2, "r13"));
    assertEquals(0x1000, log.in(8, "r13"), "eight pages are done");
    String call = "TDG.VP.VMCALL";
    assertEquals(
        List.of(
            "TDG.VP.INFO",
            call,
            "  MapGPA",
            call,
            "  Instruction.HLT",
            call,
            "  MapGPA",
            call,
            "  MapGPA"),
        log.take());
    assertEquals(0, shm(m.vm, UNSHARE, 1, 0, 0, 0, 0));
    assertEquals(List.of(call, "  MapGPA", call, "  MapGPA"), log.lines().subList(0, 4));
    assertEquals(Collections.nCopies(9, "TDG.MEM.PAGE.ACCEPT"), log.lines().subList(4, 13));
  }

  @Test
  void rowS9BothVmsWriteAndReadTheSameMemory() {
    m.storeNumber(OWNERS, 8, 77);
    assertEquals(0, shm(m.vm, SHARE, 0, OWNERS, 0x2000, 0, 0));
    assertEquals(0, m.number(OWNERS, 8), "the VMM's page, not the private one");
    assertEquals(0, shm(other, FIND, 1, FINDERS, 0, 0, 0));
    assertEquals(0x2000, out(16, 8));
    log.take();
    assertEquals(0, shm(m.vm, WRITE, 1, 0, 0, 0x1008, 0x1234));
    assertEquals(List.of("TDG.VP.VMCALL", "  VendorHypercall"), log.take());
    assertEquals(0x1234, m.number(FINDERS + 0x1008, 8));
    assertEquals(0, shm(other, READ, 1, 0, 0, 0x1008, 0));
    assertEquals(0x1234, out(40, 8));
    m.storeNumber(FINDERS + 16, 8, 99);
    assertEquals(0, shm(m.vm, READ, 1, 0, 0, 16, 0));
    assertEquals(99, out(40, 8));
    assertEquals(0, shm(m.vm, UNSHARE, 1, 0, 0, 0, 0));
    assertEquals(0, m.number(OWNERS + 0x1008, 8), "accepting a page zeroes it");
    assertThrows(IllegalArgumentException.class, () -> m.number(FINDERS, 8));
    assertEquals(ENOENT.result(), shm(other, READ, 1, 0, 0, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "5, 0, 0x5000000000, 0x1000, EINVAL, no such operation",
    "0, 0, 0x5000000008, 0x1000, EINVAL, address not page-aligned",
    "0, 0, 0x5000000000, 0x0800, EINVAL, size not page-aligned",
    "0, 0, 0x5000000000, 0, EINVAL, nothing to share",
    "0, 0, 0x5000000000, 0x1001000, EINVAL, more than 16 MiB",
    "0, 0, 0x5000000000, 0x21000, EFAULT, reaches beyond the mapping",
    "1, 9, 0x6000000000, 0, ENOENT, no such id",
    "1, 1, 0x6000000000, 0, EINVAL, the owner has it",
    "2, 9, 0, 0, ENOENT, no such id",
    "3, 9, 0, 0, ENOENT, no such id",
    "4, 9, 0, 0, ENOENT, no such id",
  })
  void rowS9ArgumentsAreChecked(int op, int id, String address, String size, String errno) {
    shm(m.vm, SHARE, 0, OWNERS, 0x1000, 0, 0);
    long result = shm(m.vm, op, id, Long.decode(address), Long.decode(size), 0, 0);
    assertEquals(seamtape.catalog.Errno.valueOf(errno).result(), result);
  }

  @Test
  void rowS9OthersThanOwnerAndFindersAreRefused() {
    shm(m.vm, SHARE, 0, OWNERS, 0x1000, 0, 0);
    assertEquals(EACCES.result(), shm(other, READ, 1, 0, 0, 0, 0));
    assertEquals(EACCES.result(), shm(other, UNSHARE, 1, 0, 0, 0, 0));
    assertEquals(EFAULT.result(), shm(other, FIND, 1, 0x70_0000_0000L, 0, 0, 0));
    assertEquals(EINVAL.result(), shm(m.vm, READ, 1, 0, 0, 0x1000, 0));
    assertEquals(EINVAL.result(), shm(m.vm, READ, 1, 0, 0, 4, 0));
    long unmapped = 0x7f0_0000_0000L;
    assertEquals(EFAULT.result(), m.ioctl(m.vm, KvmIoctl.KVM_TDX_SHM, unmapped));
  }

  @Test
  void rowS11UnsharingWhatWasSharedTwiceIsTheEndOfTheKernel() {
    shm(m.vm, SHARE, 0, OWNERS, 0x1000, 0, 0);
    shm(m.vm, SHARE, 0, OWNERS, 0x1000, 0, 0);
    assertEquals(0, shm(m.vm, UNSHARE, 1, 0, 0, 0, 0));
    log.take();
    assertEquals(EIO.result(), shm(m.vm, UNSHARE, 2, 0, 0, 0, 0));
    assertEquals(
        List.of(
            "TDG.VP.VMCALL",
            "  MapGPA",
            "TDG.MEM.PAGE.ACCEPT",
            "TDG.VP.VMCALL",
            "  ReportFatalError"),
        log.take());
    assertEquals(EIO.result(), m.ioctl(m.kvm, KvmIoctl.KVM_GET_API_VERSION, 0));
    assertEquals(EIO.result(), m.machine.open(1, "/dev/kvm", 0));
  }

  @Test
  void aTdNeedsAModuleBeneath() {
    MachineSpec spec = new MachineSpec("linux-6.2", "intel", "none", "td-guest", 1, false);
    assertThrows(IllegalArgumentException.class, () -> new Simulator().create(spec, m.memory, log));
  }
}
