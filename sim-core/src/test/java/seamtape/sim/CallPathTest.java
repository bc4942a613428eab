package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Subject;
import seamtape.machine.Descriptors;
import seamtape.machine.NestedCalls;
import seamtape.machine.PagedMemory;
import seamtape.sim.kvm.Host;
import seamtape.sim.kvm.MiscDevices;
import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;

/** The call path from open to the vendor's op table: rows S1 to S5 and S8 of the domain. */
final class CallPathTest {
  private static final long UNMAPPED = 0x6000_0000_0000L;

  @Test
  void rowS1DevKvmOpensOnceItsModuleHasRegisteredIt() {
    CpuModel cpu = CpuModel.of("intel");
    Profile profile = Profile.of("linux-7.3");
    Host host = new Host(profile, cpu, new PagedMemory(), NestedCalls.NONE, false, 1, null);
    MiscDevices devices = new MiscDevices();
    SimulatedMachine machine = new SimulatedMachine(host, devices);
    assertEquals(ENOENT.result(), machine.open(TID, "/dev/kvm", 0));
    devices.registerKvm(host);
    assertEquals(3, machine.open(TID, "/dev/kvm", 0));
    assertEquals(ENOENT.result(), machine.open(TID, "/dev/kvm2", 0));
    assertEquals("/dev/kvm", machine.link(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-6.2", "linux-6.12", "linux-7.3"})
  void rowS2SystemIoctlsCheckTheirArgument(String profile) {
    TestMachine m = new TestMachine(profile).open();
    assertEquals(12, m.ioctl(m.kvm, KvmIoctl.KVM_GET_API_VERSION, 0));
    assertEquals(EINVAL.result(), m.ioctl(m.kvm, KvmIoctl.KVM_GET_API_VERSION, 1));
    assertEquals(12288, m.ioctl(m.kvm, KvmIoctl.KVM_GET_VCPU_MMAP_SIZE, 0));
    assertEquals(EINVAL.result(), m.ioctl(m.kvm, KvmIoctl.KVM_GET_VCPU_MMAP_SIZE, 1));
    assertEquals(1, m.ioctl(m.kvm, KvmIoctl.KVM_CHECK_EXTENSION, 0));
    assertEquals(0, m.ioctl(m.kvm, KvmIoctl.KVM_CHECK_EXTENSION, -1));
    assertEquals(0, m.ioctl(m.kvm, KvmIoctl.KVM_CHECK_EXTENSION, 1L << 32));
    assertEquals(4, m.ioctl(m.kvm, KvmIoctl.KVM_CREATE_VM, 0));
    assertEquals(EINVAL.result(), m.ioctl(m.kvm, KvmIoctl.KVM_CREATE_VM, 5));
  }

  @Test
  void rowS3AnIoctlOnTheWrongKindOfFdIsRefusedAsLinuxRefusesIt() {
    TestMachine m = new TestMachine().guest("f4");
    int eventfd = (int) m.machine.eventfd(TID, 0, 0);
    for (KvmIoctl row : KvmIoctl.values()) {
      boolean system = row.on().contains(seamtape.catalog.FdKind.SYSTEM);
      boolean vm = row.on().contains(seamtape.catalog.FdKind.VM);
      boolean vcpu = row.on().contains(seamtape.catalog.FdKind.VCPU);
      assertRefused(m, m.kvm, row, system, EINVAL.result());
      assertRefused(m, m.vm, row, vm, ENOTTY.result());
      assertRefused(m, m.vcpu, row, vcpu, EINVAL.result());
      assertRefused(m, eventfd, row, false, ENOTTY.result());
      assertRefused(m, 99, row, false, EBADF.result());
    }
  }

  private static void assertRefused(
      TestMachine m, int fd, KvmIoctl row, boolean belongs, long refusal) {
    if (!belongs) {
      assertEquals(refusal, m.ioctl(fd, row, 0), () -> row + " on fd " + fd);
    }
  }

  @Test
  void rowS3FdsAreAnonymousInodesWithTheLowestFreeNumber() {
    TestMachine m = new TestMachine().guest("f4");
    Descriptors fds = (Descriptors) m.machine;
    assertEquals("anon_inode:kvm-vm", fds.link(m.vm));
    assertEquals("anon_inode:kvm-vcpu:0", fds.link(m.vcpu));
    assertEquals(6, m.machine.dup(TID, m.vm));
    m.machine.close(TID, m.kvm);
    assertNull(fds.link(m.kvm));
    assertEquals(m.kvm, m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, 1));
    m.machine.close(TID, m.vm);
    m.machine.close(TID, 6);
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG), "a vCPU keeps its VM alive");
    assertEquals(Subject.vcpu(0, 0), m.machine.subject(m.vcpu));
  }

