package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.ARG;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.NestedCalls;

/** S7, S14: guests that ask by VMGEXIT: their #VC, hypercalls, page states and other vCPUs. */
final class GhcbGuestTest {
  private static final int RAX = 0x1f8;
  private static final int RBX = 0x318;
  private static final int RCX = 0x308;
  private static final int RDX = 0x310;
  private static final int CPL = 0xcb;
  private static final int SCRATCH = 0x3a8;
  private static final long BUFFER = EsGuest.GHCB + 0x800;
  private static final int HLT = 5;
  private static final int HYPERCALL = 3;
  private static final int SYSTEM_EVENT = 24;

  /** Ends with a word in the MSR protocol's termination. */
  static String terminate(String reason) {
    return """
        mov ecx, 0xc0010130
        mov eax, %s
        mov edx, 0
        wrmsr
        vmgexit
        """
        .formatted(reason);
  }

  private final List<String> told = new ArrayList<>();

  private final NestedCalls nested =
      new NestedCalls() {
        @Override
        public void enter(int tid, long actor, int family, int number, long[] fields) {
          Call row = Catalog.byNumber(Family.values()[family], number);
          told.add(row.name());
        }

        @Override
        public void returns(int tid, long[] fields) {
          told.add("= " + fields[0]);
        }
      };

  @ParameterizedTest
  @CsvSource({
    "cpuid, 0x72",
    "wbinvd, 0x89",
    "'in al, 0x10', 0x7b",
    "'out 0x10, al', 0x7b",
    "'mov ecx, 0x277\nrdmsr', 0x7c",
    "'mov ecx, 0x277\nwrmsr', 0x7c",
    "vmmcall, 0x81"
  })
  void s7AnInstructionThatNeedsTheHostRaisesVcWithTheExitCode(String code, long exitCode) {
    EsGuest guest = new EsGuest("linux-7.3", false, NestedCalls.NONE);
    String handler = "pop rax\nshl rax, 16\nor rax, 0x100\nmov [0xa010], rax\n";
    guest.launched(code + "\nhlt", handler + terminate("[0xa010]"));
    assertEquals(SYSTEM_EVENT, guest.run());
    assertEquals(exitCode << 16 | 0x100, guest.runField(40));
  }

  @ParameterizedTest
  @CsvSource({
    "KVM_HC_VAPIC_POLL_IRQ, 1, 0, 0",
    "an unknown one, 4711, 0, -1000",
    "from user mode, 1, 3, -1",
    "KVM_HC_MAP_GPA_RANGE that nobody asked for, 12, 0, -1000"
  })
  void s14AHypercallOfAnEncryptedGuestIsKvms(String what, long number, long cpl, long result) {
    EsGuest guest = new EsGuest("linux-7.3", false, nested).launched(EsGuest.LOOP, "hlt");
    guest.ghcb(0x81, 0, 0, RAX, number, CPL, cpl);
    assertEquals("0 0", guest.outcomeOfRound());
    assertEquals(result, guest.answer(RAX), what);
    assertEquals("= " + result, told.get(1));
  }

  @Test
  void s14MapGpaRangeOfAnEncryptedGuestGoesToUserSpaceWithTheGhcbsRegisters() {
    EsGuest guest = new EsGuest("linux-7.3", false, nested).launched(EsGuest.LOOP, "hlt");
    guest.exitsOnMapGpa();
    guest.ghcb(0x81, 0, 0, RAX, 12, CPL, 0, RBX, 0x4000, RCX, 2, RDX, 16);
    assertEquals(HYPERCALL, guest.exit(EsGuest.GHCB));
    assertEquals(12, guest.runField(32));
    assertEquals(0x4000, guest.runField(40));
    assertEquals(2, guest.runField(48));
    assertEquals(16, guest.runField(56));
    guest.m.storeNumber(RUN + 88, 8, 11);
    assertEquals(HLT, guest.run());
    assertEquals(11, guest.answer(RAX));
    assertEquals(List.of("KVM_HC_MAP_GPA_RANGE", "= 11"), told);
  }

  private static long entry(long gfn, int operation, boolean large, int done) {
    return done | gfn << 12 | (long) operation << 52 | (large ? 1L << 56 : 0);
  }

