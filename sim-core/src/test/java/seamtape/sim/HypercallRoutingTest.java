package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Errno;
import seamtape.catalog.Family;
import seamtape.catalog.HypercallServer;
import seamtape.catalog.HypervHypercall;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmHypercall;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.XenHypercall;
import seamtape.machine.Machine;
import seamtape.machine.NestedCalls;

/** S14: kvm_emulate_hypercall routes to Xen, Hyper-V or KVM; every row of the three tables. */
final class HypercallRoutingTest {
  private static final int EXIT_HLT = 5;
  private static final int EXIT_HYPERV = 27;
  private static final int EXIT_XEN = 34;
  private static final int RAX = 0;
  private static final int RBX = 1;
  private static final int RCX = 2;
  private static final int RDX = 3;
  private static final int RSI = 4;
  private static final int RDI = 5;

  private final List<String> told = new ArrayList<>();
  private final TestMachine m =
      new TestMachine(
          "linux-7.3",
          new NestedCalls() {
            @Override
            public void enter(int tid, long actor, int family, int number, long[] fields) {
              Call row = Catalog.byNumber(Family.values()[family], number);
              assertEquals(row.in().size(), fieldsOf(row, fields), "fields of " + row);
              told.add(row.name());
            }

            @Override
            public void returns(int tid, long[] fields) {
              told.add("= " + fields[0]);
            }
          });

  private static int fieldsOf(Call row, long[] fields) {
    return Math.min(row.in().size(), fields.length);
  }

  HypercallRoutingTest() {
    // vmcall; hlt
    m.guest("0f01c1f4");
  }

