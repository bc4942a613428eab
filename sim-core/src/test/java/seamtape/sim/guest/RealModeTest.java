package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import seamtape.sim.guest.GuestExit.Kind;

class RealModeTest {
  @Test
  void runsTheClassicMinimalGuest() {
    Guest guest =
        new Guest(
            "mov dx,0x3f8",
            "add al,bl",
            "add al,'0'",
            "out dx,al",
            "mov al,10",
            "out dx,al",
            "hlt");
    guest.cpu.gpr[CpuState.RAX] = 2;
    guest.cpu.gpr[CpuState.RBX] = 2;
    StringBuilder console = new StringBuilder();
    while (guest.run() == Kind.IO) {
      assertEquals(0x3f8, guest.exit.port);
      console.append((char) guest.exit.data[0]);
    }
    assertEquals(Kind.HLT, guest.exit.kind);
    assertEquals("4\n", console.toString());
  }

  @Test
  void startsAtTheResetVector() {
    CpuState cpu = new CpuState();
    cpu.reset(0x806f8);
    assertEquals(0xfff0, cpu.rip);
    assertEquals(0x806f8, cpu.gpr[CpuState.RDX]);
    assertEquals(0xffff_0000L, cpu.segments[CpuState.CS].base);
    Interpreter interpreter = new Interpreter(cpu, new TestBus());
    assertEquals(Kind.INTERNAL_ERROR, interpreter.run(10), "nothing is mapped there");
    assertEquals(GuestExit.INTERNAL_ERROR_EMULATION, interpreter.exit().suberror);
  }

  @Test
  void seesCodeThatItHasJustChanged() {
    Guest guest =
        new Guest("mov cx,2", "again: mov al,1", "mov byte [again+1],7", "loop again", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(7, guest.cpu.gpr[CpuState.RAX] & 0xff);
  }

  @Test
  void splitsAnMmioReadThatCrossesAPage() {
    Guest guest = new Guest("mov ax,0x2000", "mov ds,ax", "mov eax,[0xffe]", "hlt");
    assertEquals(Kind.MMIO, guest.run());
    assertEquals(0x20ffeL, guest.exit.gpa);
    assertEquals(2, guest.exit.length);
    assertEquals(0x1005, guest.cpu.rip, "the instruction is not complete");
    guest.exit.data[0] = 0x11;
    guest.exit.data[1] = 0x22;
    assertEquals(Kind.MMIO, guest.run());
    assertEquals(0x21000L, guest.exit.gpa);
    guest.exit.data[0] = 0x33;
    guest.exit.data[1] = 0x44;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x4433_2211L, guest.cpu.gpr[CpuState.RAX]);
  }

  @Test
  void readsThenWritesMmioInOneInstruction() {
    Guest guest = new Guest("mov ax,0x2000", "mov es,ax", "add word [es:4],5", "hlt");
    assertEquals(Kind.MMIO, guest.run());
    assertFalse(guest.exit.isWrite);
    guest.exit.data[0] = 1;
    guest.exit.data[1] = 0;
    assertEquals(Kind.MMIO, guest.run());
    assertTrue(guest.exit.isWrite);
    assertEquals(6, guest.exit.data[0]);
    assertEquals(0x100b, guest.cpu.rip, "the write is made when the instruction is complete");
    assertEquals(Kind.HLT, guest.run());
  }

  @Test
  void completesAnExitWithoutRunningOn() {
    Guest guest = new Guest("in al,0x60", "inc al", "hlt");
    assertEquals(Kind.IO, guest.run());
    guest.exit.data[0] = 0x41;
    assertEquals(Kind.NONE, guest.interpreter.complete());
    assertEquals(0x1002, guest.cpu.rip);
    assertEquals(0x41, guest.ax() & 0xff);
  }

