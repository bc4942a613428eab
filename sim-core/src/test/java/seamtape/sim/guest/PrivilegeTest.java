package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.sim.guest.GuestExit.Kind;

/** Code of privilege level 3 and its way in and out, through the guest's own GDT, IDT and TSS. */
class PrivilegeTest {
  private static final int USER_CODE = 0x1b;
  private static final int USER_DATA = 0x23;

  /** Flat segments of both levels and a TSS at 0x5000, whose stack of level 0 ends at 0x7000. */
  private static final String[] ENTER = {
    "cli",
    "lgdt [gdtr]",
    "lidt [idtr]",
    "mov eax,cr0",
    "or al,1",
    "mov cr0,eax",
    "jmp 8:flat",
    "gdtr: dw 63",
    "dd gdt",
    "idtr: dw 0x7ff",
    "dd 0x3000",
    "gdt: dq 0,0x00cf9a000000ffff,0x00cf92000000ffff,0x00cffa000000ffff,0x00cff2000000ffff",
    "dq 0x0000890050000067,0,0x00affa000000ffff",
    "bits 32",
    "flat: mov eax,16",
    "mov ds,ax",
    "mov es,ax",
    "mov ss,ax",
    "mov esp,0x8000",
    "mov dword [0x5004],0x7000",
    "mov dword [0x5008],16",
    "mov word [0x5066],0x68",
    "mov eax,0x28",
    "ltr ax",
  };

  /** IRET to 0x2000 at level 3, with its stack at 0x9000. */
  private static final String[] LEAVE = {
    "push dword 0x23",
    "push dword 0x9000",
    "push dword 0x202",
    "push dword 0x1b",
    "push dword 0x2000",
    "iret"
  };

  private static Guest guest(String... user) {
    List<String> lines = new ArrayList<>(List.of(ENTER));
    lines.addAll(List.of(LEAVE));
    Guest guest = new Guest(lines.toArray(String[]::new));
    List<String> code = new ArrayList<>(List.of("bits 32"));
    code.addAll(List.of(user));
    return guest.code(0x2000, code.toArray(String[]::new));
  }

  /** A 32-bit interrupt gate of the IDT at 0x3000, and its handler in code of level 0. */
  private static Guest gate(Guest guest, int vector, int dpl, String... handler) {
    int offset = 0xc000 + 0x20 * vector;
    guest.code(0x3000 + 8 * vector, "dw " + offset + ",8," + (0x8e00 | dpl << 13) + ",0");
    List<String> code = new ArrayList<>(List.of("bits 32"));
    code.addAll(List.of(handler));
    return guest.code(offset, code.toArray(String[]::new));
  }

  private static long stack(Guest guest, int at) {
    return guest.word(at) | guest.word(at + 2) << 16;
  }

  @Test
  void iretGoesToLevel3AndTakesInnerDataSegmentsAway() {
    Guest guest = gate(guest("hlt"), 13, 0, "mov bx,ds", "hlt");
    assertEquals(Kind.HLT, guest.run(), "HLT of level 3 is #GP");
    assertEquals(0, guest.cpu.gpr[CpuState.RBX] & 0xffff, "DS of level 0 is null");
    assertEquals(0, guest.cpu.cpl());
  }

  @Test
  void aFaultOfLevel3SwitchesToTheStackOfTheTssAndSavesTheOldOne() {
    Guest guest = gate(guest("mov eax,0x44", "mov fs,ax"), 13, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x7000 - 24, guest.cpu.gpr[CpuState.RSP]);
    assertEquals(0x44, stack(guest, 0x7000 - 24), "error code");
    assertEquals(0x2005, stack(guest, 0x7000 - 20), "EIP");
    assertEquals(USER_CODE, stack(guest, 0x7000 - 16));
    assertEquals(0x10202, stack(guest, 0x7000 - 12), "EFLAGS with RF");
    assertEquals(0x9000, stack(guest, 0x7000 - 8));
    assertEquals(USER_DATA, stack(guest, 0x7000 - 4));
  }

  @Test
  void aSystemCallThroughAGateOfLevel3ReturnsBehindItsInstruction() {
    Guest guest = guest("int 0x40", "mov ebx,7", "int 0x41");
    gate(guest, 0x40, 3, "mov ecx,9", "iret");
    gate(guest, 0x41, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(7, guest.cpu.gpr[CpuState.RBX]);
    assertEquals(9, guest.cpu.gpr[CpuState.RCX]);
    assertEquals(0x9000, stack(guest, 0x7000 - 8), "the user's stack is as it was");
  }

  @Test
  void anIntThroughAGateOfLevel0IsGpWithTheGatesNumber() {
    Guest guest = gate(gate(guest("int 0x40"), 0x40, 0, "hlt"), 13, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x40 * 8 + 2, stack(guest, 0x7000 - 24));
  }

  @Test
  void anInterruptGoesInThroughAGateOfLevel0() {
    Guest guest = gate(guest("nop", "jmp $"), 0x30, 0, "hlt");
    guest.interpreter.run(60);
    assertEquals(3, guest.cpu.cpl());
    guest.cpu.interruptInjected = true;
    guest.cpu.interruptVector = 0x30;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.cpu.cpl());
    assertEquals(0x202, stack(guest, 0x7000 - 12), "no RF for an interrupt");
  }

