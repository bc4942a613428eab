package seamtape.sim.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.TestMachine.GUEST;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.KvmIoctl;
import seamtape.machine.Machine;
import seamtape.machine.NestedCalls;

/**
 * S7: the RMP as an SNP guest meets it: PVALIDATE, RMPADJUST, and private memory that it has not
 * validated or that its VMPL may not touch (AMD's manual, volume 2, sections 15.36.6 to 15.36.12).
 */
final class RmpTest {
  private static final int HLT = 5;
  private static final int SHUTDOWN = 8;
  private static final int FAIL_ENTRY = 9;

  /** Where exceptions are told, with their error code and CR2. */
  private static final long TOLD = EsGuest.MAILBOX + 0x20;

  private static final String TELL =
      """
      mov rax, %d
      mov [0xa020], rax
      pop rax
      mov [0xa028], rax
      mov rax, cr2
      mov [0xa030], rax
      hlt
      """;

  /** EAX and the flags after an instruction. */
  private static final String RESULT =
      """
      mov [0xa010], rax
      pushf
      pop rax
      mov [0xa018], rax
      hlt
      """;

  private static String with(long rax, long rcx, long rdx) {
    return "mov rax, %d%nmov rcx, %d%nmov rdx, %d%n".formatted(rax, rcx, rdx);
  }

  private static EsGuest guest(boolean snp, String code) {
    EsGuest guest = new EsGuest("linux-7.3", snp, NestedCalls.NONE);
    guest.handler(6, 0x1a00, "push rax\n" + TELL.formatted(6));
    guest.handler(13, 0x1b00, TELL.formatted(13));
    guest.handler(14, 0x1c00, TELL.formatted(14));
    guest.launched(code, TELL.formatted(29));
    return guest;
  }

  private static long word(EsGuest guest, long address) {
    return guest.m.number(GUEST + address, 8);
  }

  private static String exception(EsGuest guest) {
    return word(guest, TOLD) + " " + Long.toHexString(word(guest, TOLD + 8));
  }

  /** EAX; then CF and ZF, where set. */
  private static String result(EsGuest guest) {
    if (word(guest, TOLD) != 0) {
      return "#" + exception(guest);
    }
    long flags = word(guest, EsGuest.MAILBOX + 0x18);
    String carry = (flags & 1) != 0 ? " CF" : "";
    String zero = (flags & 0x40) != 0 ? " ZF" : "";
    return word(guest, EsGuest.MAILBOX + 0x10) + carry + zero;
  }

  @ParameterizedTest
  @CsvSource({
    "a page of the host's making, 0xc000, 0, 1, 0 ZF",
    "a page of the launch is validated already, 0x8000, 0, 1, 0 CF ZF",
    "validation is rescinded, 0xb000, 0, 0, 0 ZF",
    "what is not validated is not rescinded, 0xc000, 0, 0, 0 CF ZF",
    "no page, 0xc010, 0, 1, 1",
    "a size that there is not, 0xc000, 2, 1, 1",
    "2 MiB in the middle of some, 0xc000, 1, 1, 1",
    "2 MiB where KVM has pages of 4 KiB, 0, 1, 1, 6",
    "a page that is mapped as shared, 0xa000, 0, 1, #14 9"
  })
  void s7PvalidateTellsInEaxAndCf(String what, String rax, long rcx, long rdx, String result) {
    EsGuest guest = guest(true, with(Long.decode(rax), rcx, rdx) + "pvalidate\n" + RESULT);
    assertEquals(HLT, guest.run());
    assertEquals(result, result(guest), what);
  }

  @ParameterizedTest
  @CsvSource({
    "VMPL 1 gets what there is, 0xb000, 0, 0x0f01, 0 ZF",
    "a save area, 0xb000, 0, 0x10001, 0 ZF",
    "its own VMPL, 0xb000, 0, 0x0f00, 2",
    "a VMPL that there is not, 0xb000, 0, 0x0f04, 1",
    "no page, 0xb800, 0, 0x0f01, 1",
    "2 MiB where KVM has pages of 4 KiB, 0, 1, 0x0f01, 6",
    "a page that is not validated, 0xc000, 0, 0x0f01, #29 404",
    "a page that is mapped as shared, 0xa000, 0, 0x0f01, #14 9"
  })
  void s7RmpadjustTellsInEax(String what, String rax, long rcx, String rdx, String result) {
    String code = with(Long.decode(rax), rcx, Long.decode(rdx)) + "clc\nrmpadjust\n" + RESULT;
    EsGuest guest = guest(true, code);
    assertEquals(HLT, guest.run());
    assertEquals(result, result(guest), what);
  }

  @ParameterizedTest
  @CsvSource({"pvalidate", "rmpadjust"})
  void s7InAGuestWithoutSnpTheyAreUndefined(String instruction) {
    EsGuest guest = guest(false, with(0xb000, 0, 1) + instruction + "\n" + RESULT);
    assertEquals(HLT, guest.run());
    assertEquals(6, word(guest, TOLD));
  }

