package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import seamtape.sim.guest.GuestExit.Kind;

class ProtectedModeTest {
  @Test
  void switchesToFlatCode() {
    ProtectedGuest guest =
        new ProtectedGuest(
            "mov ebx,0x9000", "mov dword [ebx],0x12345678", "push dword [ebx]", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x5678, guest.guest.word(0x7ffc));
    assertEquals(8, guest.cpu.segments[CpuState.CS].selector);
    assertEquals(0xffff_ffffL, guest.cpu.segments[CpuState.DS].limit);
  }

  @Test
  void deliversFaultsWithAnErrorCodeThroughTheIdt() {
    ProtectedGuest guest = new ProtectedGuest("mov eax,0x44", "mov fs,ax", "hlt");
    guest.handler(13, 0, "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x44, guest.gpr(CpuState.RAX));
  }

  @Test
  void returnsFromAnInterrupt() {
    ProtectedGuest guest = new ProtectedGuest("int 5", "mov ebx,7", "hlt");
    guest.handler(5, 0, "mov ecx,9", "iret");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(7, guest.gpr(CpuState.RBX));
    assertEquals(9, guest.gpr(CpuState.RCX));
    assertEquals(0x8000, guest.gpr(CpuState.RSP));
  }

  @Test
  void shutsDownOnATripleFault() {
    assertEquals(Kind.SHUTDOWN, new ProtectedGuest("ud2").run());
  }

  @Test
  void translatesThroughPageTables() {
    ProtectedGuest guest =
        new ProtectedGuest(
            "mov dword [0xa000],0xb003",
            "mov dword [0xb004],0x1003",
            "mov dword [0xb020],0x9003",
            "mov dword [0x9000],0x4711",
            "mov eax,0xa000",
            "mov cr3,eax",
            "mov eax,cr0",
            "or eax,0x80000000",
            "mov cr0,eax",
            "mov ebx,[0x8000]",
            "mov ebx,[0x7000]",
            "hlt");
    guest.gate(14, 0x8e00, 8, 0x1f00).dword(0xb00c, 0x3003).dword(0xb010, 0x4003);
    assertEquals(Kind.SHUTDOWN, guest.run(), "the page of the stack is not mapped");
    assertEquals(0x4711, guest.gpr(CpuState.RBX));
    assertEquals(0x7ffcL, guest.cpu.cr2);
    assertEquals(0x23, guest.guest.bus.read(0xb020, 1)[0], "accessed");
  }

  @Test
  void entersLongMode() {
    ProtectedGuest guest =
        new ProtectedGuest(
            "mov dword [0xa000],0xb003",
            "mov dword [0xb000],0xd003",
            "mov dword [0xd000],0x83",
            "mov eax,0xa000",
            "mov cr3,eax",
            "mov eax,0x20",
            "mov cr4,eax",
            "mov ecx,0xc0000080",
            "mov eax,0x100",
            "wrmsr",
            "mov eax,cr0",
            "or eax,0x80000000",
            "mov cr0,eax",
            "jmp 0x38:long",
            "bits 64",
            "long: mov rax,0x123456789abcdef0",
            "push rax",
            "mov r9,[rsp]",
            "lea r10,[rel long]",
            "hlt");
    guest.descriptor(ProtectedGuest.FREE, 0x00af_9a00_0000_ffffL);
    guest.guest.bus.msrAnswer = GuestBus.Answer.EXIT;
    assertEquals(Kind.WRMSR, guest.run());
    assertEquals(0xc000_0080, guest.guest.exit.msrIndex);
    guest.cpu.efer = guest.guest.exit.msrData;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x1234_5678_9abc_def0L, guest.gpr(9));
    assertEquals(CpuState.EFER_LME | CpuState.EFER_LMA, guest.cpu.efer);
    assertEquals(0x7ff8, guest.gpr(CpuState.RSP));
  }
}
