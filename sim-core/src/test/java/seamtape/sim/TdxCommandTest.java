package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;
import static seamtape.catalog.Errno.ENOSPC;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.Errno.EOPNOTSUPP;
import static seamtape.sim.TestMachine.ARG;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxCommand;
import seamtape.catalog.TdxStatus;
import seamtape.sim.tdx.TdGuest;

/** Rows S5 (Intel) and S12; each errno rule of fixtures/abi/tdx-commands.csv and its notes. */
class TdxCommandTest {
  private static final long DATA = ARG + 0x1000;
  private static final long UNMAPPED = 0x7000_0000_0000L;
  private static final int VM_TYPES = KvmCapability.KVM_CAP_VM_TYPES.number();

  private static TdMachine machine(String profile, String module) {
    return new TdMachine(profile, module, TdGuest.INTERRUPTED);
  }

  private static void assertErrno(Errno expected, long result) {
    assertEquals(expected.name(), Errno.text(result));
  }

  @Test
  void s12WithoutAModuleTheCallerOfSeamcallSeesVmfailinvalid() {
    TdMachine td = machine("linux-7.3", "none");
    assertErrno(EINVAL, td.m.ioctl(td.m.kvm, KvmIoctl.KVM_CREATE_VM, 5));
    assertEquals(List.of("TDH_SYS_INIT"), td.log.names());
    assertEquals(TdxStatus.TDX_SEAMCALL_VMFAILINVALID.value(), td.log.entries().get(0).ret());
    assertEquals(1, td.m.ioctl(td.m.kvm, KvmIoctl.KVM_CHECK_EXTENSION, VM_TYPES));
    assertEquals(1, td.log.entries().size(), "asked once");
  }

  @ParameterizedTest
  @CsvSource({
    "linux-7.3,1.0",
    "linux-7.3,1.5.01",
    "linux-7.3,none",
    "linux-6.12,1.5",
    "linux-6.2,1.5"
  })
  void hostsThatOfferNoTds(String profile, String module) {
    TdMachine td = machine(profile, module);
    assertErrno(EINVAL, td.m.ioctl(td.m.kvm, KvmIoctl.KVM_CREATE_VM, 5));
    boolean asks = profile.equals("linux-7.3");
    assertEquals(asks, !td.log.entries().isEmpty(), "older kernels make no SEAMCALL");
  }

  @Test
  void on1501KvmDeclinesForWantOfItsFeaturesAfterBringUp() {
    TdMachine td = machine("linux-7.3", "1.5.01");
    td.m.ioctl(td.m.kvm, KvmIoctl.KVM_CREATE_VM, 5);
    var last = td.log.entries().get(td.log.entries().size() - 1);
    assertEquals(Seamcall.TDH_SYS_RD, last.row(), "MAX_VCPUS_PER_TD cannot be read");
    assertTrue(last.ret() < 0);
  }

  @Test
  void s5MemEncIoctlIsForTdsAlone() {
    TdMachine td = new TdMachine();
    td.m.createVm();
    for (TdxCommand command : TdxCommand.values()) {
      assertErrno(ENOTTY, td.command(td.m.vm, command, 0, 0));
    }
    assertErrno(ENOTTY, td.m.ioctl(td.m.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, UNMAPPED));
    int vcpu = (int) td.m.ioctl(td.m.vm, KvmIoctl.KVM_CREATE_VCPU, 0);
    assertErrno(ENOTTY, td.command(vcpu, TdxCommand.KVM_TDX_INIT_VCPU, 0, 0));
  }

  @Test
  void s5RegionsOfEncryptedMemoryAreNotTdxs() {
    TdMachine td = new TdMachine().createVm();
    assertErrno(EFAULT, td.m.ioctl(td.m.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_REG_REGION, UNMAPPED));
    assertErrno(ENOTTY, td.m.ioctl(td.m.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_REG_REGION, ARG));
  }