  /** An SNP guest with entries in its buffer. */
  private static EsGuest pages(long... entries) {
    EsGuest guest = EsGuest.looping(true);
    guest.msr(EsGuest.GHCB | 0x12);
    guest.exitsOnMapGpa();
    guest.ghcb(0x8000_0010L, 0, 0, SCRATCH, BUFFER);
    guest.m.storeNumber(GUEST + BUFFER + 2, 2, entries.length - 1);
    for (int i = 0; i < entries.length; i++) {
      guest.m.storeNumber(GUEST + BUFFER + 8 + 8 * i, 8, entries[i]);
    }
    return guest;
  }

  private static String mapGpa(EsGuest guest, int reason) {
    assertEquals(HYPERCALL, reason);
    return Long.toHexString(guest.runField(40))
        + " "
        + guest.runField(48)
        + " "
        + guest.runField(56);
  }

  @Test
  void s7NeighboursOfAKindChangeStateTogether() {
    EsGuest guest =
        pages(
            entry(0xb, 1, false, 1),
            entry(0xc, 1, false, 0),
            entry(0xd, 1, false, 0),
            entry(0xe, 2, false, 0),
            entry(0x600, 1, true, 0),
            entry(0x10, 5, false, 0));
    assertEquals("c000 2 16", mapGpa(guest, guest.exit(EsGuest.GHCB)), "the first is done");
    assertEquals("e000 1 0", mapGpa(guest, guest.run()));
    assertEquals("600000 512 17", mapGpa(guest, guest.run()), "2 MiB");
    assertEquals(HLT, guest.run(), "an unknown operation counts as done");
    assertEquals("0 0", guest.outcome());
    assertEquals(6, guest.m.number(GUEST + BUFFER, 2), "the next entry");
    assertEquals(512, guest.m.number(GUEST + BUFFER + 8 + 32, 2) & 0xfff);
  }