  @Test
  void cutsRepInsAtThePageAndAtItsBuffer() {
    Guest guest = new Guest("mov di,0x2f00", "mov cx,1500", "mov dx,0x1f0", "rep insw", "hlt");
    int[] counts = {256, 512, 512, 220};
    for (int count : counts) {
      assertEquals(Kind.IO, guest.run());
      assertEquals(count, guest.exit.count);
      assertEquals(2, guest.exit.size);
    }
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x2f00 + 3000, guest.cpu.gpr[CpuState.RDI]);
  }

  @Test
  void makesOneExitOfEveryElementOfRepOuts() {
    Guest guest = new Guest("mov si,0x2000", "mov cx,3", "mov dx,0x3f8", "rep outsb", "hlt");
    guest.bus.write(0x2000, (byte) 'a', (byte) 'b', (byte) 'c');
    for (char c : "abc".toCharArray()) {
      assertEquals(Kind.IO, guest.run());
      assertEquals(c, guest.exit.data[0]);
      assertEquals(1, guest.exit.count);
      assertEquals(0x1009, guest.cpu.rip);
    }
    assertEquals(Kind.HLT, guest.run());
  }

  @Test
  void comparesStringsUntilTheyDiffer() {
    Guest guest = new Guest("mov si,0x2000", "mov di,0x2100", "mov cx,8", "repe cmpsb", "hlt");
    guest.bus.write(0x2003, (byte) 1);
    assertEquals(Kind.HLT, guest.run());
    assertEquals(4, guest.cpu.gpr[CpuState.RCX]);
    assertFalse(guest.cpu.flag(CpuState.ZF));
  }

  @Test
  void raisesGpWhenAnOperandLeavesTheSegment() {
    Guest guest = new Guest("mov ax,[0xffff]", "hlt").vector(13, 0x1100).code(0x1100, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x1101, guest.cpu.rip);
    assertEquals(0x1000, guest.word(0x7ffa), "a fault shows the instruction itself");
  }

  @Test
  void raisesUdForALockThatIsNotAllowed() {
    Guest guest = new Guest("db 0xf0,0x90").vector(6, 0x1100).code(0x1100, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x1101, guest.cpu.rip);
  }

  @Test
  void shutsDownWhenNothingCanBeDelivered() {
    Guest guest = new Guest("lidt [0x3000]", "ud2");
    assertEquals(Kind.SHUTDOWN, guest.run());
  }

  @Test
  void leavesWhatTheSubsetLacksToUserSpace() {
    Guest guest = new Guest("nop", "db 0xd9,0xe8", "hlt");
    assertEquals(Kind.INTERNAL_ERROR, guest.run());
    assertEquals(0x1001, guest.cpu.rip);
    assertEquals(15, guest.exit.instructionLength);
    assertEquals((byte) 0xd9, guest.exit.instruction[0]);
  }

  @Test
  void keepsInterruptsOutForOneInstructionAfterSti() {
    Guest guest = new Guest("sti", "hlt").vector(0x20, 0x1100).code(0x1100, "iret");
    guest.bus.interrupt = 0x20;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x20, guest.bus.interrupt, "HLT was in the shadow");
    assertEquals(Kind.INTERNAL_ERROR, guest.code(0x1002, "db 0xd9").run());
    assertEquals(-1, guest.bus.interrupt);
    assertEquals(0x1002, guest.word(0x7ffa));
  }

  @Test
  void stepsOneInstructionAtATime() {
    Guest guest = new Guest("mov ax,1", "inc ax", "hlt");
    guest.cpu.guestDebug = CpuState.GUESTDBG_ENABLE | CpuState.GUESTDBG_SINGLESTEP;
    assertEquals(Kind.DEBUG, guest.run());
    assertEquals(0x1003, guest.exit.pc);
    assertEquals(Kind.DEBUG, guest.run());
    assertEquals(2, guest.ax());
  }

  @Test
  void leavesAtABreakpointWhenUserSpaceDebugs() {
    Guest guest = new Guest("nop", "int3");
    guest.cpu.guestDebug = CpuState.GUESTDBG_ENABLE | CpuState.GUESTDBG_USE_SW_BP;
    assertEquals(Kind.DEBUG, guest.run());
    assertEquals(3, guest.exit.exception);
    assertEquals(0x1001, guest.exit.pc);
  }

  @Test
  void completesAHypercallWithTheResultOfUserSpace() {
    Guest guest = new Guest("mov eax,12", "vmcall", "hlt");
    guest.bus.hypercallAnswer = GuestBus.Answer.EXIT;
    assertEquals(Kind.HYPERCALL, guest.run());
    assertEquals(0x1006, guest.cpu.rip);
    guest.exit.result = 0x77;
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x77, guest.cpu.gpr[CpuState.RAX]);
  }

  @Test
  void countsTheInstructionsOfItsBudget() {
    Guest guest = new Guest("again: inc ax", "jmp again");
    assertEquals(Kind.BUDGET, guest.interpreter.run(1001));
    assertEquals(1001, guest.interpreter.executed());
    assertEquals(501, guest.ax());
  }
}