  @Test
  void theCommandIsCopiedAndItsHwErrorMustBeZero() {
    TdMachine td = new TdMachine().createVm();
    assertErrno(EFAULT, td.m.ioctl(td.m.vm, KvmIoctl.KVM_MEMORY_ENCRYPT_OP, UNMAPPED));
    assertErrno(EINVAL, td.command(td.m.vm, 0, 0, DATA, 1));
    for (int id : new int[] {2, 3, 5, 6, 99, -1}) {
      assertErrno(EINVAL, td.command(td.m.vm, id, 0, DATA, 0));
    }
  }

  @Test
  void capabilitiesSayWhatModuleAndKvmAllow() {
    TdMachine td = new TdMachine().createVm();
    td.m.storeNumber(DATA + 2048, 4, 64);
    assertEquals(0, td.command(td.m.vm, TdxCommand.KVM_TDX_CAPABILITIES, 0, DATA));
    assertEquals(1 << 28, td.m.number(DATA, 8));
    assertEquals(3, td.m.number(DATA + 8, 8) & 3);
    assertTrue(td.m.number(DATA + 2048, 4) > 0);
    assertErrno(EINVAL, td.command(td.m.vm, TdxCommand.KVM_TDX_CAPABILITIES, 1, DATA));
    assertErrno(EFAULT, td.command(td.m.vm, TdxCommand.KVM_TDX_CAPABILITIES, 0, UNMAPPED));
    td.m.storeNumber(DATA + 2048, 4, 1);
    assertErrno(E2BIG, td.command(td.m.vm, TdxCommand.KVM_TDX_CAPABILITIES, 0, DATA));
  }

  @Test
  void whatTheModuleRefusesIsEinvalWithItsStatusInHwError() {
    TdMachine td = new TdMachine().createVm();
    ByteBuffer in = TdMachine.initVm(48);
    in.putLong(8, 0x23);
    assertErrno(EINVAL, td.initVm(in));
    assertEquals("TDX_OPERAND_INVALID(XFAM)", TdxStatus.text(td.hwError()));
    assertEquals(0, td.initVm(TdMachine.initVm(48)), "nothing is left of the failed one");
  }

  @Test
  void theHostHas31KeyIdsForTds() {
    TdMachine td = new TdMachine();
    for (int i = 0; i < 31; i++) {
      assertEquals(0, td.createVm().initVm(TdMachine.initVm(48)));
    }
    int full = td.m.vm;
    assertErrno(ENOSPC, td.createVm().initVm(TdMachine.initVm(48)));
    int waiting = td.m.vm;
    td.m.machine.close(TestMachine.TID, full);
    td.m.vm = waiting;
    assertEquals(0, td.initVm(TdMachine.initVm(48)));
  }

  @Test
  void vcpusComeAfterInitVmAndTheSplitIrqchip() {
    TdMachine td = new TdMachine().createVm();
    assertErrno(EIO, td.m.ioctl(td.m.vm, KvmIoctl.KVM_CREATE_VCPU, 0));
    assertErrno(ENOTTY, td.m.ioctl(td.m.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0));
    assertEquals(0, td.initVm(TdMachine.initVm(48)));
    assertErrno(EINVAL, td.m.ioctl(td.m.vm, KvmIoctl.KVM_CREATE_VCPU, 0));
  }

  @Test
  void initMemRegionReportsProgress() {
    TdMachine td = new TdMachine().withMemory();
    long source = 0x40_0000_0000L;
    assertErrno(EFAULT, td.initMemRegion(source + 0xf000, 0, 2, 0));
    assertEquals(1, td.pagesLeft());
    assertErrno(EEXIST, td.initMemRegion(source, 0, 1, 0));
  }

  private static void assertErrno(Errno expected, long result, String why) {
    assertEquals(expected.name(), Errno.text(result), why);
  }

