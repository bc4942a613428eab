package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdvmcallStatus;
import seamtape.machine.Machine;
import seamtape.sim.tdx.VeDocument;

/** KVM's side of TDVMCALLs, one by one, in the words of fixtures/abi/tdvmcall.csv. */
class TdvmcallTest {
  private static final long SUCCESS = 0;
  private static final long INVALID = TdvmcallStatus.TDVMCALL_STATUS_INVALID_OPERAND.value();
  private static final long UNSUPPORTED =
      TdvmcallStatus.TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED.value();
  private static final long ALIGN = TdvmcallStatus.TDVMCALL_STATUS_ALIGN_ERROR.value();
  private static final long IO = 30;
  private static final long MMIO = 48;
  private static final long MAP_GPA = 0x10001;
  private static final long SHARED = TdMachine.SHARED;

  private final ScriptedTd guest = new ScriptedTd();
  private TdMachine td = new TdMachine("linux-7.3", "1.5", guest).runnable();

  /** Runs once to an exit to user space, or for a while where there is none. */
  private long run() {
    long result = td.m.machine.ioctl(TID, td.m.vcpu, KvmIoctl.KVM_RUN.number(), 0, 3);
    if (result == Machine.IN_PROGRESS) {
      td.m.machine.signal(TID);
      return td.m.machine.resume(TID, 1);
    }
    return result;
  }

  private long kvmRun(int offset) {
    return td.m.number(RUN + offset, 8);
  }

  /** A TDVMCALL that the kernel serves: what R10 holds when the guest goes on. */
  private long served(long... registers) {
    guest.tdvmcall(registers);
    assertEquals(Errno.EINTR.result(), run());
    return guest.entries.get(1)[10];
  }

  private void exits(KvmExit reason, long... registers) {
    guest.tdvmcall(registers);
    assertEquals(0, run());
    assertEquals(reason.number(), td.m.exitReason());
  }

  /** The registers with which the guest goes on. */
  private long[] resumed() {
    int before = guest.entries.size();
    run();
    return java.util.Arrays.copyOfRange(guest.entries.get(before), 10, 16);
  }

  @Test
  void cpuidIsServedFromTheVcpusTable() {
    assertEquals(SUCCESS, served(0, 10, 0, 0));
    assertArrayEquals(
        new long[] {0x756e_6547L, 0x6c65_746eL, 0x4965_6e69L},
        java.util.Arrays.copyOfRange(guest.entries.get(1), 13, 16));
  }

  @Test
  void hltStopsTheVcpu() {
    guest.tdvmcall(0, 12, 0);
    run();
    assertEquals(1, guest.entries.size(), "not entered again while nothing wakes it");
  }

  @ParameterizedTest(name = "interrupts blocked: {0}")
  @ValueSource(longs = {0, 1})
  void hltIsEndedByAnInterruptUnlessTheGuestBlocksThem(long blocked) {
    guest.tdvmcall(0, 32, 0x80f, 0x1ff).tdvmcall(0, 12, blocked);
    run();
    assertEquals(2, guest.entries.size(), "halted");
    ByteBuffer msi = TdMachine.little(32).putInt(0, 0xfee0_0000).putInt(8, 0x41);
    td.m.store(TestMachine.ARG, msi.array());
    TdMachine.check(td.m.ioctl(td.m.vm, KvmIoctl.KVM_SIGNAL_MSI, TestMachine.ARG));
    run();
    assertEquals(blocked == 1 ? 2 : 3, Math.min(guest.entries.size(), 3), "entries");
  }