  @ParameterizedTest
  @CsvSource({
    "8, 16, the stack lies beyond the TSS",
    "0x67, 0, a null selector",
    "0x67, 0x23, a stack of level 3",
    "0x67, 8, code is no stack"
  })
  void withoutAStackInTheTssNothingCanBeDelivered(int limit, int selector, String why) {
    Guest guest = gate(gate(guest("ud2"), 6, 0, "hlt"), 10, 0, "hlt");
    guest.interpreter.run(23);
    guest.cpu.tr.limit = limit;
    guest.bus.write(0x5008, (byte) selector, (byte) 0);
    // #TS finds no stack either: #DF, then shutdown.
    assertEquals(Kind.SHUTDOWN, guest.run(), why);
  }

  @Test
  void invalidTssHasTheSelectorAndTheExternalBitAsErrorCode() {
    Guest guest = gate(guest("ud2"), 6, 0, "hlt");
    // Vector 10 goes to code of level 3, which needs no other stack.
    guest.code(0x3000 + 8 * 10, "dw 0x2800,0x1b,0x8e00,0");
    guest.code(0x2800, "bits 32", "pop eax", "jmp $");
    gate(guest, 13, 0, "hlt");
    guest.interpreter.run(23);
    guest.bus.write(0x5008, (byte) 8, (byte) 0);
    guest.interpreter.run(4);
    assertEquals(9, guest.cpu.gpr[CpuState.RAX]);
  }

  @Test
  void theIoBitmapOfTheTssDecidesWhichPortsLevel3MayUse() {
    Guest guest = gate(guest("out 0x10,al", "out 0x11,al"), 13, 0, "hlt");
    guest.interpreter.run(23);
    guest.bus.write(0x5068, (byte) 0xff, (byte) 0xff, (byte) 0xfe, (byte) 0xff);
    guest.cpu.tr.limit = 0x6c;
    assertEquals(Kind.IO, guest.run());
    assertEquals(0x10, guest.exit.port);
    assertEquals(Kind.HLT, guest.run(), "port 0x11 is #GP");
  }

  @Test
  void retfGoesToLevel3Too() {
    List<String> lines = new ArrayList<>(List.of(ENTER));
    lines.addAll(
        List.of("push dword 0x23", "push dword 0x9000", "push dword 0x1b", "push dword 0x2000"));
    lines.add("retf");
    Guest guest = new Guest(lines.toArray(String[]::new));
    guest.code(0x2000, "bits 32", "mov bx,cs", "push ebx", "int 0x40");
    gate(guest, 0x40, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(USER_CODE, guest.cpu.gpr[CpuState.RBX] & 0xffff);
    assertEquals(0x8ffc, stack(guest, 0x7000 - 8));
  }

  @Test
  void level3ChangesNeitherIoplNorTheInterruptFlag() {
    Guest guest = guest("push dword 0x3000", "popf", "pushf", "pop eax", "int 0x40");
    gate(guest, 0x40, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x202, guest.cpu.gpr[CpuState.RAX]);
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

  @ParameterizedTest
  @CsvSource({
    "mov eax|[0x6000], 5, 0x6000",
    "mov [0x6000]|eax, 7, 0x6000",
    "jmp 0x6000, 5, 0x6000",
    "mov eax|[0x10000], 4, 0x10000"
  })
  void pagesOfTheSupervisorAreNotForLevel3(String instruction, int code, String address) {
    List<String> lines = new ArrayList<>(List.of(ENTER));
    lines.addAll(List.of(PAGES));
    lines.addAll(List.of(LEAVE));
    Guest guest = new Guest(lines.toArray(String[]::new));
    guest.code(0x2000, "bits 32", "mov ax,0x23", "mov ds,ax", instruction.replace('|', ','));
    gate(guest, 14, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(code, stack(guest, 0x7000 - 24));
    assertEquals(Long.decode(address), guest.cpu.cr2);
  }

  @Test
  void theStackThatATssNamesIsWrittenWithTheRightsOfTheSupervisor() {
    List<String> lines = new ArrayList<>(List.of(ENTER));
    lines.addAll(List.of(PAGES));
    lines.addAll(List.of(LEAVE));
    Guest guest = new Guest(lines.toArray(String[]::new));
    guest.code(0x2000, "bits 32", "push eax", "ud2");
    gate(guest, 6, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertTrue(guest.cpu.gpr[CpuState.RSP] < 0x7000);
  }
}