  @Test
  void rowS3TheVcpuIdStaysTakenWhenItsFdIsClosed() {
    TestMachine m = new TestMachine().guest("f4");
    m.machine.close(TID, m.vcpu);
    assertEquals(EEXIST.result(), m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "KVM_CREATE_VCPU,               5,  generic",
    "KVM_CREATE_IRQCHIP,            0,  architecture",
    "KVM_MEMORY_ENCRYPT_OP,        -25, vendor, optional and absent",
    "KVM_XEN_HVM_EVTCHN_SEND,      -14, architecture with Xen",
    "KVM_SET_MEMORY_ALIAS,         -25, in no layer any more"
  })
  void rowS4AVmIoctlGoesThroughTheLayersUntilOneKnowsIt(KvmIoctl row, long result) {
    TestMachine m = new TestMachine().createVm();
    assertEquals(result, m.ioctl(m.vm, row, 0));
  }

  @ParameterizedTest
  @CsvSource({"intel", "amd"})
  void rowS5TheOpTableIsThatOfTheMachinesVendor(String vendor) {
    TestMachine m = new TestMachine("linux-6.2", vendor, false).createVm();
    long probed = vendor.equals("amd") ? 0 : ENOTTY.result();
    assertEquals(probed, m.ioctl(m.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, 0), "SEV is 6.2's");
    assertEquals(ENOTTY.result(), m.ioctl(m.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_REG_REGION, ARG));
    assertEquals(ENOTTY.result(), m.ioctl(m.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_UNREG_REGION, ARG));
    assertEquals(
        "kvm_" + vendor, seamtape.sim.kvm.VendorOps.of(vendor).module(), "the module loaded");
  }

  @Test
  void rowS8ArgumentsAreCopiedInBeforeTheyAreLookedAt() {
    TestMachine m = new TestMachine().createVm();
    assertEquals(EFAULT.result(), m.ioctl(m.vm, KvmIoctl.KVM_SET_USER_MEMORY_REGION, UNMAPPED));
    assertEquals(EFAULT.result(), m.ioctl(m.vm, KvmIoctl.KVM_IRQ_LINE, UNMAPPED));
    assertEquals(EFAULT.result(), m.ioctl(m.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_REG_REGION, UNMAPPED));
    assertEquals(EFAULT.result(), m.ioctl(m.vm, KvmIoctl.KVM_ENABLE_CAP, -1));
    assertEquals(EFAULT.result(), m.ioctl(m.vm, KvmIoctl.KVM_SET_CLOCK, ARG + 0x4000 - 8));
  }

  @Test
  void rowS8AFaultOfCopyOutIsReportedAfterTheCallTookEffect() {
    TestMachine m = new TestMachine().createVm();
    m.ioctl(m.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0);
    assertEquals(EFAULT.result(), m.ioctl(m.vm, KvmIoctl.KVM_GET_CLOCK, UNMAPPED));
    assertEquals(0, m.ioctl(m.vm, KvmIoctl.KVM_GET_CLOCK, ARG));
  }

  @Test
  void rowS8StructKvmRunIsOnePageThatKernelAndUserSpaceShare() {
    TestMachine m = new TestMachine().guest("e680f4");
    m.store(RUN + 1, (byte) 1);
    assertEquals(seamtape.catalog.Errno.EINTR.result(), m.run());
    m.store(RUN + 1, (byte) 0);
    assertEquals(0, m.run());
    assertEquals(2, m.exitReason());
    assertEquals(0x80, m.number(RUN + 34, 2));
    assertEquals(0, m.run());
    assertEquals(5, m.exitReason());
    byte[] beyond = new byte[1];
    m.machine.mmap(TID, RUN, 0x10000, 3, 1, m.vcpu, 0);
    assertEquals(true, m.memory.read(RUN + 0x2fff, beyond, 0, 1));
    assertEquals(false, m.memory.read(RUN + 0x3000, beyond, 0, 1), "SIGBUS in life");
    assertArrayEquals(new byte[1], beyond);
  }
}