  /** kvm_get_msr_with_filter: what is refused goes to user space where it asked for that. */
  @ParameterizedTest(name = "MSR {0}, error {1}")
  @CsvSource({"0x174, 0", "0x174, 1", "0xc0000082, 0"})
  void anMsrThatKvmDoesNotEmulateGoesToUserSpaceThatWantsIt(String msr, int error) {
    td.enableCap(KvmCapability.KVM_CAP_X86_USER_SPACE_MSR, 1);
    exits(KvmExit.KVM_EXIT_X86_RDMSR, 0, 31, Long.decode(msr));
    assertEquals(1, td.m.number(RUN + 40, 4), "KVM_MSR_EXIT_REASON_INVAL");
    assertEquals(Long.decode(msr), td.m.number(RUN + 44, 4));
    td.m.storeNumber(RUN + 32, 1, error);
    td.m.storeNumber(RUN + 48, 8, 0x1234);
    long[] answer = resumed();
    assertEquals(error == 0 ? SUCCESS : INVALID, answer[0]);
    assertEquals(error == 0 ? 0x1234 : 31, answer[1]);
  }

  @Test
  void aTdReachesNoOtherHypercallsThanKvms() {
    td.m.store(TestMachine.ARG, new byte[56]);
    td.m.storeNumber(TestMachine.ARG, 4, 2);
    TdMachine.check(td.m.ioctl(td.m.vm, KvmIoctl.KVM_XEN_HVM_CONFIG, TestMachine.ARG));
    assertEquals(-1000, served(29, 0), "not Xen's sched_op");
  }

  @Test
  void portOutputLeavesToUserSpaceAndSucceeds() {
    exits(KvmExit.KVM_EXIT_IO, 0, IO, 1, 1, 0x3f8, 0x41);
    assertEquals(0x41, td.m.number(RUN + 4096, 1));
    assertEquals(0x3f8, td.m.number(RUN + 34, 2));
    assertEquals(SUCCESS, resumed()[0]);
  }

  @Test
  void portInputComesBackInR11() {
    exits(KvmExit.KVM_EXIT_IO, 0, IO, 4, 0, 0x60);
    td.m.storeNumber(RUN + 4096, 4, 0xcafe_f00dL);
    long[] answer = resumed();
    assertEquals(SUCCESS, answer[0]);
    assertEquals(0xcafe_f00dL, answer[1]);
  }

  @ParameterizedTest(name = "size {0}, direction {1}")
  @CsvSource({"3,0", "8,0", "0,0", "1,2", "1,-1"})
  void portAccessesOfOtherSizesAndDirectionsAreInvalid(long size, long direction) {
    assertEquals(INVALID, served(0, IO, size, direction, 0x60));
  }

  @Test
  void sharedMemoryThatNobodyHasIsMmioOfUserSpace() {
    exits(KvmExit.KVM_EXIT_MMIO, 0, MMIO, 8, 0, SHARED | 0xd000_0000L);
    assertEquals(0xd000_0000L, kvmRun(32), "without the SHARED bit");
    td.m.storeNumber(RUN + 40, 8, 0x1122_3344_5566_7788L);
    assertEquals(0x1122_3344_5566_7788L, resumed()[1]);
  }

  @ParameterizedTest(name = "size {0}, direction {1}, address {2}")
  @CsvSource({"8,0,0xfffffffffffc", "3,0,0x8000d0000000", "1,2,0x8000d0000000", "4,0,0xd0000000"})
  void mmioOfOtherSizesOrAtPrivateAddressesIsInvalid(long size, long direction, String address) {
    assertEquals(INVALID, served(0, MMIO, size, direction, Long.decode(address)));
  }

  @ParameterizedTest(name = "MSR {0}")
  @CsvSource({"0x8b,true", "0xce,true", "0xc0000080,true", "0x10,false", "0x174,false"})
  void rdmsrKnowsTheMsrsThatKvmEmulatesForTds(String msr, boolean known) {
    assertEquals(known ? SUCCESS : INVALID, served(0, 31, Long.decode(msr)));
  }

  private static final Pattern MSRS = Pattern.compile("0x([0-9A-F]+)(?:-0x([0-9A-F]+))?");

