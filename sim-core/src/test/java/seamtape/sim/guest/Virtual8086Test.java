package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.guest.ProtectedGuest.TSS;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.sim.guest.GuestExit.Kind;

/** Virtual-8086 mode of guest code: in by IRET, out by events, and CR4.VME and PVI. */
class Virtual8086Test {
  private static final int IOPL3 = 0x3000;
  private static final long VM = CpuState.VM;

  /** Code of the mode at 0200:0000 with its stack at 0900:0100, entered with these flags. */
  private static ProtectedGuest guest(int flags, int cr4, String... lines) {
    List<String> enter =
        new ArrayList<>(List.of("mov eax," + cr4, "mov cr4,eax", "push dword 0x800"));
    enter.addAll(List.of("push dword 0x700", "push dword 0x600", "push dword 0x500"));
    enter.addAll(List.of("push dword 0x900", "push dword 0x100"));
    enter.addAll(List.of("push dword " + (flags | 0x2_0002), "push dword 0x200"));
    enter.addAll(List.of("push dword 0", "iret"));
    ProtectedGuest guest = new ProtectedGuest(enter.toArray(String[]::new));
    guest.guest.code(0x2000, lines);
    return guest.handler(13, 0, "pop eax", "hlt");
  }

  @Test
  void iretOfLevel0EntersWithSegmentsOfShiftedSelectors() {
    ProtectedGuest guest =
        guest(IOPL3, 0, "mov ax,ds", "mov [0x10],ax", "mov [es:0x10],es", "push gs", "hlt");
    assertEquals(Kind.HLT, guest.run(), "HLT is #GP");
    assertEquals(0x600, guest.guest.word(0x6010));
    assertEquals(0x500, guest.guest.word(0x5010));
    assertEquals(0x800, guest.guest.word(0x90fe));
  }

  @Test
  void anExceptionLeavesItWithNineWordsAndNoDataSegments() {
    ProtectedGuest guest = guest(0, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.cpu.cpl());
    assertEquals(0, guest.cpu.rflags & VM);
    assertEquals(0, guest.cpu.segments[CpuState.DS].selector);
    assertTrue(guest.cpu.segments[CpuState.GS].unusable);
    long[] frame = {0, 0x200, 0x3_0002, 0x100, 0x900, 0x500, 0x600, 0x700, 0x800};
    for (int i = 0; i < frame.length; i++) {
      assertEquals(frame[i], guest.dword(0x7000 - 36 + 4 * i), "word " + i);
    }
    assertEquals(0x7000 - 36, guest.gpr(CpuState.RSP), "the handler popped the error code");
  }

  @Test
  void anInterruptLeavesItAndIretComesBack() {
    ProtectedGuest guest = guest(IOPL3 | 0x200, 0, "mov bx,1", "nop", "mov bx,2", "hlt");
    guest.handler(0x30, 0, "mov ecx,0x77", "iret");
    guest.guest.interpreter.run(27);
    assertEquals(VM, guest.cpu.rflags & VM);
    guest.cpu.interruptInjected = true;
    guest.cpu.interruptVector = 0x30;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x77, guest.gpr(CpuState.RCX));
    assertEquals(2, guest.gpr(CpuState.RBX) & 0xffff);
    assertEquals(0x600, guest.dword(0x7000 - 12), "DS of the guest was back");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cli", "sti", "pushf", "popf", "int 0x40", "iret"})
  void withoutIoplTheInstructionsOfTheInterruptFlagAreGp(String instruction) {
    ProtectedGuest guest = guest(0, 0, instruction, "hlt").handler(0x40, 3, "mov ebx,9", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.gpr(CpuState.RAX));
    assertEquals(0, guest.dword(0x7000 - 36), "at the instruction itself");
  }

  @Test
  void withoutIoplIretIsGpWhateverItsStack() {
    ProtectedGuest guest = guest(0, 0, "mov sp,0xffff", "iret").handler(12, 0, "mov ebx,9", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.gpr(CpuState.RBX), "no #SS");
    assertEquals(3, guest.dword(0x7000 - 36));
  }

  @Test
  void withIopl3TheyAreTheGuestsOwn() {
    ProtectedGuest guest =
        guest(IOPL3, 0, "sti", "pushf", "pop bx", "cli", "pushf", "pop dx", "popf", "int 0x40");
    guest.handler(0x40, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x3202, guest.gpr(CpuState.RBX) & 0xffff);
    assertEquals(0x3002, guest.gpr(CpuState.RDX) & 0xffff);
    assertEquals(IOPL3, guest.dword(0x7000 - 28) & IOPL3, "POPF changes no IOPL");
  }

