package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;
import seamtape.sim.TestMachine;

/** S5, S6: KVM_MEMORY_ENCRYPT_OP on AMD in Linux's own check order, and the ops beside it. */
final class SevIoctlTest {
  private final SevMachine sev = new SevMachine("linux-7.3");

  @Test
  void s6WithoutTheVendorOpTheIoctlIsEnottyWhateverItsArgument() {
    TestMachine intel = new TestMachine("linux-6.2", "intel", false).createVm();
    assertEquals(-25, intel.ioctl(intel.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, 0));
    assertEquals(-25, intel.ioctl(intel.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, 8));
  }

  @Test
  void s6ANullArgumentProbesAndAnUnreadableOneFaults() {
    sev.createVm(0);
    assertEquals(0, sev.m.ioctl(sev.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, 0));
    assertEquals(-14, sev.m.ioctl(sev.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, 8));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 14, 19, 23, 99, 104, -1})
  void s6AnUnknownCommandIsEinvalAndCopiesNothingBack(int id) {
    sev.createVm(0);
    assertEquals("EINVAL -", sev.command(id, 0));
  }

  @Test
  void s6AMirrorMayUseFourCommandsAndIsRefusedAllOthersFirst() {
    sev.running(0);
    int owner = sev.vm;
    sev.createVm(0);
    KvmCapability copy = KvmCapability.KVM_CAP_VM_COPY_ENC_CONTEXT_FROM;
    assertEquals("0", sev.enableCap(sev.vm, copy, owner));
    for (SevCommand command : SevCommand.values()) {
      String result = sev.command(command.id(), 8);
      assertEquals(!command.fromMirror(), result.equals("EINVAL -"), command + ": " + result);
    }
    assertEquals("EINVAL -", sev.command(12345, 8));
    assertEquals("1 0 3", sev.status(), "the owner's guest");
    assertEquals(-22, region(KvmIoctl.KVM_MEMORY_ENCRYPT_REG_REGION, GUEST, 0x1000));
    assertEquals(-22, region(KvmIoctl.KVM_MEMORY_ENCRYPT_UNREG_REGION, GUEST, 0x1000));
  }

  @Test
  void s6TheCommandsOfSevAreEpermForAnSnpVm() {
    sev.createVm(4);
    assertEquals("0 0", sev.init2(0, 0, 0));
    for (SevCommand command : SevCommand.values()) {
      if (command.id() < 100) {
        assertEquals("EPERM -", sev.command(command.id(), 8), command.name());
      }
    }
    assertEquals("EPERM -", sev.command(55, 8), "an unknown one too");
    assertEquals("EINVAL -", sev.command(1000, 8));
  }

  @Test
  void s6AResultThatCannotBeCopiedBackIsEfault() {
    sev.createVm(0);
    byte[] command = sev.struct(24).array();
    // The last 24 bytes of mapped memory are readable and writable; one byte later is neither.
    long last = ARG + 0x4000 - 24;
    sev.m.store(last, command);
    assertEquals(0, sev.m.ioctl(sev.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, last));
    assertEquals(-14, sev.m.ioctl(sev.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, last + 1));
  }

  @ParameterizedTest
  @CsvSource({
    "linux-6.2, KVM_SEV_INIT, 0, 'EBUSY -'",
    "linux-6.12, KVM_SEV_INIT, 0, 'EINVAL ffffffff'",
    "linux-7.3, KVM_SEV_ES_INIT, 0, 'EINVAL ffffffff'",
    "linux-6.2, KVM_SEV_INIT2, 0, 'EINVAL -'",
    "linux-6.2, KVM_SEV_SNP_LAUNCH_START, 0, 'EINVAL -'",
    "linux-6.2, KVM_SEV_SNP_LAUNCH_UPDATE, 0, 'EINVAL -'",
    "linux-6.2, KVM_SEV_SNP_LAUNCH_FINISH, 0, 'EINVAL -'",
    "linux-6.12, KVM_SEV_SNP_LAUNCH_START, 0, 'ENOTTY ffffffff'",
    "linux-6.12, KVM_SEV_SNP_ENABLE_REQ_CERTS, 0, 'EINVAL -'",
    "linux-7.3, KVM_SEV_SNP_ENABLE_REQ_CERTS, 0, 'EINVAL ffffffff'",
    "linux-7.3, KVM_SEV_INIT2, 0, 'EINVAL ffffffff'"
  })
  void s7AnActivatedVmAnswersByKernelLine(
      String profile, SevCommand command, long data, String expected) {
    SevMachine line = new SevMachine(profile);
    line.createVm(0);
    assertEquals(profile.equals("linux-6.2") ? "0 0" : "0 0", line.init(false));
    assertEquals(expected, line.command(command.id(), data));
  }

  @Test
  void s7InitIsForVmsOfType0WithoutVcpus() {
    sev.createVm(2);
    assertEquals("EINVAL ffffffff", sev.init(false));
    sev.createVm(0);
    sev.createVcpu(0);
    assertEquals("EINVAL ffffffff", sev.init(false));
    assertEquals("EINVAL ffffffff", sev.init(true));
    sev.createVm(0);
    assertEquals("0 0", sev.init(true));
    assertEquals("EINVAL ffffffff", sev.init(true), "active already");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0x0,   0, 0, EINVAL",
    "2, 0x0,   0, 0, 0",
    "2, 0x20,  0, 0, EINVAL",
    "2, 0x0,   1, 0, EINVAL",
    "2, 0x0,   0, 1, EINVAL",
    "3, 0x0,   0, 0, 0",
    "3, 0x20,  0, 2, 0",
    "3, 0x1,   0, 0, EINVAL",
    "3, 0x200, 0, 0, EINVAL",
    "3, 0x0,   0, 1, 0",
    "3, 0x0,   0, 3, EINVAL",
    "4, 0x0,   0, 1, EINVAL",
    "4, 0x0,   0, 2, 0",
    "4, 0x0,   0, 0, 0",
    "4, 0x1,   0, 0, EINVAL"
  })
  void s7Init2ChecksTypeFeaturesFlagsAndGhcbVersion(
      long type, String features, int flags, int ghcb, String expected) {
    sev.createVm(type);
    String result = sev.init2(Long.decode(features), flags, ghcb);
    assertEquals(expected, result.split(" ")[0]);
    if (expected.equals("0")) {
      assertEquals(type == 4 ? "EPERM" : "EINVAL", sev.init2(0, 0, 0).split(" ")[0], "once");
    }
  }

  @Test
  void s7Init2NeedsAReadableArgumentAndNoVcpus() {
    sev.createVm(3);
    assertEquals("EFAULT ffffffff", sev.command(SevCommand.KVM_SEV_INIT2.id(), 8));
    sev.createVcpu(0);
    assertEquals("EINVAL ffffffff", sev.init2(0, 0, 0));
  }

  @Test
  void s7VmTypesAreThoseOfTheLine() {
    assertEquals(-22, new SevMachine("linux-6.2").createVm(2));
    SevMachine line = new SevMachine("linux-6.12");
    for (long type : new long[] {2, 3, 4}) {
      assertEquals(true, line.createVm(type) > 0);
    }
    assertEquals(-22, line.createVm(5));
    assertEquals(-22, line.createVm(1));
  }

  @Test
  void s7AnAsidIsUsedAgainOnlyWhenItsRangeHasNoOther() {
    int[] vms = new int[99];
    for (int i = 0; i < vms.length; i++) {
      vms[i] = sev.createVm(0);
      assertEquals("0 0", sev.init(true), "ES guest " + i);
    }
    sev.createVm(0);
    assertEquals("EBUSY ffffffff", sev.init(true), "1 to 99 are in use");
    assertEquals("0 0", sev.init(false), "plain SEV has its own range");
    sev.m.machine.close(TestMachine.TID, vms[7]);
    sev.createVm(0);
    assertEquals("0 0", sev.init(true));
    sev.createVm(0);
    assertEquals("EBUSY ffffffff", sev.init(true));
  }

  @Test
  void s5RegionsAreRegisteredOnceThereIsAGuestAndForgottenByAddressAndSize() {
    sev.createVm(0);
    KvmIoctl register = KvmIoctl.KVM_MEMORY_ENCRYPT_REG_REGION;
    KvmIoctl unregister = KvmIoctl.KVM_MEMORY_ENCRYPT_UNREG_REGION;
    assertEquals(-14, sev.m.ioctl(sev.vm, register, 8), "the copy comes first");
    assertEquals(-25, region(register, GUEST, 0x1000));
    assertEquals(-25, region(unregister, GUEST, 0x1000));
    sev.init(false);
    assertEquals(-22, region(register, GUEST, 0));
    assertEquals(-22, region(register, -0x1000, 0x2000));
    assertEquals(-12, region(register, 0x66_0000, 0x1000), "not mapped");
    assertEquals(-12, region(register, GUEST, 1L << 40), "more than may be locked");
    assertEquals(0, region(register, GUEST, 0x1000));
    assertEquals(-22, region(unregister, GUEST, 0x2000));
    assertEquals(0, region(unregister, GUEST, 0x1000));
    assertEquals(-22, region(unregister, GUEST, 0x1000));
  }

  private long region(KvmIoctl row, long address, long size) {
    sev.m.store(ARG, sev.struct(16).putLong(0, address).putLong(8, size).array());
    return sev.m.ioctl(sev.vm, row, ARG);
  }

  @Test
  void s5TheVcpuHasNoSuchOpOnAmd() {
    sev.createVm(0);
    int vcpu = sev.createVcpu(0);
    assertEquals(-25, sev.m.ioctl(vcpu, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, 0));
  }
}
