package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import seamtape.sim.guest.GuestExit.Kind;

class ProtectedModeTest {
  private static final String[] ENTER = {
    "cli",
    "lgdt [gdtr]",
    "lidt [idtr]",
    "mov eax,cr0",
    "or al,1",
    "mov cr0,eax",
    "jmp 8:flat",
    "gdtr: dw 31",
    "dd gdt",
    "idtr: dw 0x7f",
    "dd 0x3000",
    "gdt: dq 0,0x00cf9a000000ffff,0x00cf92000000ffff,0x00af9a000000ffff",
    "bits 32",
    "flat: mov eax,16",
    "mov ds,ax",
    "mov es,ax",
    "mov ss,ax",
    "mov esp,0x8000",
  };

  private static Guest guest(String... lines) {
    String[] all = new String[ENTER.length + lines.length];
    System.arraycopy(ENTER, 0, all, 0, ENTER.length);
    System.arraycopy(lines, 0, all, ENTER.length, lines.length);
    return new Guest(all);
  }

  /** A 32-bit interrupt gate of the IDT at 0x3000. */
  private static void gate(Guest guest, int vector, int offset) {
    guest.code(0x3000 + 8 * vector, "dw " + offset + ",8,0x8e00,0");
  }

  @Test
  void switchesToFlatCode() {
    Guest guest = guest("mov ebx,0x9000", "mov dword [ebx],0x12345678", "push dword [ebx]", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x5678, guest.word(0x7ffc));
    assertEquals(8, guest.cpu.segments[CpuState.CS].selector);
    assertEquals(0xffff_ffffL, guest.cpu.segments[CpuState.DS].limit);
  }

  @Test
  void deliversFaultsWithAnErrorCodeThroughTheIdt() {
    Guest guest = guest("mov eax,0x44", "mov fs,ax", "hlt");
    gate(guest, 13, 0x2000);
    guest.code(0x2000, "bits 32", "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x44, guest.cpu.gpr[CpuState.RAX]);
  }

  @Test
  void returnsFromAnInterrupt() {
    Guest guest = guest("int 5", "mov ebx,7", "hlt");
    gate(guest, 5, 0x2000);
    guest.code(0x2000, "bits 32", "mov ecx,9", "iret");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(7, guest.cpu.gpr[CpuState.RBX]);
    assertEquals(9, guest.cpu.gpr[CpuState.RCX]);
    assertEquals(0x8000, guest.cpu.gpr[CpuState.RSP]);
  }

  @Test
  void shutsDownOnATripleFault() {
    assertEquals(Kind.SHUTDOWN, guest("ud2").run());
  }

  @Test
  void translatesThroughPageTables() {
    Guest guest =
        guest(
            "mov dword [0x4000],0x5003",
            "mov dword [0x5004],0x1003",
            "mov dword [0x5020],0x9003",
            "mov dword [0x9000],0x4711",
            "mov eax,0x4000",
            "mov cr3,eax",
            "mov eax,cr0",
            "or eax,0x80000000",
            "mov cr0,eax",
            "mov ebx,[0x8000]",
            "mov ebx,[0x7000]",
            "hlt");
    gate(guest, 14, 0x1f00);
    guest.code(0x500c, "dd 0x3003");
    assertEquals(Kind.SHUTDOWN, guest.run(), "the page of the stack is not mapped");
    assertEquals(0x4711, guest.cpu.gpr[CpuState.RBX]);
    assertEquals(0x7ffcL, guest.cpu.cr2);
    assertEquals(0x23, guest.bus.read(0x5020, 1)[0], "accessed");
  }

  @Test
  void entersLongMode() {
    Guest guest =
        guest(
            "mov dword [0x4000],0x5003",
            "mov dword [0x5000],0x6003",
            "mov dword [0x6000],0x83",
            "mov eax,0x4000",
            "mov cr3,eax",
            "mov eax,0x20",
            "mov cr4,eax",
            "mov ecx,0xc0000080",
            "mov eax,0x100",
            "wrmsr",
            "mov eax,cr0",
            "or eax,0x80000000",
            "mov cr0,eax",
            "jmp 24:long",
            "bits 64",
            "long: mov rax,0x123456789abcdef0",
            "push rax",
            "mov r9,[rsp]",
            "lea r10,[rel long]",
            "hlt");
    guest.bus.msrAnswer = GuestBus.Answer.EXIT;
    assertEquals(Kind.WRMSR, guest.run());
    assertEquals(0xc000_0080, guest.exit.msrIndex);
    guest.cpu.efer = guest.exit.msrData;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x1234_5678_9abc_def0L, guest.cpu.gpr[9]);
    assertEquals(CpuState.EFER_LME | CpuState.EFER_LMA, guest.cpu.efer);
    assertEquals(0x7ff8, guest.cpu.gpr[CpuState.RSP]);
  }
}