  /** The table of tdx-ve.md, section 3; of ranges the first and the last. */
  static List<Long> servedMsrs() throws IOException {
    List<Long> msrs = new ArrayList<>();
    for (List<String> cells : VeDocument.table(3)) {
      Matcher token = MSRS.matcher(cells.get(0));
      while (token.find()) {
        msrs.add(Long.parseLong(token.group(1), 16));
        if (token.group(2) != null) {
          msrs.add(Long.parseLong(token.group(2), 16));
        }
      }
    }
    return msrs;
  }

  @ParameterizedTest
  @MethodSource("servedMsrs")
  void eachMsrThatKvmServesATdIsReadByRdmsr(long msr) {
    setUpMce();
    assertEquals(SUCCESS, served(0, 31, msr));
  }

  /** Banks, MCG_CTL, CMCI and LMCE, as KVM_X86_SETUP_MCE gives them. */
  private void setUpMce() {
    td.m.storeNumber(TestMachine.ARG, 8, 32 | 1 << 8 | 1 << 10 | 1 << 27);
    TdMachine.check(td.m.ioctl(td.m.vcpu, KvmIoctl.KVM_X86_SETUP_MCE, TestMachine.ARG));
  }

  /** MCG_CTL, MCG_EXT_CTL, MCi_CTL2: MCG_CAP does not show what they belong to. */
  @ParameterizedTest
  @ValueSource(longs = {0x17b, 0x4d0, 0x280, 0x29f})
  void machineCheckMsrsNeedTheirBitOfMcgCap(long msr) {
    assertEquals(INVALID, served(0, 31, msr));
  }

  @Test
  void featCtlTellsLmceAndExtCtlHasOnlyItsBit() {
    assertEquals(SUCCESS, served(0, 31, 0x3a));
    assertEquals(1, guest.entries.get(1)[11], "locked");
    setUpMce();
    guest.entries.clear();
    guest.tdvmcall(0, 31, 0x3a).tdvmcall(0, 32, 0x4d0, 1).tdvmcall(0, 31, 0x4d0);
    guest.tdvmcall(0, 32, 0x4d0, 3);
    run();
    run();
    assertEquals(1 | 1 << 20, guest.entries.get(1)[11]);
    assertEquals(SUCCESS, guest.entries.get(2)[10]);
    assertEquals(1, guest.entries.get(3)[11]);
    assertEquals(INVALID, guest.entries.get(4)[10]);
  }

  @Test
  void theTableOfServedMsrsHasTheseMany() throws IOException {
    assertEquals(35, servedMsrs().size());
  }

  @ParameterizedTest
  @ValueSource(longs = {0x1b, 0x3a, 0xc000_0080L})
  void wrmsrOfApicbaseFeatCtlAndEferIsInvalid(long msr) {
    assertEquals(INVALID, served(0, 32, msr, 0));
  }

  @Test
  void wrmsrOfAnEmulatedMsrSucceeds() {
    assertEquals(SUCCESS, served(0, 32, 0x277, 0x0007_0406_0007_0406L));
  }

  @Test
  void mapGpaNeedsTheExitToBeEnabled() {
    assertEquals(UNSUPPORTED, served(0, MAP_GPA, SHARED, 0x1000));
  }

  @Test
  void mapGpaLeavesInChunksOf2MiB() {
    td.enableCap(KvmCapability.KVM_CAP_EXIT_HYPERCALL, 1 << 12);
    exits(KvmExit.KVM_EXIT_HYPERCALL, 0, MAP_GPA, SHARED | 0x20_0000, 0x20_3000);
    assertEquals(12, kvmRun(32));
    assertEquals(0x20_0000, kvmRun(40));
    assertEquals(0x200, kvmRun(48));
    assertEquals(0, kvmRun(56), "to shared");
    assertEquals(0, run());
    assertEquals(0x40_0000, kvmRun(40));
    assertEquals(3, kvmRun(48));
    assertEquals(SUCCESS, resumed()[0]);
  }