  @Test
  void s7ARefusalOfUserSpaceEndsTheChange() {
    EsGuest guest = pages(entry(0xc, 1, false, 0), entry(0xe, 1, false, 0));
    mapGpa(guest, guest.exit(EsGuest.GHCB));
    guest.m.storeNumber(RUN + 88, 8, 22);
    assertEquals(HLT, guest.run());
    assertEquals("0 10000000000", guest.outcome());
    assertEquals(0, guest.m.number(GUEST + BUFFER, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "more entries than a buffer holds, 253, 12, 0, 0, 100000001",
    "more done than there is, 0, 12, 0, 2, 100000002",
    "2 MiB that are not aligned, 0, 12, 1, 0, 100000002"
  })
  void s7WhatIsNoChangeIsRefused(
      String what, int last, long gfn, int large, int done, String error) {
    EsGuest guest = pages(entry(gfn, 1, large == 1, done));
    guest.m.storeNumber(GUEST + BUFFER + 2, 2, last);
    assertEquals("0 " + error, guest.outcomeOfRound(), what);
  }

  @Test
  void s7SnpMemoryOfTheWrongKindIsAMemoryFaultForUserSpace() {
    EsGuest guest = EsGuest.looping(true);
    guest.setPrivate(EsGuest.MAILBOX >> 12, 1, true);
    guest.m.storeNumber(GUEST + EsGuest.MAILBOX, 8, 2);
    assertEquals(-14, guest.m.run(), "KVM_RUN is EFAULT");
    assertEquals(39, guest.m.exitReason(), "KVM_EXIT_MEMORY_FAULT");
    assertEquals(0, guest.runField(32), "the guest wants it shared");
    assertEquals(EsGuest.MAILBOX, guest.runField(40));
    guest.setPrivate(EsGuest.MAILBOX >> 12, 1, false);
    assertEquals(HLT, guest.run());
    guest.setPrivate(1, 1, false);
    assertEquals(-14, guest.m.run());
    assertEquals(8, guest.runField(32), "KVM_MEMORY_EXIT_FLAG_PRIVATE");
  }

  private static void msi(EsGuest guest, int id, int mode, int vector) {
    ByteBuffer msi = guest.sev.struct(32).putInt(0, 0xfee0_0000 | id << 12);
    guest.m.store(ARG, msi.putInt(8, mode << 8 | vector).array());
    int signal = KvmIoctl.KVM_SIGNAL_MSI.number();
    // Another thread: the vCPU's may be in KVM_RUN.
    assertEquals(1, guest.m.machine.ioctl(TID + 1, guest.sev.vm, signal, ARG, 1000));
  }

  @ParameterizedTest
  @CsvSource({"by its page, 0x9000", "by the MSR, 0x006"})
  void s7AVcpuThatTheGuestHoldsGoesOnAtTheSecondSipi(String what, long msr) {
    EsGuest guest = new EsGuest("linux-7.3", false, NestedCalls.NONE);
    guest.m.ioctl(guest.sev.vm, KvmIoctl.KVM_CREATE_IRQCHIP, 0);
    guest.firstVcpu = 1;
    String hold = EsGuest.LOOP.replace("hlt", "").replace("jmp again", "") + terminate("0x555100");
    guest.launched(hold, "hlt");
    guest.ghcb(0x8000_0004L, 0, 0);
    guest.m.storeNumber(GUEST + EsGuest.MAILBOX, 8, msr);
    msi(guest, 1, 5, 0);
    msi(guest, 1, 6, 0x10);
    assertEquals(-11, guest.m.run(), "EAGAIN: it waited for INIT");
    long result = guest.m.machine.ioctl(TID, guest.m.vcpu, KvmIoctl.KVM_RUN.number(), 0, 1000);
    assertEquals(Machine.IN_PROGRESS, result, "held");
    msi(guest, 1, 5, 0);
    msi(guest, 1, 6, 0x10);
    while (result == Machine.IN_PROGRESS) {
      result = guest.m.machine.resume(TID, 1000);
    }
    assertEquals(SYSTEM_EVENT, guest.m.exitReason());
    if (msr == EsGuest.GHCB) {
      assertEquals("0 1", guest.outcome());
    } else {
      assertEquals(0x1007, guest.m.number(GUEST + EsGuest.MAILBOX + 8, 8));
    }
  }

  /** The page at 0xb000 becomes a save area (snp_set_vmsa). */
  static final String SAVE_AREA =
      """
      mov rax, 0xb000
      mov rcx, 0
      mov rdx, 0x10001
      rmpadjust
      """;

  /** The save area of a vCPU in 64-bit mode that the guest itself makes. */
  static byte[] saveArea(EsGuest guest, long rip) {
    ByteBuffer page = guest.sev.struct(4096);
    page.putShort(0x10, (short) 8).putShort(0x12, (short) 0xa9b).putInt(0x14, -1);
    page.putShort(0x20, (short) 16).putShort(0x22, (short) 0xc93).putInt(0x24, -1);
    page.putLong(0xd0, 0x1500).putLong(0x148, 0x20).putLong(0x150, 0x2000 | EsGuest.C_BIT);
    page.putLong(0x158, 0x8000_0011L).putLong(0x170, 2).putLong(0x178, rip);
    return page.putLong(0x3b0, 1).putLong(0x3e8, 1).array();
  }

  @ParameterizedTest
  @CsvSource({
    "created, 1, 1, 0xb000, 1, 0 0",
    "destroyed, 1, 2, 0, 0, 0 0",
    "an APIC id of nobody, 7, 1, 0xb000, 1, 2 5",
    "other features, 1, 1, 0xb000, 3, 2 5",
    "no page, 1, 1, 0xb008, 1, 2 5",
    "the begin of a large page, 1, 1, 0x200000, 1, 2 5",
    "an unknown request, 1, 3, 0xb000, 1, 2 5"
  })
  void s7AnSnpGuestStartsItsOtherVcpus(
      String what, long id, long request, String vmsa, long features, String outcome) {
    EsGuest guest = new EsGuest("linux-7.3", true, NestedCalls.NONE);
    guest.vcpu(1);
    int second = guest.m.vcpu;
    guest.m.store(GUEST + 0xb000, saveArea(guest, 0x1800));
    guest.launched(SAVE_AREA + EsGuest.LOOP, terminate("0x777100"));
    guest.msr(EsGuest.GHCB | 0x12);
    guest.ghcb(0x8000_0013L, id << 32 | request, Long.decode(vmsa), RAX, features);
    assertEquals(outcome, guest.outcomeOfRound(), what);
    if (what.equals("created")) {
      guest.m.machine.mmap(TID, RUN, 12288, 3, 1, second, 0);
      assertEquals(0, guest.m.ioctl(second, KvmIoctl.KVM_RUN, 0));
      assertEquals(0x777100, guest.runField(40), "its own code at 0x1800");
    }
  }
}