  @ParameterizedTest
  @CsvSource({
    "read, 'mov rax, [0xc008]', c008",
    "write, 'mov [0xc010], rax', c010",
    "fetch, 'mov rax, 0xc000\njmp rax', c000"
  })
  void s7PrivateMemoryThatIsNotValidatedRaisesVcWithItsAddressInCr2(
      String how, String code, String cr2) {
    EsGuest guest = guest(true, code.replace("\\n", "\n") + "\nhlt");
    guest.setPrivate(0xc, 1, false);
    assertEquals(-14, guest.m.run(), "first it is the VMM's to make private");
    assertEquals(39, guest.m.exitReason(), "KVM_EXIT_MEMORY_FAULT");
    guest.setPrivate(0xc, 1, true);
    assertEquals(HLT, guest.run());
    assertEquals("29 404", exception(guest), how);
    assertEquals(cr2, Long.toHexString(word(guest, TOLD + 16)));
  }

  @Test
  void s7CodeIsAlwaysPrivateWhateverTheGuestsTablesSay() {
    EsGuest guest = guest(true, "mov rax, 0xa100\njmp rax");
    assertEquals(-14, guest.m.run(), "EFAULT");
    assertEquals(39, guest.m.exitReason(), "KVM_EXIT_MEMORY_FAULT");
    assertEquals(8, guest.runField(32), "private");
    assertEquals(0xa000, guest.runField(40));
  }

  @Test
  void s7WhatIsRescindedIsLostUntilItIsValidatedAgain() {
    String code =
        with(0xb000, 0, 0)
            + "mov rbx, 77\nmov [0xb000], rbx\npvalidate\nmov rdx, 1\nmov rax, 0xb000\npvalidate\n"
            + "mov rax, [0xb000]\nmov [0xa010], rax\nmov rdx, 0\nmov rax, 0xb000\npvalidate\n"
            + "mov rax, [0xb000]\nhlt";
    EsGuest guest = guest(true, code);
    assertEquals(HLT, guest.run());
    assertEquals(77, word(guest, EsGuest.MAILBOX + 0x10), "the content stays");
    assertEquals("29 404", exception(guest));
  }

  @Test
  void s7PvalidateOfWhatIsNotTheGuestsIsTheVmmsToMend() {
    EsGuest guest = guest(true, with(0xc000, 0, 1) + "pvalidate\n" + RESULT);
    guest.setPrivate(0xc, 1, false);
    assertEquals(-14, guest.m.run(), "EFAULT");
    assertEquals(39, guest.m.exitReason(), "KVM_EXIT_MEMORY_FAULT");
    assertEquals(8, guest.runField(32), "the guest wants it private");
    assertEquals(0xc000, guest.runField(40));
    guest.setPrivate(0xc, 1, true);
    assertEquals(HLT, guest.run());
    assertEquals("0 ZF", result(guest), "the same instruction again");
  }

  @Test
  void s7AHandlerThatItselfIsNotValidatedEndsInAShutdown() {
    // The IDT: what the exception needs raises another, and that one the last.
    EsGuest guest = guest(true, with(0x6000, 0, 0) + "pvalidate\nmov rax, [0x6000]\nhlt");
    assertEquals(SHUTDOWN, guest.run());
  }

  /** A vCPU at VMPL 1 whose code, tables and results VMPL 0 gave it; its save area is 0xb000. */
  private static EsGuest atVmpl1(String code, String adjust) {
    EsGuest guest = new EsGuest("linux-7.3", true, NestedCalls.NONE);
    guest.vcpu(1);
    int second = guest.m.vcpu;
    byte[] area = GhcbGuestTest.saveArea(guest, 0x1c00);
    area[0xca] = 1;
    // GDT, IDT, and the stack at the end of page 7.
    area[0x64] = 0x17;
    area[0x69] = 0x70;
    area[0x85] = 0xf;
    area[0x89] = 0x60;
    area[0x1d9] = (byte) 0x80;
    guest.m.store(GUEST + 0xb000, area);
    guest.handler(13, 0x1a00, TELL.formatted(13));
    guest.handler(3, 0x1c00, code);
    StringBuilder given = new StringBuilder(adjust);
    for (int page = 1; page < 8; page++) {
      given.append(with(page << 12, 0, 0xf01)).append("rmpadjust\n");
    }
    guest.launched(given + EsGuest.LOOP, "hlt");
    guest.msr(EsGuest.GHCB | 0x12);
    guest.ghcb(0x8000_0013L, 1L << 32 | 1, 0xb000, 0x1f8, 1);
    assertEquals("0 0", guest.outcomeOfRound());
    guest.m.machine.mmap(TID, RUN, 12288, 3, 1, second, 0);
    guest.m.vcpu = second;
    return guest;
  }