  @ParameterizedTest(name = "errno {0}")
  @CsvSource({"22, false", "11, true"})
  void mapGpaThatUserSpaceRefusesSaysHowFarItCame(int errno, boolean again) {
    td.enableCap(KvmCapability.KVM_CAP_EXIT_HYPERCALL, 1 << 12);
    exits(KvmExit.KVM_EXIT_HYPERCALL, 0, MAP_GPA, 0x3000, 0x1000);
    assertEquals(0x10, kvmRun(56), "to private");
    td.m.storeNumber(RUN + 88, 8, errno);
    long[] answer = resumed();
    assertEquals(again ? 1 : INVALID, answer[0], "EAGAIN: the guest shall ask again");
    assertEquals(0x3000, answer[1]);
  }

  @ParameterizedTest(name = "address {0}, size {1}")
  @CsvSource({
    "0x1000,0,invalid",
    "0x7ffffffff000,0x2000,invalid",
    "0x1000000000000,0x1000,invalid",
    "0x1001,0x1000,align",
    "0x1000,0x800,align"
  })
  void mapGpaChecksItsRange(String gpa, String size, String status) {
    td.enableCap(KvmCapability.KVM_CAP_EXIT_HYPERCALL, 1 << 12);
    long expected = status.equals("align") ? ALIGN : INVALID;
    assertEquals(expected, served(0, MAP_GPA, Long.decode(gpa), Long.decode(size)));
    assertEquals(Long.decode(gpa), guest.entries.get(1)[11]);
  }

  @Test
  void getQuoteGoesToUserSpaceWhichAnswersInR10() {
    exits(KvmExit.KVM_EXIT_TDX, 0, 0x10002, SHARED | 0x5000, 0x1000);
    assertEquals(0x10002, kvmRun(40));
    assertEquals(UNSUPPORTED, kvmRun(48), "unless user space says otherwise");
    assertEquals(0x5000, kvmRun(56));
    assertEquals(0x1000, kvmRun(64));
    td.m.storeNumber(RUN + 48, 8, 0);
    assertEquals(SUCCESS, resumed()[0]);
  }