  @Test
  void iretWithinTheModeStaysInItAndKeepsIopl() {
    ProtectedGuest guest =
        guest(IOPL3, 0, "push word 0x202", "push cs", "push word 0x20", "iret", "hlt");
    guest.guest.code(0x2020, "mov bx,5", "int 0x40");
    guest.handler(0x40, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(5, guest.gpr(CpuState.RBX) & 0xffff);
    assertEquals(0x2_3202, guest.dword(0x7000 - 28));
  }

  @Test
  void theIoBitmapDecidesAboutPortsWhateverTheIopl() {
    ProtectedGuest guest = guest(IOPL3, 0, "mov dx,0x11", "in al,dx", "hlt");
    guest.word(TSS + 0x8a, 0xfd);
    assertEquals(Kind.IO, guest.run());
    assertEquals(0x11, guest.guest.exit.port);
    assertEquals(Kind.HLT, guest.run());

    guest = guest(IOPL3, 0, "mov dx,0x11", "in al,dx", "hlt");
    guest.word(TSS + 0x8a, 2);
    assertEquals(Kind.HLT, guest.run(), "port 0x11 is #GP");
    assertEquals(3, guest.dword(0x7000 - 36));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mov eax,cr0", "rdmsr", "lgdt [0]", "clts", "wbinvd"})
  void privilegedInstructionsAreGp(String instruction) {
    ProtectedGuest guest = guest(IOPL3, 0, "mov bx,1", instruction);
    assertEquals(Kind.HLT, guest.run());
    assertEquals(3, guest.dword(0x7000 - 36));
  }

  @Test
  void instructionsOfProtectedModeAreUndefined() {
    ProtectedGuest guest = guest(IOPL3, 0, "sldt ax").handler(6, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.dword(0x7000 - 36));
  }

  @Test
  void aHandlerOfAnotherLevelCannotTakeItOut() {
    ProtectedGuest guest = guest(IOPL3, 0, "int 0x40");
    guest.gate(0x40, 0xee00, ProtectedGuest.USER_CODE, 0x2800);
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x18, guest.gpr(CpuState.RAX));
  }

  @Test
  void withVmeTheGuestHasAnInterruptFlagOfItsOwn() {
    ProtectedGuest guest =
        guest(0x200, 1, "sti", "pushf", "pop bx", "cli", "pushf", "pop dx", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x3202, guest.gpr(CpuState.RBX) & 0xffff, "VIF as IF, and IOPL 3");
    assertEquals(0x3002, guest.gpr(CpuState.RDX) & 0xffff);
    assertEquals(0x2_0202, guest.dword(0x7000 - 28) & 0xf_ffff & ~CpuState.RF, "IF is as it was");
  }

  @ParameterizedTest
  @CsvSource({"sti, 0", "popf, 0x200", "iret, 0x200", "popf, 0x100"})
  void withVmeAPendingVirtualInterruptOrATrapIsGp(String instruction, int image) {
    int pending = (image & 0x100) == 0 ? 1 << 20 : 0;
    ProtectedGuest guest = guest(pending, 1, instruction);
    // POPF finds the image first; IRET behind IP and CS.
    guest.word(0x9100, instruction.equals("popf") ? image : 0).word(0x9104, image);
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.dword(0x7000 - 36));
  }

  @Test
  void withVmeAnIntThatTheTssDoesNotClaimGoesThroughTheGuestsVectors() {
    ProtectedGuest guest = guest(0, 1, "sti", "int 0x21", "hlt");
    guest.dword(4 * 0x21, 0x0200_0020);
    guest.guest.code(0x2020, "mov bx,7", "pushf", "pop dx", "iret");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(7, guest.gpr(CpuState.RBX) & 0xffff);
    assertEquals(0x3002, guest.gpr(CpuState.RDX) & 0xffff, "VIF is 0 in the handler");
    assertEquals(3, guest.dword(0x7000 - 36), "back behind the INT, at HLT");
    assertEquals(1 << 19, guest.dword(0x7000 - 28) & 1 << 19, "VIF is 1 again");
  }

  @Test
  void withVmeAnIntThatTheTssClaimsIsGp() {
    ProtectedGuest guest = guest(0, 1, "int 0x21");
    guest.word(TSS + 0x88 - 32 + 4, 2);
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.dword(0x7000 - 36));
  }

  @Test
  void withPviLevel3HasAVirtualInterruptFlag() {
    List<String> lines = new ArrayList<>(List.of("mov eax,2", "mov cr4,eax"));
    lines.addAll(List.of(ProtectedGuest.user()));
    ProtectedGuest guest = new ProtectedGuest(lines.toArray(String[]::new));
    guest.code(0x2000, "sti", "int 0x41").handler(0x41, 3, "pop eax", "pop eax", "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x8_0202, guest.gpr(CpuState.RAX));

    guest = new ProtectedGuest(ProtectedGuest.user());
    guest.code(0x2000, "sti").handler(13, 0, "hlt");
    assertEquals(Kind.HLT, guest.run(), "without it STI is #GP");
  }

  @Test
  void inRealModeTheFlagMeansNothing() {
    Guest guest = new Guest("pushf", "pop ax", "cli", "int 0x40").vector(0x40, 0x2000);
    guest.code(0x2000, "in al,0x10").cpu.rflags |= VM;
    assertEquals(Kind.IO, guest.run());
    assertEquals(2, guest.ax());
  }

  @Test
  void withTsdTheTimeStampIsForLevel0() {
    List<String> lines = new ArrayList<>(List.of("mov eax,4", "mov cr4,eax", "rdtsc"));
    lines.addAll(List.of(ProtectedGuest.user()));
    ProtectedGuest guest = new ProtectedGuest(lines.toArray(String[]::new));
    guest.code(0x2000, "rdtsc").handler(13, 0, "pop eax", "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x2000, guest.gpr(CpuState.RAX));
  }
}