  @Test
  void finalizeNeedsAnInitializedTdWithAVcpuOnce() {
    TdMachine td = new TdMachine().createVm();
    assertErrno(EINVAL, td.finalizeVm());
    assertEquals(0, td.initVm(TdMachine.initVm(48)));
    assertErrno(EIO, td.finalizeVm());
    assertEquals("TDX_NO_VCPUS", TdxStatus.text(td.hwError()));
    assertErrno(EIO, td.finalizeVm());
    assertEquals(0, td.hwError(), "KVM_BUG_ON: nothing on the VM answers any more");
    td = new TdMachine().withVcpu();
    assertEquals(0, td.finalizeVm());
    assertErrno(EINVAL, td.finalizeVm());
    assertErrno(EINVAL, td.addPages(0, 1, 0));
  }

  @Test
  void getCpuidReadsTheModulesLeaves() {
    TdMachine td = new TdMachine().withVcpu();
    td.m.storeNumber(DATA, 4, 1);
    assertErrno(E2BIG, td.command(td.m.vcpu, TdxCommand.KVM_TDX_GET_CPUID, 0, DATA));
    long needed = td.m.number(DATA, 4);
    assertTrue(needed > 10);
    td.m.storeNumber(DATA, 4, needed);
    assertEquals(0, td.command(td.m.vcpu, TdxCommand.KVM_TDX_GET_CPUID, 0, DATA));
    assertEquals(0x756e_6547, td.m.number(DATA + 8 + 16, 4), "GenuineIntel in leaf 0");
    Map<Long, Long> eax = new TreeMap<>();
    for (long at = DATA + 8; needed-- > 0; at += 40) {
      eax.put(td.m.number(at, 4), td.m.number(at + 12, 4));
    }
    assertTrue(eax.containsKey(0x21L), "up to the last leaf that leaf 0 names");
    assertEquals(48, eax.get(0x8000_0008L) >>> 16 & 0xff, "the guest's width, by the shared bit");
  }

  @ParameterizedTest
  @EnumSource(
      value = KvmIoctl.class,
      names = {
        "KVM_GET_REGS",
        "KVM_SET_REGS",
        "KVM_GET_SREGS",
        "KVM_SET_SREGS",
        "KVM_GET_SREGS2",
        "KVM_SET_SREGS2",
        "KVM_GET_FPU",
        "KVM_SET_FPU",
        "KVM_GET_XSAVE",
        "KVM_SET_XSAVE",
        "KVM_GET_XCRS",
        "KVM_SET_XCRS",
        "KVM_GET_DEBUGREGS",
        "KVM_SET_DEBUGREGS",
        "KVM_TRANSLATE",
        "KVM_SET_GUEST_DEBUG",
        "KVM_GET_LAPIC",
        "KVM_SET_LAPIC",
        "KVM_SET_VAPIC_ADDR",
        "KVM_SET_TSC_KHZ"
      })
  void registersOfATdAreOutOfReachFromTheStart(KvmIoctl row) {
    TdMachine td = new TdMachine().withVcpu();
    assertErrno(EINVAL, td.m.ioctl(td.m.vcpu, row, ARG));
  }