  private static long runForAWhile(EsGuest guest) {
    long result = guest.m.machine.ioctl(TID, guest.m.vcpu, KvmIoctl.KVM_RUN.number(), 0, 1000);
    for (int i = 0; i < 3 && result == Machine.IN_PROGRESS; i++) {
      result = guest.m.machine.resume(TID, 1000);
    }
    return result;
  }

  @Test
  void s7AVcpuAtVmpl1ReadsWhatItMayAndNeverGetsPastWhatItMayNot() {
    String readOnly = GhcbGuestTest.SAVE_AREA + with(0x8000, 0, 0x101) + "rmpadjust\n";
    String code =
        "mov rax, [0x8000]\nmov rbx, 5\nmov [0xa010], rbx\nmov [0x8000], rbx\nmov [0xa018], rbx\nhlt";
    EsGuest guest = atVmpl1(code, readOnly);
    assertEquals(Machine.IN_PROGRESS, runForAWhile(guest), "nested page faults without end");
    assertEquals(5, word(guest, EsGuest.MAILBOX + 0x10), "the read");
    assertEquals(0, word(guest, EsGuest.MAILBOX + 0x18), "the write");
    guest.m.machine.signal(TID);
    assertEquals(-4, guest.m.machine.resume(TID, 1000), "EINTR");
  }

  @Test
  void s7Vmpl1NeitherValidatesNorGivesMoreThanItHas() {
    String readOnly = GhcbGuestTest.SAVE_AREA + with(0x8000, 0, 0x101) + "rmpadjust\n";
    String code =
        with(0x8000, 0, 0x302)
            + "rmpadjust\nmov [0xa010], rax\n"
            + with(0x8000, 0, 0x10102)
            + "rmpadjust\nmov [0xa018], rax\n"
            + with(0x7000, 0, 1)
            + "pvalidate\nhlt";
    EsGuest guest = atVmpl1(code, readOnly);
    assertEquals(HLT, guest.run());
    assertEquals(2, word(guest, EsGuest.MAILBOX + 0x10), "FAIL_PERMISSION: a write");
    assertEquals(0, word(guest, EsGuest.MAILBOX + 0x18), "a read; the save area is ignored");
    assertEquals(13, word(guest, TOLD), "#GP");
  }

  /** Any registers: a result of the table or an exception that the guest takes, and never more. */
  @Test
  void s7AnyRegistersGetAResultOrAnException() {
    String again =
        """
        again:
        mov rax, [0xa040]
        mov rcx, [0xa048]
        mov rdx, [0xa050]
        %s
        mov [0xa010], rax
        hlt
        jmp again
        """;
    Random random = new Random(15);
    List<Long> results = List.of(0L, 1L, 2L, 6L);
    List<String> exceptions = List.of("29 404", "14 9", "14 0");
    long[] values = {0, 1, 2, 0xb000, 0xc000, 0xd000, 0xa000, 0x20_0000, 0x0f01, 0x10001, 0x302};
    for (int guests = 0; guests < 40; guests++) {
      EsGuest guest = guest(true, again.formatted(guests % 2 == 0 ? "pvalidate" : "rmpadjust"));
      for (int i = 0; i < 30 && word(guest, TOLD) == 0; i++) {
        for (int register = 0; register < 3; register++) {
          boolean known = random.nextInt(8) != 0;
          long value = known ? values[random.nextInt(values.length)] : random.nextLong();
          guest.m.storeNumber(GUEST + EsGuest.MAILBOX + 0x40 + 8 * register, 8, value);
        }
        assertEquals(HLT, guest.run());
        boolean told = word(guest, TOLD) != 0;
        long result = word(guest, EsGuest.MAILBOX + 0x10);
        assertTrue(told ? exceptions.contains(exception(guest)) : results.contains(result));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"no save area, 0x0001, 0", "no such VMPL, 0x10001, 4"})
  void s7VmrunFailsOnAPageThatIsNoSaveArea(String what, String attributes, int vmpl) {
    EsGuest guest = new EsGuest("linux-7.3", true, NestedCalls.NONE);
    guest.vcpu(1);
    int second = guest.m.vcpu;
    byte[] area = GhcbGuestTest.saveArea(guest, 0x1800);
    area[0xca] = (byte) vmpl;
    guest.m.store(GUEST + 0xb000, area);
    guest.launched(with(0xb000, 0, Long.decode(attributes)) + "rmpadjust\n" + EsGuest.LOOP, "hlt");
    guest.msr(EsGuest.GHCB | 0x12);
    guest.ghcb(0x8000_0013L, 1L << 32 | 1, 0xb000, 0x1f8, 1);
    assertEquals("0 0", guest.outcomeOfRound());
    guest.m.machine.mmap(TID, RUN, 12288, 3, 1, second, 0);
    assertEquals(0, guest.m.ioctl(second, KvmIoctl.KVM_RUN, 0));
    assertEquals(FAIL_ENTRY, guest.m.exitReason(), what);
    assertEquals(0xffff_ffffL, guest.runField(32) & 0xffff_ffffL, "VMEXIT_INVALID");
  }
}
