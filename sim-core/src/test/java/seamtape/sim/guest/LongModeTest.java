package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.sim.guest.GuestExit.Kind;

/** Events in long mode: gates of 16 bytes, the stacks of the TSS, the interrupt stack table. */
class LongModeTest {
  private static final int HANDLER = 0xc000;
  private static final int TSS = 0x5000;

  /** 64-bit code of level 0 or 3 at 0x1000; the first 2 MiB are everybody's. */
  private static Guest guest(int level, String... lines) {
    String[] code = new String[lines.length + 1];
    code[0] = "bits 64";
    System.arraycopy(lines, 0, code, 1, lines.length);
    Guest guest = new Guest(code);
    guest.code(0xa000, "dq 0xb007").code(0xb000, "dq 0xd007").code(0xd000, "dq 0x87");
    guest.code(
        0x2000, "dq 0,0x00af9a000000ffff,0x00cf92000000ffff,0x00affa000000ffff,0x00cff2000000ffff");
    // RSP0 at 0x7000, IST1 at 0x6808, which is aligned down to 0x6800.
    guest.code(TSS, "dd 0", "dq 0x7000").code(TSS + 0x24, "dq 0x6808");
    CpuState cpu = guest.cpu;
    cpu.cr0 = 0x8000_0011L;
    cpu.cr3 = 0xa000;
    cpu.cr4 = CpuState.CR4_PAE;
    cpu.efer = CpuState.EFER_LME | CpuState.EFER_LMA;
    cpu.gdtBase = 0x2000;
    cpu.gdtLimit = 39;
    cpu.idtBase = 0x3000;
    cpu.idtLimit = 0xfff;
    cpu.tr.base = TSS;
    cpu.tr.selector = 0x28;
    cpu.tr.limit = 0x67;
    segment(cpu.segments[CpuState.CS], level == 0 ? 8 : 0x1b, 11, level);
    segment(cpu.segments[CpuState.SS], level == 0 ? 16 : 0x23, 3, level);
    cpu.segments[CpuState.CS].l = true;
    cpu.rflags = 0x202;
    return guest;
  }

  private static void segment(Segment segment, int selector, int type, int level) {
    segment.selector = selector;
    segment.type = type;
    segment.dpl = level;
    segment.limit = 0xffff_ffffL;
  }

  private static Guest gate(Guest guest, int vector, int ist, int attributes, String... handler) {
    int offset = HANDLER + 0x20 * vector;
    guest.code(0x3000 + 16 * vector, "dw " + offset + ",8," + (ist | attributes << 8) + ",0,0,0");
    String[] code = new String[handler.length + 1];
    code[0] = "bits 64";
    System.arraycopy(handler, 0, code, 1, handler.length);
    return guest.code(offset, code);
  }