  /** tdx_has_emulated_msr: the module's MSRs stop a batch, those that KVM emulates do not. */
  @ParameterizedTest
  @CsvSource({
    "0x10, 0, 0",
    "0xc0000080, 1, 0",
    "0x8b, 1, 1",
    "0x277, 1, 1",
    "0x1b, 1, 0",
    "0x174, 0, 0",
    "0x4b564d05, 1, 1",
    "0x4b564d01, 0, 0",
    "0x808, 0, 0"
  })
  void msrsOfATdAreThoseThatKvmEmulates(String index, long read, long written) {
    TdMachine td = new TdMachine().withVcpu();
    ByteBuffer batch = TdMachine.little(24);
    batch.putInt(0, 1).putInt(8, Long.decode(index).intValue());
    td.m.store(ARG, batch.array());
    assertEquals(read, td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_GET_MSRS, ARG));
    assertEquals(written, td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_SET_MSRS, ARG));
  }

  @Test
  void aTdTakesNmisAndNoSmis() {
    TdMachine td = new TdMachine().withVcpu();
    assertErrno(ENOTTY, td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_SMI, 0));
    assertEquals(0, td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_NMI, 0));
    assertEquals(0, td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_GET_VCPU_EVENTS, ARG));
  }

  @Test
  void aTdHasNoReadOnlySlotsNoSmmAndAtMostTheHostsCpus() {
    TdMachine td = new TdMachine().initialized();
    assertErrno(EINVAL, td.m.addSlot(1, 2, 0, 0x1000, 0x10_0000_0000L));
    assertEquals(8, capability(td, KvmCapability.KVM_CAP_MAX_VCPUS));
    assertEquals(0, capability(td, KvmCapability.KVM_CAP_READONLY_MEM));
    assertEquals(0, capability(td, KvmCapability.KVM_CAP_X86_SMM));
    assertEquals(8, capability(td, KvmCapability.KVM_CAP_MEMORY_ATTRIBUTES));
    for (int id = 0; id < 8; id++) {
      TdMachine.check(td.m.ioctl(td.m.vm, KvmIoctl.KVM_CREATE_VCPU, id));
    }
    assertErrno(EINVAL, td.m.ioctl(td.m.vm, KvmIoctl.KVM_CREATE_VCPU, 8));
  }

  /**
   * KVM_CHECK_EXTENSION(KVM_CAP_MAX_VCPUS) on a TD tells its limit; nothing sets it. The series
   * that could lower it by KVM_ENABLE_CAP was never merged: TDH.MNG.INIT gets what the check tells.
   */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4, 8, 1024, -1})
  void theLimitOfVcpusIsAskedForAndNeverSet(long limit) {
    TdMachine td = new TdMachine().createVm();
    assertErrno(EINVAL, td.enableCap(KvmCapability.KVM_CAP_MAX_VCPUS, limit));
    assertEquals(8, capability(td, KvmCapability.KVM_CAP_MAX_VCPUS));
  }

  private static long capability(TdMachine td, KvmCapability cap) {
    return td.m.ioctl(td.m.vm, KvmIoctl.KVM_CHECK_EXTENSION, cap.number());
  }

  @Test
  void aTdRunsOnceItIsFinalizedAndNotBefore() {
    TdMachine td = new TdMachine().withMemory();
    assertErrno(EINVAL, td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_RUN, 0));
    ByteBuffer range = TdMachine.little(64);
    range.putLong(8, 0x1000);
    td.m.store(ARG, range.array());
    assertErrno(EOPNOTSUPP, td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_PRE_FAULT_MEMORY, ARG));
    TdMachine.check(td.finalizeVm());
    td.m.store(ARG, range.array());
    assertEquals(0, td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_PRE_FAULT_MEMORY, ARG));
    assertEquals(1, td.log.of(Seamcall.TDH_MEM_PAGE_AUG).size());
    td.m.storeNumber(TestMachine.RUN + 288, 8, 1);
    assertErrno(EINVAL, td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_RUN, 0), "no register sets");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void memoryThatBecomesSharedIsBlockedTrackedAndRemoved(int pages) {
    TdMachine td = new TdMachine().withMemory();
    TdMachine.check(td.addPages(0, pages, 0));
    TdMachine.check(td.finalizeVm());
    td.log.clear();
    assertEquals(0, td.attributes(0, 0x10_000, 0));
    assertEquals(pages, td.log.of(Seamcall.TDH_MEM_RANGE_BLOCK).size());
    assertEquals(pages, td.log.of(Seamcall.TDH_MEM_TRACK).size());
    assertEquals(pages, td.log.of(Seamcall.TDH_MEM_PAGE_REMOVE).size());
    td.log.clear();
    assertEquals(0, td.attributes(0, 0x10_000, 8), "back to private: nothing to remove");
    assertTrue(td.log.entries().isEmpty());
  }
}