  @Test
  void getQuoteOfPrivateMemoryIsInvalid() {
    assertEquals(INVALID, served(0, 0x10002, 0x5000, 0x1000));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 31, 256, -1})
  void setupEventNotifyInterruptRefusesVectorsOutside32To255(long vector) {
    assertEquals(INVALID, served(0, 0x10004, vector));
  }

  @Test
  void setupEventNotifyInterruptGoesToUserSpace() {
    exits(KvmExit.KVM_EXIT_TDX, 0, 0x10004, 0x40);
    assertEquals(0x40, kvmRun(56));
    assertEquals(UNSUPPORTED, resumed()[0]);
  }

  @Test
  void getTdVmCallInfoAnswersItsBaseLeafWithZeros() {
    assertEquals(SUCCESS, served(0, 0x10000, 0, 5, 6));
    assertArrayEquals(new long[5], java.util.Arrays.copyOfRange(guest.entries.get(1), 10, 15));
  }

  @Test
  void getTdVmCallInfoAsksUserSpaceForTheExtendedLeaf() {
    exits(KvmExit.KVM_EXIT_TDX, 0, 0x10000, 1);
    assertEquals(1, kvmRun(56));
    td.m.storeNumber(RUN + 64, 8, 7);
    td.m.storeNumber(RUN + 72, 8, 8);
    long[] answer = resumed();
    assertArrayEquals(new long[] {0, 7, 8, 0, 0}, java.util.Arrays.copyOf(answer, 5));
  }

  @Test
  void getTdVmCallInfoKnowsNoOtherLeaf() {
    assertEquals(INVALID, served(0, 0x10000, 2));
  }

  @Test
  void reportFatalErrorIsASystemEventWithAllRegisters() {
    exits(KvmExit.KVM_EXIT_SYSTEM_EVENT, 0, 0x10003, 0x55);
    assertEquals(7, td.m.number(RUN + 32, 4));
    assertEquals(16, td.m.number(RUN + 36, 4));
    assertEquals(77, kvmRun(40), "RAX is the status of the entry");
    assertEquals(0xffcc, kvmRun(48));
    assertEquals(0x55, kvmRun(40 + 12 * 8));
  }

  @ParameterizedTest
  @ValueSource(longs = {54, 65, 0x10005, 0x10006, 0x1234, 0x7fff_ffff_ffffL})
  void serviceMigTdWbinvdPconfigAndUnknownOnesAreUnsupported(long subFunction) {
    assertEquals(UNSUPPORTED, served(0, subFunction));
  }

  @Test
  void anotherR10IsAHypercallOfKvm() {
    assertEquals(-1000, served(99, 11, 12, 13, 14, 15));
    long[] answer = java.util.Arrays.copyOfRange(guest.entries.get(1), 10, 16);
    assertArrayEquals(new long[] {-1000, 11, 12, 13, 14, 15}, answer, "R10 alone");
    assertEquals("KVM_HC_UNKNOWN", td.log.names().get(td.log.names().size() - 2));
  }

  @Test
  void aPrivateFaultIsServedByAugAndAFrameThatIsSharedIsAMemoryFault() {
    td.log.clear();
    guest.eptViolation(0x3000, 0);
    run();
    assertEquals(1, td.log.of(Seamcall.TDH_MEM_PAGE_AUG).size());
    TdMachine.check(td.attributes(0x5000, 0x1000, 0));
    guest.eptViolation(0x5008, 0);
    assertEquals(Errno.EFAULT.result(), run());
    assertEquals(KvmExit.KVM_EXIT_MEMORY_FAULT.number(), td.m.exitReason());
    assertEquals(8, kvmRun(32), "the guest took it for private");
    assertEquals(0x5000, kvmRun(40));
    guest.eptViolation(SHARED | 0x6000, 0);
    assertEquals(Errno.EFAULT.result(), run());
    assertEquals(0, kvmRun(32));
  }

  /** tdx-ve.md, section 4: fetches from shared memory, and accesses that are pending. */
  @ParameterizedTest(name = "{0}, qualification {1}, type {2}")
  @CsvSource({"0x800000006000, 4, 0", "0x3000, 1, 6", "0x3000, 2, 6"})
  void whatAGuestOfKvmNeverDoesKillsTheVm(String gpa, long qualification, long extended) {
    guest.eptViolation(Long.decode(gpa), qualification, extended);
    assertEquals(Errno.EIO.result(), run());
    assertEquals(Errno.EIO.result(), run());
  }

  @Test
  void aTripleFaultShutsDownAndAnUnknownExitIsAnInternalError() {
    guest.exit(2 | 0x4000_0001_0000_0000L);
    assertEquals(0, run());
    assertEquals(KvmExit.KVM_EXIT_SHUTDOWN.number(), td.m.exitReason());
    guest.exit(55);
    assertEquals(0, run());
    assertEquals(KvmExit.KVM_EXIT_INTERNAL_ERROR.number(), td.m.exitReason());
    assertEquals(4, td.m.number(RUN + 32, 4));
    assertEquals(55, kvmRun(40));
  }

  @ParameterizedTest
  @CsvSource({"linux-7.3,13", "linux-7.3+regindex,0"})
  void s16TheRegistersOfAGuestEntryAreCopiedOrPassedAsTheyAre(String profile, long copies) {
    ScriptedTd other = new ScriptedTd().tdvmcall(0, 10, 0, 0);
    td = new TdMachine(profile, "1.5", other).runnable();
    td.log.clear();
    run();
    CallLog.Entry entry = td.log.of(Seamcall.TDH_VP_ENTER).get(0);
    assertEquals(copies, entry.out("copied_in"));
    assertEquals(copies, entry.out("copied_out"));
    assertEquals(77, entry.ret());
    assertEquals(0x756e_6547L, other.entries.get(1)[13], "the same answer in both");
  }
}
