package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.guest.ProtectedGuest.TSS;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.sim.guest.GuestExit.Kind;

/** Code of privilege level 3 and its way in and out, through the guest's own GDT, IDT and TSS. */
class PrivilegeTest {
  /** At 0x2000 at level 3, with its stack at 0x9000. */
  private static ProtectedGuest guest(String... user) {
    return new ProtectedGuest(ProtectedGuest.user()).code(0x2000, user);
  }

  /** Runs until the guest is at level 3. */
  private static ProtectedGuest entered(ProtectedGuest guest) {
    while (guest.cpu.cpl() == 0) {
      guest.guest.interpreter.run(1);
    }
    return guest;
  }

  @Test
  void iretGoesToLevel3AndTakesInnerDataSegmentsAway() {
    ProtectedGuest guest = guest("hlt").handler(13, 0, "mov bx,ds", "hlt");
    assertEquals(Kind.HLT, guest.run(), "HLT of level 3 is #GP");
    assertEquals(0, guest.gpr(CpuState.RBX) & 0xffff, "DS of level 0 is null");
    assertEquals(0, guest.cpu.cpl());
  }

  @Test
  void aFaultOfLevel3SwitchesToTheStackOfTheTssAndSavesTheOldOne() {
    ProtectedGuest guest = guest("mov eax,0x44", "mov fs,ax").handler(13, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x7000 - 24, guest.gpr(CpuState.RSP));
    assertEquals(0x44, guest.dword(0x7000 - 24), "error code");
    assertEquals(0x2005, guest.dword(0x7000 - 20), "EIP");
    assertEquals(ProtectedGuest.USER_CODE, guest.dword(0x7000 - 16));
    assertEquals(0x10202, guest.dword(0x7000 - 12), "EFLAGS with RF");
    assertEquals(0x9000, guest.dword(0x7000 - 8));
    assertEquals(ProtectedGuest.USER_DATA, guest.dword(0x7000 - 4));
  }

  @Test
  void aSystemCallThroughAGateOfLevel3ReturnsBehindItsInstruction() {
    ProtectedGuest guest = guest("int 0x40", "mov ebx,7", "int 0x41");
    guest.handler(0x40, 3, "mov ecx,9", "iret");
    guest.handler(0x41, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(7, guest.gpr(CpuState.RBX));
    assertEquals(9, guest.gpr(CpuState.RCX));
    assertEquals(0x9000, guest.dword(0x7000 - 8), "the user's stack is as it was");
  }

  @Test
  void anIntThroughAGateOfLevel0IsGpWithTheGatesNumber() {
    ProtectedGuest guest = guest("int 0x40").handler(0x40, 0, "hlt").handler(13, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x40 * 8 + 2, guest.dword(0x7000 - 24));
  }

  @Test
  void anInterruptGoesInThroughAGateOfLevel0() {
    ProtectedGuest guest = guest("nop", "jmp $").handler(0x30, 0, "hlt");
    guest.guest.interpreter.run(60);
    assertEquals(3, guest.cpu.cpl());
    guest.cpu.interruptInjected = true;
    guest.cpu.interruptVector = 0x30;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.cpu.cpl());
    assertEquals(0x202, guest.dword(0x7000 - 12), "no RF for an interrupt");
  }

  @ParameterizedTest
  @CsvSource({
    "8, 16, the stack lies beyond the TSS",
    "0x67, 0, a null selector",
    "0x67, 0x23, a stack of level 3",
    "0x67, 8, code is no stack"
  })
  void withoutAStackInTheTssNothingCanBeDelivered(int limit, int selector, String why) {
    ProtectedGuest guest = entered(guest("ud2").handler(6, 0, "hlt").handler(10, 0, "hlt"));
    guest.cpu.tr.limit = limit;
    guest.word(TSS + 8, selector);
    // #TS finds no stack either: #DF, then shutdown.
    assertEquals(Kind.SHUTDOWN, guest.run(), why);
  }

  @Test
  void invalidTssHasTheSelectorAndTheExternalBitAsErrorCode() {
    ProtectedGuest guest = guest("ud2").handler(6, 0, "hlt");
    // Vector 10 goes to code of level 3, which needs no other stack.
    guest.gate(10, 0x8e00, ProtectedGuest.USER_CODE, 0x2800).code(0x2800, "pop eax", "jmp $");
    guest.handler(13, 0, "hlt");
    entered(guest).word(TSS + 8, 8);
    guest.guest.interpreter.run(4);
    assertEquals(9, guest.gpr(CpuState.RAX));
  }

  @Test
  void theIoBitmapOfTheTssDecidesWhichPortsLevel3MayUse() {
    ProtectedGuest guest = guest("out 0x10,al", "out 0x11,al").handler(13, 0, "hlt");
    guest.word(TSS + 0x88, 0xffff).word(TSS + 0x8a, 0xfffe);
    assertEquals(Kind.IO, guest.run());
    assertEquals(0x10, guest.guest.exit.port);
    assertEquals(Kind.HLT, guest.run(), "port 0x11 is #GP");
  }

  @Test
  void retfGoesToLevel3Too() {
    ProtectedGuest guest =
        new ProtectedGuest(
            "push dword 0x23", "push dword 0x9000", "push dword 0x1b", "push dword 0x2000", "retf");
    guest.code(0x2000, "mov bx,cs", "push ebx", "int 0x40").handler(0x40, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(ProtectedGuest.USER_CODE, guest.gpr(CpuState.RBX) & 0xffff);
    assertEquals(0x8ffc, guest.dword(0x7000 - 8));
  }

  @Test
  void level3ChangesNeitherIoplNorTheInterruptFlag() {
    ProtectedGuest guest = guest("push dword 0x3000", "popf", "pushf", "pop eax", "int 0x40");
    guest.handler(0x40, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x202, guest.gpr(CpuState.RAX));
  }

  /** One page for the user at 0x2000, the rest for the supervisor; tables at 0xa000. */
  private static final String[] PAGES = {
    "mov dword [0xa000],0xb007",
    "mov edi,0xb000",
    "mov eax,3",
    "fill: stosd",
    "add eax,0x1000",
    "cmp eax,0x10003",
    "jb fill",
    "or dword [0xb008],4",
    "or dword [0xb020],4",
    "mov eax,0xa000",
    "mov cr3,eax",
    "mov eax,cr0",
    "or eax,0x80010000",
    "mov cr0,eax",
  };

  private static ProtectedGuest paged(String... user) {
    List<String> lines = new ArrayList<>(List.of(PAGES));
    lines.addAll(List.of(ProtectedGuest.user()));
    return new ProtectedGuest(lines.toArray(String[]::new)).code(0x2000, user);
  }

  @ParameterizedTest
  @CsvSource({
    "mov eax|[0x6000], 5, 0x6000",
    "mov [0x6000]|eax, 7, 0x6000",
    "jmp 0x6000, 5, 0x6000",
    "mov eax|[0x10000], 4, 0x10000"
  })
  void pagesOfTheSupervisorAreNotForLevel3(String instruction, int code, String address) {
    ProtectedGuest guest = paged("mov ax,0x23", "mov ds,ax", instruction.replace('|', ','));
    guest.handler(14, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(code, guest.dword(0x7000 - 24));
    assertEquals(Long.decode(address), guest.cpu.cr2);
  }

  @Test
  void theStackThatATssNamesIsWrittenWithTheRightsOfTheSupervisor() {
    ProtectedGuest guest = paged("push eax", "ud2").handler(6, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertTrue(guest.gpr(CpuState.RSP) < 0x7000);
  }
}