  private static long stack(Guest guest, int at) {
    return GuestMemory.assemble(guest.bus.read(at, 8), 0, 8);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0x8000, 16, the stack in use, aligned",
    "0, 1, 0x6800, 16, the interrupt stack table",
    "3, 0, 0x7000, 0, the stack of the TSS and a null selector",
    "3, 1, 0x6800, 0, the interrupt stack table and a null selector"
  })
  void aFaultGoesToTheRightStack(int level, int ist, String top, int ss, String why) {
    Guest guest = gate(guest(level, "mov eax,0x44", "mov fs,ax"), 13, ist, 0x8e, "hlt");
    guest.cpu.gpr[CpuState.RSP] = 0x8008;
    int sp = Integer.decode(top);
    assertEquals(Kind.HLT, guest.run(), why);
    assertEquals(sp - 48, guest.cpu.gpr[CpuState.RSP]);
    assertEquals(ss, guest.cpu.segments[CpuState.SS].selector);
    assertEquals(0, guest.cpu.cpl());
    long[] frame = {
      0x44, 0x1005, level == 0 ? 8 : 0x1b, 0x10202, 0x8008, level == 0 ? 16 : 0x23,
    };
    for (int i = 0; i < frame.length; i++) {
      assertEquals(frame[i], stack(guest, sp - 48 + 8 * i), "word " + i);
    }
  }

  @Test
  void iretGoesBackToLevel3WithItsStack() {
    Guest guest = guest(3, "int 0x40", "mov rbx,rsp", "mov cx,ss", "int 0x41");
    gate(guest, 0x40, 0, 0xee, "iretq");
    gate(guest, 0x41, 0, 0xee, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x8000, guest.cpu.gpr[CpuState.RBX]);
    assertEquals(0x23, guest.cpu.gpr[CpuState.RCX] & 0xffff);
  }

  @ParameterizedTest
  @CsvSource({
    "0x84, a gate of 16 bits is none in long mode",
    "0x0e, not present is #NP",
  })
  void aBadGateNamesItsVector(String attributes, String why) {
    Guest guest = gate(guest(0, "ud2"), 6, 0, Integer.decode(attributes), "hlt");
    gate(guest, 13, 0, 0x8e, "pop rax", "hlt");
    gate(guest, 11, 0, 0x8e, "pop rax", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(6 * 8 + 3, guest.cpu.gpr[CpuState.RAX], why);
  }

  @Test
  void aNonCanonicalStackIsAStackFault() {
    Guest guest = gate(guest(3, "int 0x40"), 0x40, 0, 0xee, "hlt");
    gate(guest, 12, 1, 0x8e, "pop rax", "hlt");
    guest.code(TSS + 4, "dq 0x8000000000000000");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.cpu.gpr[CpuState.RAX]);
  }

  @Test
  void anInnerStackBeyondTheTssIsInvalidTss() {
    Guest guest = gate(guest(3, "int 0x40"), 0x40, 1, 0xee, "hlt");
    gate(guest, 10, 0, 0x8e, "pop rax", "hlt");
    guest.cpu.tr.limit = 0x2a;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x28, guest.cpu.gpr[CpuState.RAX], "the selector of the TSS");
  }

  @Test
  void smepKeepsTheSupervisorFromCodeOfUsers() {
    Guest guest = gate(guest(0, "nop"), 14, 0, 0x8e, "hlt");
    guest.cpu.cr4 |= 1 << 20;
    assertEquals(Kind.SHUTDOWN, guest.run(), "its own code, and the handler's");
    assertEquals(HANDLER, guest.cpu.cr2 & -0x1000);
  }

  @ParameterizedTest
  @CsvSource({"0x202, SHUTDOWN", "0x40202, HLT"})
  void smapKeepsTheSupervisorFromDataOfUsersUnlessAcIsSet(String flags, Kind end) {
    Guest guest = guest(0, "mov rax,[0x6000]", "hlt");
    guest.cpu.cr4 |= 1 << 21;
    guest.cpu.rflags = Long.decode(flags);
    assertEquals(end, guest.run());
  }

  /** CALL FAR or JMP FAR through the pointer at 0x6000, which names the gate at 0x28 of the GDT. */
  private static Guest callGate(int level, String gate, String code, String... rest) {
    String[] lines = new String[rest.length + 1];
    lines[0] = "db 0xff," + code + ",0x25,0,0x60,0,0";
    System.arraycopy(rest, 0, lines, 1, rest.length);
    Guest guest = gate(guest(level, lines), 13, 0, 0x8e, "pop rax", "hlt");
    guest.code(0x6000, "dd 0x12345678", "dw 0x28").code(0x2028, "dq " + gate);
    guest.code(HANDLER, "bits 64", "mov rcx,rsp", "hlt");
    guest.cpu.gdtLimit = 0x37;
    return guest;
  }

  private static final String CALL = "0x1c";
  private static final String JUMP = "0x2c";

  @Test
  void aCallGateOfAnInnerLevelTakesTheStackOfTheTssAndANullSelector() {
    Guest guest = callGate(3, "0x0000ec000008c000,0", CALL);
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x7000 - 32, guest.cpu.gpr[CpuState.RCX]);
    assertEquals(0, guest.cpu.segments[CpuState.SS].selector);
    long[] frame = {0x1007, 0x1b, 0x8000, 0x23};
    for (int i = 0; i < frame.length; i++) {
      assertEquals(frame[i], stack(guest, 0x7000 - 32 + 8 * i), "word " + i);
    }
  }

  @Test
  void aCallGateOfTheSameLevelPushesTwoWordsAndAlignsNothing() {
    Guest guest = callGate(0, "0x0000ec000008c000,0", CALL);
    guest.cpu.gpr[CpuState.RSP] = 0x7ff8;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x7fe8, guest.cpu.gpr[CpuState.RCX]);
    assertEquals(8, stack(guest, 0x7ff0));
    guest = callGate(0, "0x0000ec000008c000,0", JUMP);
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x8000, guest.cpu.gpr[CpuState.RCX], "a jump pushes nothing");
  }

  @Test
  void aRetfOf64BitsReturnsFromACallGate() {
    Guest guest = callGate(3, "0x0000ec000008c000,0", CALL, "mov rbx,rsp", "int 0x40");
    guest.code(HANDLER, "bits 64", "db 0x48", "retf");
    gate(guest, 0x40, 0, 0xee, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x8000, guest.cpu.gpr[CpuState.RBX]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0x0000ec000010c000,0; 0x10; it names data",
        "0x0000ec000008c000,0x0000010000000000; 0x28; the upper half has a type",
        "0x0000e4000008c000,0; 0x28; there are no 16-bit gates",
        "0x0000e50000280000,0; 0x28; there are no task gates",
        "0x0000890050000067,0; 0x28; there are no task switches",
        "0x00008b0050000067,0; 0x28; nor to a busy one",
      })
  void whatLongModeHasNoGatesOfIsGp(String gate, String code, String why) {
    Guest guest = callGate(0, gate, CALL);
    assertEquals(Kind.HLT, guest.run(), why);
    assertEquals(Long.decode(code), guest.cpu.gpr[CpuState.RAX], why);
  }

  @Test
  void aGateWhoseUpperHalfLiesBeyondTheTableIsGp() {
    Guest guest = callGate(0, "0x0000ec000008c000,0", CALL);
    guest.cpu.gdtLimit = 0x2f;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x28, guest.cpu.gpr[CpuState.RAX]);
  }

  @Test
  void iretOfANestedTaskIsGp() {
    Guest guest = gate(guest(0, "iret"), 13, 0, 0x8e, "pop rax", "hlt");
    guest.cpu.rflags |= CpuState.NT;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.cpu.gpr[CpuState.RAX]);
  }
}