  /** Makes the guest's call with registers by number and value; the exit it leads to. */
  private int call(long... registers) {
    ByteBuffer regs = ByteBuffer.allocate(144).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < registers.length; i += 2) {
      regs.putLong(8 * (int) registers[i], registers[i + 1]);
    }
    m.store(ARG, regs.putLong(128, 0x1000).putLong(136, 2).array());
    m.ioctl(m.vcpu, KvmIoctl.KVM_SET_REGS, ARG);
    told.clear();
    assertEquals(0, m.run());
    return m.exitReason();
  }

  private long register(int number) {
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    return m.number(ARG + 8 * number, 8);
  }

  private void xen(int flags) {
    m.store(ARG, new byte[56]);
    m.storeNumber(ARG, 4, flags);
    assertEquals(0, m.ioctl(m.vm, KvmIoctl.KVM_XEN_HVM_CONFIG, ARG));
  }

  private void xenAttribute(int type, long... words) {
    m.store(ARG, new byte[72]);
    m.storeNumber(ARG, 2, type);
    for (int i = 0; i < words.length; i++) {
      m.storeNumber(ARG + 8 + 4 * i, 4, words[i]);
    }
    assertEquals(0, m.ioctl(m.vm, KvmIoctl.KVM_XEN_HVM_SET_ATTR, ARG));
  }

  @ParameterizedTest
  @EnumSource(XenHypercall.class)
  void s14EveryXenRowIsServedOrForwardedAndItsAnswerLandsInRax(XenHypercall row) {
    xen(2);
    long nr = row == XenHypercall.XEN_UNKNOWN ? 99 : row.number() >>> 16;
    long sub = row.number() & 0xffff;
    long command = sub == XenHypercall.ANY ? 77 : sub;
    boolean served = row.server() == HypercallServer.KERNEL;
    int exit = call(RAX, nr, RBX, command, RCX, 2, RDX, 3);
    assertEquals(served ? EXIT_HLT : EXIT_XEN, exit);
    if (!served) {
      assertEquals(1, m.number(RUN + 32, 4), "KVM_EXIT_XEN_HCALL");
      assertEquals(nr, m.number(RUN + 48, 8));
      assertEquals(command, m.number(RUN + 64, 8));
      assertEquals(3, m.number(RUN + 80, 8));
      assertEquals(List.of(), told, "not answered yet");
      m.storeNumber(RUN + 56, 8, 0x55);
      assertEquals(0, m.run());
      assertEquals(EXIT_HLT, m.exitReason());
    }
    assertEquals(served ? 0 : 0x55, register(RAX));
    assertEquals(List.of(row.name(), served ? "= 0" : "= 85"), told);
  }

  /** xen-notes.md: on the next KVM_RUN KVM checks that the guest's RIP is unchanged. */
  @Test
  void s14XensAnswerIsDroppedWhereUserSpaceHasMovedTheGuest() {
    xen(2);
    assertEquals(EXIT_XEN, call(RAX, 34));
    m.storeNumber(RUN + 56, 8, 0x55);
    m.store(GUEST + 0x1100, (byte) 0xf4);
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    assertEquals(0x1000, m.number(ARG + 128, 8), "at the instruction");
    m.storeNumber(ARG + 128, 8, 0x1100);
    m.ioctl(m.vcpu, KvmIoctl.KVM_SET_REGS, ARG);
    assertEquals(0, m.run());
    assertEquals(EXIT_HLT, m.exitReason());
    assertEquals(34, register(RAX));
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    assertEquals(0x1101, m.number(ARG + 128, 8));
  }

  /** hyperv-notes.md: both MSRs must be set before hypercalls are enabled. */
  @ParameterizedTest
  @CsvSource({"0, 0x2001", "1, 0", "1, 0x2000"})
  void s14WithoutIdOrPageACallIsNotHypervs(long id, String page) {
    hyperv();
    ByteBuffer msrs = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    msrs.putInt(0, 2).putInt(8, 0x4000_0000).putLong(16, id);
    msrs.putInt(24, 0x4000_0001).putLong(32, Long.decode(page));
    m.store(ARG, msrs.array());
    assertEquals(2, m.ioctl(m.vcpu, KvmIoctl.KVM_SET_MSRS, ARG));
    call(RAX, 1);
    assertEquals(List.of("KVM_HC_VAPIC_POLL_IRQ", "= 0"), told);
  }

  @Test
  void s14TheKernelAnswersXenVersionOnceItIsSet() {
    xen(2);
    xenAttribute(4, 0x4000d);
    assertEquals(EXIT_HLT, call(RAX, 17, RBX, 0));
    assertEquals(0x4000d, register(RAX));
    assertEquals(EXIT_XEN, call(RAX, 17, RBX, 1), "another sub-command");
  }

  @Test
  void s14AnEventChannelBoundToAnEventfdIsSignalledInTheKernel() {
    xen(2 | 1 << 5);
    long efd = m.machine.eventfd(TID, 0, 0);
    xenAttribute(3, 7, 2, 0, 0, efd);
    m.storeNumber(GUEST + 0x100, 4, 7);
    assertEquals(EXIT_HLT, call(RAX, 32, RBX, 4, RCX, 0x100));
    assertEquals(0, register(RAX));
    assertEquals(List.of("XEN_EVENT_CHANNEL_OP_SEND", "= 0"), told);
    assertEquals(EXIT_HLT, call(RAX, 32, RBX, 4, RCX, 0x2_0000));
    assertEquals(0xffff_ffffL & -14, register(RAX), "EFAULT");
    xenAttribute(3, 7, 2, 1);
    assertEquals(EXIT_XEN, call(RAX, 32, RBX, 4, RCX, 0x100), "unbound");
  }

  @Test
  void s14TheXenTimersOfAVcpuAreTheKernelsOnceItHasAPort() {
    xen(2);
    m.store(ARG, new byte[72]);
    m.storeNumber(ARG, 2, 7);
    m.storeNumber(ARG + 8, 4, 3);
    m.storeNumber(ARG + 12, 4, 0xffff_ffffL);
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_XEN_VCPU_SET_ATTR, ARG));
    assertEquals(EXIT_HLT, call(RAX, 15, RBX, 1000));
    assertEquals(EXIT_HLT, call(RAX, 24, RBX, 8, RCX, 0, RDX, 0x100));
    assertEquals(0, register(RAX));
    assertEquals(EXIT_HLT, call(RAX, 24, RBX, 8, RCX, 1, RDX, 0x100));
    assertEquals(0xffff_ffffL & -22, register(RAX), "another vCPU's");
    assertEquals(EXIT_HLT, call(RAX, 24, RBX, 8, RCX, 0, RDX, 0x2_0000));
    assertEquals(0xffff_ffffL & -14, register(RAX));
    assertEquals(EXIT_HLT, call(RAX, 24, RBX, 9, RCX, 0));
    assertEquals(0, register(RAX));
  }

  /** A VM with a LAPIC whose Xen guest polls port 5; its shared info lies at 0x2000. */
  private TestMachine poller(long timeout) {
    TestMachine t = new TestMachine().createVm();
    assertEquals(0, t.ioctl(t.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0));
    t.addSlot(0, 0, 0, 0x1_0000, GUEST);
    t.memory.map(GUEST, 0x1_0000);
    t.addVcpu("0f01c1e680f4");
    t.store(ARG, new byte[72]);
    t.storeNumber(ARG, 4, 2 | 1 << 5);
    assertEquals(0, t.ioctl(t.vm, KvmIoctl.KVM_XEN_HVM_CONFIG, ARG));
    t.store(ARG, new byte[72]);
    t.storeNumber(ARG, 2, 1);
    t.storeNumber(ARG + 8, 8, 2);
    assertEquals(0, t.ioctl(t.vm, KvmIoctl.KVM_XEN_HVM_SET_ATTR, ARG));
    t.storeNumber(GUEST + 0x100, 4, 0x200);
    t.storeNumber(GUEST + 0x104, 4, 1);
    t.storeNumber(GUEST + 0x108, 8, timeout);
    t.storeNumber(GUEST + 0x200, 4, 5);
    ByteBuffer regs = ByteBuffer.allocate(144).order(ByteOrder.LITTLE_ENDIAN);
    regs.putLong(0, 29).putLong(8, 3).putLong(16, 0x100).putLong(128, 0x1000).putLong(136, 2);
    t.store(ARG, regs.array());
    assertEquals(0, t.ioctl(t.vcpu, KvmIoctl.KVM_SET_REGS, ARG));
    return t;
  }

  private static long begin(TestMachine t) {
    return t.machine.ioctl(TID, t.vcpu, KvmIoctl.KVM_RUN.number(), 0, 1000);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE, -1})
  void s14ScheduleOpPollHaltsTheVcpuUntilAPortIsPending(long timeout) {
    TestMachine t = poller(timeout);
    assertEquals(Machine.IN_PROGRESS, begin(t));
    assertEquals(Machine.IN_PROGRESS, t.machine.resume(TID, 1000));
    t.store(ARG, new byte[16]);
    t.storeNumber(ARG, 4, 5);
    t.storeNumber(ARG + 8, 4, 0xffff_ffffL);
    int send = KvmIoctl.KVM_XEN_HVM_EVTCHN_SEND.number();
    assertEquals(0, t.machine.ioctl(TID + 1, t.vm, send, ARG, 1000));
    assertEquals(0, t.machine.resume(TID, 1000));
    assertEquals(2, t.exitReason());
  }

  @Test
  void s14ScheduleOpPollOfAPendingPortDoesNotWait() {
    TestMachine t = poller(0);
    t.storeNumber(GUEST + 0x2800, 4, 1 << 5);
    assertEquals(0, t.run());
    assertEquals(2, t.exitReason());
  }

  @Test
  void s14ScheduleOpPollEndsWithItsTimeOrASignalAndTheGuestGoesOnBehindIt() {
    TestMachine t = poller(1_000_000);
    assertEquals(0, t.run(), "a millisecond");
    assertEquals(2, t.exitReason());

    t = poller(0);
    assertEquals(Machine.IN_PROGRESS, begin(t));
    t.machine.signal(TID);
    assertEquals(Errno.EINTR.result(), t.machine.resume(TID, 1000));
    assertEquals(0, t.run());
    assertEquals(2, t.exitReason());
    t.ioctl(t.vcpu, KvmIoctl.KVM_GET_REGS, ARG);
    assertEquals(0, t.number(ARG, 8), "RAX");
  }

  /** A vCPU in flat protected mode whose guest has switched Hyper-V's interface on. */
  private void hyperv() {
    ByteBuffer cpuid = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    cpuid.putInt(0, 1).putInt(8, 0x4000_0001).putInt(20, 0x3123_7648);
    m.store(ARG, cpuid.array());
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_SET_CPUID2, ARG));
    ByteBuffer msrs = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    msrs.putInt(0, 2).putInt(8, 0x4000_0000).putLong(16, 1);
    msrs.putInt(24, 0x4000_0001).putLong(32, 0x2001);
    m.store(ARG, msrs.array());
    assertEquals(2, m.ioctl(m.vcpu, KvmIoctl.KVM_SET_MSRS, ARG));
    protectedMode();
  }

  private void protectedMode() {
    m.ioctl(m.vcpu, KvmIoctl.KVM_GET_SREGS, ARG);
    for (int segment = 0; segment < 6; segment++) {
      m.storeNumber(ARG + 24L * segment + 8, 4, 0xffff_ffffL);
      // type, present, dpl, db, s, l, g
      m.store(
          ARG + 24L * segment + 14, (byte) (segment == 0 ? 11 : 3), (byte) 1, (byte) 0, (byte) 1);
      m.store(ARG + 24L * segment + 18, (byte) 1, (byte) 0, (byte) 1);
    }
    m.storeNumber(ARG + 224, 8, 0x11);
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_SET_SREGS, ARG));
  }

  /** A call of Hyper-V's with EDX:EAX, EBX:ECX; its status, or minus the exit reason. */
  private long hvcall(long control, long input) {
    int exit =
        call(
            RAX,
            control & 0xffff_ffffL,
            RDX,
            control >>> 32,
            RCX,
            input & 0xffff_ffffL,
            RBX,
            input >>> 32);
    return exit == EXIT_HLT ? register(RDX) << 32 | register(RAX) : -exit;
  }

  @ParameterizedTest
  @EnumSource(HypervHypercall.class)
  void s14EveryHypervRowIsServedForwardedOrRefused(HypervHypercall row) {
    hyperv();
    long code = row == HypervHypercall.HVCALL_UNKNOWN ? 0x7777 : row.number();
    long expected =
        switch (row) {
          case HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE,
              HVCALL_NOTIFY_LONG_SPIN_WAIT,
              HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX ->
              0;
          // No repetitions; vector 0; an unknown connection and no SynIC.
          case HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST,
              HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX,
              HVCALL_SEND_IPI,
              HVCALL_POST_MESSAGE,
              HVCALL_SIGNAL_EVENT ->
              3;
          case HVCALL_SEND_IPI_EX -> 0;
          case HV_EXT_CALL_QUERY_CAPABILITIES, HV_EXT_CALL_RANGE -> -EXIT_HYPERV;
          // No synthetic debugger.
          case HVCALL_POST_DEBUG_DATA, HVCALL_RETRIEVE_DEBUG_DATA, HVCALL_RESET_DEBUG_SESSION -> 2;
          default -> {
            assertEquals(HypercallServer.NONE, row.server(), row + " is served: say what it gives");
            yield 2;
          }
        };
    assertEquals(expected, hvcall(code, 0x3000), row.name());
    if (expected >= 0) {
      assertEquals(List.of(row.name(), "= " + expected), told);
      return;
    }
    assertEquals(2, m.number(RUN + 32, 4), "KVM_EXIT_HYPERV_HCALL");
    assertEquals(code, m.number(RUN + 40, 8));
    assertEquals(0x3000, m.number(RUN + 56, 8));
    m.storeNumber(RUN + 48, 8, 0x1_0000_0004L);
    assertEquals(0, m.run());
    assertEquals(4, register(RAX));
    assertEquals(1, register(RDX));
    assertEquals(List.of(row.name(), "= 4294967300"), told);
  }

  @ParameterizedTest
  @CsvSource({
    "0x0000000100000002, 0x3000,   3, a rep count on a simple call",
    "0x0000000000020002, 0x3000,   3, a variable header",
    "0x0000000000000002, 0x20000,  3, input that cannot be read",
    "0x0000000000010002, 0,        0, fast",
    "0x0000000008000002, 0x3000,   3, a reserved bit",
    "0x1000000000000002, 0x3000,   3, a reserved bit",
    "0x0000000300000003, 0x3000,   0x300000000, three addresses",
    "0x0001000300000003, 0x3000,   3, not from the first",
    "0x000000000001000b, 0x30,     0, a fast IPI",
    "0x000000000001000b, 0x0f,     3, vector below 16",
    "0x000000000001000b, 0x100000030, 3, a VTL",
    "0x000000000001005d, 5,        3, no eventfd and no SynIC",
    "0x000000000000005d, 0x3004,   4, unaligned",
    "0x000000000000005d, 0x20000,  4, unreadable",
    "0x000000000001005d, 0x1000000, 3, reserved bits of a connection",
    "0x0000000000010069, 0,        5, fast",
    "0x000000000000006b, 0,        2, no debugger",
    "0x0000000000018001, 0,        5, fast"
  })
  void s14HypervChecksItsControlWordAndInput(
      String control, String input, String status, String why) {
    hyperv();
    long word = Long.parseUnsignedLong(control.substring(2), 16);
    assertEquals(Long.decode(status), hvcall(word, Long.decode(input)), why);
  }

  @Test
  void s14AConnectionWithAnEventfdIsSignalledAndOthersGoToTheSynicsUserSpace() {
    m.createVm();
    m.ioctl(m.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0);
    m.addSlot(0, 0, 0, 0x10000, GUEST);
    m.addVcpu("0f01c1f4");
    m.store(ARG, new byte[104]);
    m.storeNumber(ARG, 4, KvmCapability.KVM_CAP_HYPERV_SYNIC2.number());
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_ENABLE_CAP, ARG));
    hyperv();
    // With a LAPIC a HLT does not exit: the guest writes to a port instead.
    m.store(GUEST + 0x1003, (byte) 0xe6, (byte) 0x10);
    long efd = m.machine.eventfd(TID, 0, 0);
    ByteBuffer bind = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    m.store(ARG, bind.putInt(0, 5).putInt(4, (int) efd).array());
    assertEquals(0, m.ioctl(m.vm, KvmIoctl.KVM_HYPERV_EVENTFD, ARG));
    assertEquals(2, call(RAX, 0x1005d, RCX, 5), "KVM_EXIT_IO: served");
    assertEquals(List.of("HVCALL_SIGNAL_EVENT", "= 0"), told);
    assertEquals(EXIT_HYPERV, call(RAX, 0x1005d, RCX, 6));
    m.run();
    assertEquals(EXIT_HYPERV, call(RAX, 0x5c, RCX, 0x3000), "HVCALL_POST_MESSAGE");
  }

  /** hyperv-notes.md: SynIC MSRs exit with type 1, the synthetic debugger's with type 3. */
  @ParameterizedTest
  @CsvSource({
    "lapic synic, 0x40000080, 1, 48",
    "lapic synic, 0x40000082, 1, 56",
    "lapic synic, 0x40000083, 1, 64",
    "lapic synic, 0x40000090, 0, 0",
    "syndbg, 0x400000f1, 3, 48",
    "syndbg, 0x400000f2, 0, 0",
    "syndbg, 0x400000f5, 3, 80",
    "syndbg, 0x400000ff, 0, 0"
  })
  void s14UserSpaceHearsOfWritesToSynicAndDebugger(String setup, String msr, int type, int at) {
    List<String> words = new ArrayList<>(List.of(setup.split(" ")));
    words.addAll(List.of("hyperv", "prot"));
    HypercallGuest guest = new HypercallGuest(words);
    // wrmsr; out 0x10, al
    guest.m.store(GUEST + 0x1000, (byte) 0x0f, (byte) 0x30, (byte) 0x90);
    int exit = guest.call(Map.of("rax", 0x3001L, "rcx", Long.decode(msr)));
    if (type != 0) {
      assertEquals(EXIT_HYPERV, exit);
      assertEquals(type, guest.m.number(RUN + 32, 4));
      assertEquals(Long.decode(msr), guest.m.number(RUN + 40, 4));
      assertEquals(0x3001, guest.exitWord(at));
      exit = guest.run();
    }
    assertEquals(2, exit, "the guest goes on behind its WRMSR");
  }

  @Test
  void s14ACallThatCpuidDoesNotOfferIsDeniedWhereThatIsEnforced() {
    hyperv();
    m.store(ARG, new byte[104]);
    m.storeNumber(ARG, 4, KvmCapability.KVM_CAP_HYPERV_ENFORCE_CPUID.number());
    m.storeNumber(ARG + 8, 8, 1);
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_ENABLE_CAP, ARG));
    assertEquals(6, hvcall(0x2, 0x3000));
    assertEquals(6, hvcall(0x8, 0));
    assertEquals(2, hvcall(0x40, 0), "not KVM's to offer");
  }

  @Test
  void s14TheHypercallPageHoldsTheVendorsInstructionAndItsMarkBesideXen() {
    xen(2);
    hyperv();
    assertEquals(0x0d, m.number(GUEST + 0x2000, 1), "or eax, 0x80000000");
    assertEquals(0xc3c1010fL, m.number(GUEST + 0x2005, 4), "vmcall; ret");
    // In 32-bit mode the mark is a reserved bit of the control word.
    assertEquals(3, hvcall(0x8000_0040L, 0), "Hyper-V's");
    assertEquals(EXIT_XEN, call(RAX, 0x40), "Xen's");
  }

  @ParameterizedTest
  @EnumSource(KvmHypercall.class)
  void s14EveryKvmRowIsServedOrRefusedWithEnosys(KvmHypercall row) {
    long expected =
        switch (row) {
          case KVM_HC_VAPIC_POLL_IRQ, KVM_HC_KICK_CPU, KVM_HC_SCHED_YIELD -> 0;
          // No clock source that could be paired; no LAPIC in the kernel.
          case KVM_HC_CLOCK_PAIRING, KVM_HC_SEND_IPI -> -95;
          // User space has not asked for its exit.
          case KVM_HC_MAP_GPA_RANGE -> -1000;
          // Gone, or of other architectures.
          case KVM_HC_MMU_OP,
              KVM_HC_FEATURES,
              KVM_HC_PPC_MAP_MAGIC_PAGE,
              KVM_HC_MIPS_GET_CLOCK_FREQ,
              KVM_HC_MIPS_EXIT_VM,
              KVM_HC_MIPS_CONSOLE_OUTPUT,
              KVM_HC_UNKNOWN ->
              -1000;
        };
    long nr = row == KvmHypercall.KVM_HC_UNKNOWN ? 4711 : row.number();
    assertEquals(EXIT_HLT, call(RAX, nr, RBX, 1, RCX, 0));
    assertEquals(0xffff_ffffL & expected, register(RAX));
    assertEquals(List.of(row.name(), "= " + expected), told);
  }

  /** Another vCPU, runnable at some code of its own. */
  private static void started(TestMachine t, int vcpu, int at, String code) {
    t.store(GUEST + at, java.util.HexFormat.of().parseHex(code));
    t.ioctl(vcpu, KvmIoctl.KVM_GET_SREGS, ARG);
    t.memory.write(ARG, new byte[12], 0, 8);
    t.memory.write(ARG + 12, new byte[2], 0, 2);
    t.ioctl(vcpu, KvmIoctl.KVM_SET_SREGS, ARG);
    t.store(ARG, new byte[144]);
    t.storeNumber(ARG + 128, 8, at);
    t.storeNumber(ARG + 136, 8, 2);
    t.ioctl(vcpu, KvmIoctl.KVM_SET_REGS, ARG);
    t.storeNumber(ARG, 4, 0);
    assertEquals(0, t.ioctl(vcpu, KvmIoctl.KVM_SET_MP_STATE, ARG));
  }

  /** KVM_HC_KICK_CPU, kvm-hypercalls.csv: a HLT that waits is over, and one that comes after. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s14AKickWakesAVcpuThatWaitsAndOneThatIsAboutTo(boolean before) {
    TestMachine t = new TestMachine().createVm();
    assertEquals(0, t.ioctl(t.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0));
    t.addSlot(0, 0, 0, 0x1_0000, GUEST);
    t.memory.map(GUEST, 0x1_0000);
    t.addVcpu("66b805000000" + "66b901000000" + "0f01c1" + "e610");
    int other = (int) t.ioctl(t.vm, KvmIoctl.KVM_CREATE_VCPU, 1);
    started(t, other, 0x2000, "f4e610");
    long halts = before ? 0 : t.machine.ioctl(TID + 1, other, KvmIoctl.KVM_RUN.number(), 0, 1000);
    assertEquals(before ? 0 : Machine.IN_PROGRESS, halts);
    assertEquals(0, t.run());
    assertEquals(2, t.exitReason(), "kicked");
    long ended =
        before
            ? t.machine.ioctl(TID + 1, other, KvmIoctl.KVM_RUN.number(), 0, 1000)
            : t.machine.resume(TID + 1, 1000);
    ended = ended == Machine.IN_PROGRESS ? t.machine.resume(TID + 1, 1000) : ended;
    assertEquals(0, ended, "no longer halted");
  }

  @Test
  void s14AnIpiReachesTheVcpusOfItsBitmapAndAFeatureNotOfferedIsEnosys() {
    m.createVm();
    m.ioctl(m.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0);
    m.addSlot(0, 0, 0, 0x10000, GUEST);
    m.addVcpu("0f01c1e610f4");
    m.ioctl(m.vm, KvmIoctl.KVM_CREATE_VCPU, 3);
    // vCPU 3 waits for INIT, and takes a fixed interrupt nonetheless once its APIC is enabled.
    call(RAX, 10, RBX, 0, RCX, 0, RDX, 0, RSI, 0x30);
    assertEquals(0, register(RAX), "an empty bitmap");
    call(RAX, 10, RBX, 1, RCX, 0, RDX, 9, RSI, 0x30);
    assertEquals(0, register(RAX), "nobody from 9 on");
    call(RAX, 10, RBX, 1, RCX, 0, RDX, 0, RSI, 0x830);
    assertEquals(0xffff_ffffL & -22, register(RAX), "logical destination");
    m.store(ARG, new byte[104]);
    m.storeNumber(ARG, 4, KvmCapability.KVM_CAP_ENFORCE_PV_FEATURE_CPUID.number());
    m.storeNumber(ARG + 8, 8, 1);
    assertEquals(0, m.ioctl(m.vcpu, KvmIoctl.KVM_ENABLE_CAP, ARG));
    for (long nr : new long[] {5, 10, 11}) {
      call(RAX, nr);
      assertEquals(0xffff_ffffL & -1000, register(RAX));
    }
  }
}
