package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.sim.TestMachine.ARG;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;

/** Where the kernel lines differ: the marked rules of the behaviour tables, one case each. */
final class ProfileDifferencesTest {
  @ParameterizedTest(name = "{0} on the {1} fd")
  @CsvSource({
    "KVM_TRACE_PAUSE,             system, 0,          EOPNOTSUPP, EINVAL, EINVAL",
    "KVM_CREATE_VM,               system, 255,        EINVAL, EINVAL, EINVAL",
    "KVM_CREATE_VCPU,             vm,     4294967296, 5,      EINVAL, EINVAL",
    "KVM_SET_USER_MEMORY_REGION2, vm,     0,          ENOTTY, EFAULT, EFAULT",
    "KVM_CREATE_GUEST_MEMFD,      vm,     0,          ENOTTY, EFAULT, EFAULT",
    "KVM_SET_MEMORY_ATTRIBUTES,   vm,     0,          ENOTTY, EFAULT, EFAULT"
  })
  void anIoctlAnswersAsItsKernelLineDoes(
      KvmIoctl row, String fd, long arg, String line62, String line612, String line73) {
    assertEquals(line62, answer("linux-6.2", row, fd, arg));
    assertEquals(line612, answer("linux-6.12", row, fd, arg));
    assertEquals(line73, answer("linux-7.3", row, fd, arg));
  }

  private static String answer(String profile, KvmIoctl row, String fd, long arg) {
    TestMachine m = new TestMachine(profile).createVm();
    long result = m.ioctl(fd.equals("vm") ? m.vm : m.kvm, row, arg);
    return Errno.isError(result) ? Errno.text(result) : Long.toString(result);
  }

  /**
   * A limit set below an existing id is not possible, so the orders show with an id cut to 32 bits.
   */
  @ParameterizedTest
  @CsvSource({"linux-6.2, EEXIST", "linux-6.12, EINVAL", "linux-7.3, EINVAL"})
  void anIdIsCutTo32BitsBeforeItIsLookedUp(String profile, String errno) {
    TestMachine m = new TestMachine(profile).guest("f4");
    assertEquals(errno, Errno.text(m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, 1L << 32)));
    assertEquals(EEXIST.result(), m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, 0));
    assertEquals(EINVAL.result(), m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, 4096));
  }

  @Test
  void aVmsTscFrequencyIsFixedOnceItHasVcpus() {
    TestMachine old = new TestMachine("linux-6.12").guest("f4");
    assertEquals(0, old.ioctl(old.vm, KvmIoctl.KVM_SET_TSC_KHZ, 1_000_000));
    TestMachine now = new TestMachine("linux-7.3").guest("f4");
    assertEquals(EINVAL.result(), now.ioctl(now.vm, KvmIoctl.KVM_SET_TSC_KHZ, 1_000_000));
    assertEquals(2_000_000, now.ioctl(now.vm, KvmIoctl.KVM_GET_TSC_KHZ, 0));
  }

  @ParameterizedTest
  @CsvSource({"linux-6.2, EINVAL", "linux-6.12, ENXIO", "linux-7.3, ENXIO"})
  void aCapabilityThatALineDoesNotKnowCannotBeEnabled(String profile, String errno) {
    TestMachine m = new TestMachine(profile).createVm();
    m.storeNumber(ARG, 4, KvmCapability.KVM_CAP_X86_APIC_BUS_CYCLES_NS.number());
    m.storeNumber(ARG + 8, 8, 10);
    assertEquals(errno, Errno.text(m.ioctl(m.vm, KvmIoctl.KVM_ENABLE_CAP, ARG)));
  }
}
