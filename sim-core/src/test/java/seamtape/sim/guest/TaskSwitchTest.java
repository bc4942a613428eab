package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.guest.ProtectedGuest.FREE;
import static seamtape.sim.guest.ProtectedGuest.OTHER_SELECTOR;
import static seamtape.sim.guest.ProtectedGuest.OTHER_TSS;
import static seamtape.sim.guest.ProtectedGuest.TSS;
import static seamtape.sim.guest.ProtectedGuest.TSS_SELECTOR;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.sim.guest.GuestExit.Kind;

/** Hardware task switches of guest code: emulator_do_task_switch, through the guest's tables. */
class TaskSwitchTest {
  private static final int BUSY_BYTE_OF_CURRENT = ProtectedGuest.GDT + TSS_SELECTOR + 5;
  private static final int BUSY_BYTE_OF_OTHER = ProtectedGuest.GDT + OTHER_SELECTOR + 5;

  private static boolean busy(ProtectedGuest guest, int at) {
    return (guest.guest.word(at) & 2) != 0;
  }

  @Test
  void aJumpToATssSavesThisTaskAndLoadsThatOne() {
    ProtectedGuest guest =
        new ProtectedGuest("mov ebx,0x11223344", "mov edi,7", "jmp 0x30:0", "back: hlt");
    guest.otherTask(8, 16, 0x1002).dword(OTHER_TSS + 0x34, 0x55);
    guest.code(0x2000, "mov eax,cr0", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x55, guest.gpr(CpuState.RBX));
    assertEquals(0xa000, guest.gpr(CpuState.RSP));
    assertEquals(0x11223344, guest.dword(TSS + 0x34));
    assertEquals(7, guest.dword(TSS + 0x44));
    assertEquals(0x8000, guest.dword(TSS + 0x38));
    assertEquals(8, guest.dword(TSS + 0x4c));
    assertEquals(16, guest.dword(TSS + 0x50));
    assertEquals(OTHER_SELECTOR, guest.cpu.tr.selector);
    assertEquals(OTHER_TSS, guest.cpu.tr.base);
    assertFalse(busy(guest, BUSY_BYTE_OF_CURRENT), "the old task is free");
    assertTrue(busy(guest, BUSY_BYTE_OF_OTHER));
    assertEquals(0x1002, guest.cpu.rflags, "no NT");
    assertEquals(8, guest.gpr(CpuState.RAX) & 8, "CR0.TS");
    assertEquals(0, guest.dword(OTHER_TSS) & 0xffff, "no link");
  }

  @Test
  void aCalledTaskReturnsByIretWithNt() {
    ProtectedGuest guest =
        new ProtectedGuest("clts", "mov ebx,1", "call 0x30:0", "inc ebx", "mov ecx,cr0", "hlt");
    guest.otherTask(8, 16, 2);
    guest.code(0x2000, "pushf", "pop dword [0x9000]", "mov ebx,0x77", "iret", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(2, guest.gpr(CpuState.RBX), "this task's EBX, behind the call");
    assertEquals(0x4002, guest.dword(0x9000), "NT in the nested task");
    assertEquals(TSS_SELECTOR, guest.dword(OTHER_TSS) & 0xffff, "the link");
    assertEquals(0x77, guest.dword(OTHER_TSS + 0x34));
    assertEquals(2, guest.dword(OTHER_TSS + 0x24), "saved without NT");
    assertTrue(busy(guest, BUSY_BYTE_OF_CURRENT));
    assertFalse(busy(guest, BUSY_BYTE_OF_OTHER));
    assertEquals(8, guest.gpr(CpuState.RCX) & 8, "CR0.TS");
    assertEquals(TSS_SELECTOR, guest.cpu.tr.selector);
  }

  @Test
  void aTaskThatIsEnteredAgainGoesOnBehindItsIret() {
    ProtectedGuest guest = new ProtectedGuest("call 0x30:0", "call 0x30:0", "hlt");
    guest.otherTask(8, 16, 2);
    guest.code(0x2000, "inc ebx", "iret", "add ebx,16", "mov [0x9000],ebx", "iret");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(17, guest.dword(0x9000));
  }

  @Test
  void aFarJumpThroughATaskGateGoesToItsTssToo() {
    ProtectedGuest guest = new ProtectedGuest("jmp 0x38:0x1234");
    guest.descriptor(FREE, 0x0000_8500_0030_0000L).otherTask(8, 16, 2).code(0x2000, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(OTHER_SELECTOR, guest.cpu.tr.selector);
  }

  @Test
  void anInterruptThroughATaskGateRunsTheTaskAndIretComesBack() {
    ProtectedGuest guest = new ProtectedGuest("mov ebx,5", "int 0x40", "inc ebx", "hlt");
    guest.gate(0x40, 0x8500, OTHER_SELECTOR, 0).otherTask(8, 16, 2);
    guest.code(0x2000, "mov ecx,esp", "mov [0x9000],ecx", "iret");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(6, guest.gpr(CpuState.RBX));
    assertEquals(0xa000, guest.dword(0x9000), "no error code");
  }

  @Test
  void aFaultThroughATaskGatePushesItsErrorCodeOnTheNewStack() {
    ProtectedGuest guest = new ProtectedGuest("mov eax,0x44c", "mov fs,ax", "hlt");
    guest.gate(13, 0x8500, OTHER_SELECTOR, 0).otherTask(8, 16, 2);
    guest.code(0x2000, "pop edx", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x44c, guest.gpr(CpuState.RDX));
    assertEquals(0xa000, guest.gpr(CpuState.RSP));
    long faulting = guest.dword(TSS + 0x20);
    assertEquals(0x8e, guest.guest.word((int) faulting) & 0xff, "EIP of the MOV to FS");
  }

  @Test
  void aDoubleFaultHasATaskOfItsOwnWithAStackThatWorks() {
    ProtectedGuest guest = new ProtectedGuest("mov esp,0x20000", "push eax", "hlt");
    guest.guest.cpu.gpr[CpuState.RAX] = 0;
    guest.gate(8, 0x8500, OTHER_SELECTOR, 0).otherTask(8, 16, 2);
    guest.code(0x2000, "pop edx", "hlt");
    // The stack segment ends below ESP, and #SS has no gate: #DF.
    guest.descriptor(0x10, 0x0040_9200_0000_ffffL);
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.gpr(CpuState.RDX));
    assertEquals(OTHER_SELECTOR, guest.cpu.tr.selector);
  }

  @Test
  void a16BitTssHas16BitRegistersAndNoFsAndGs() {
    ProtectedGuest guest =
        new ProtectedGuest("mov eax,16", "mov fs,ax", "mov ebx,0x11112222", "call 0x38:0", "hlt");
    guest.descriptor(FREE, 0x0000_8100_5800_002bL);
    guest.word(0x580e, 0x2000).word(0x5810, 2).word(0x5818, 0x4321).word(0x581a, 0xa000);
    guest.word(0x5822, 16).word(0x5824, 8).word(0x5826, 16).word(0x5828, 16);
    guest.code(0x2000, "mov [0x9000],ebx", "mov word [0x9004],fs", "iret");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x4321, guest.dword(0x9000));
    assertEquals(16, guest.dword(0x9004));
    assertEquals(0x11112222, guest.gpr(CpuState.RBX), "the 32-bit task has all 32 bits back");
    assertEquals(TSS_SELECTOR, guest.guest.word(0x5800));
    assertEquals(0x4321, guest.guest.word(0x5818));
  }

  @Test
  void aTaskMayBeOfLevel3() {
    ProtectedGuest guest = new ProtectedGuest("jmp 0x30:0");
    guest.otherTask(ProtectedGuest.USER_CODE, ProtectedGuest.USER_DATA, 0x202);
    guest.dword(OTHER_TSS + 4, 0x7800).dword(OTHER_TSS + 8, 16);
    guest.code(0x2000, "hlt").handler(13, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x7800 - 24, guest.gpr(CpuState.RSP), "#GP on the stack of its own TSS");
    assertEquals(ProtectedGuest.USER_CODE, guest.dword(0x7800 - 16));
  }

  @Test
  void aTaskMayRunInVirtual8086Mode() {
    ProtectedGuest guest = new ProtectedGuest("jmp 0x30:0");
    guest.otherTask(0x200, 0x900, 0x2_3002);
    guest.dword(OTHER_TSS + 0x20, 0).dword(OTHER_TSS + 0x38, 0x100);
    guest.dword(OTHER_TSS + 4, 0x7800).dword(OTHER_TSS + 8, 16);
    guest.guest.code(0x2000, "mov [0],ax", "push cs", "hlt");
    guest.handler(13, 0, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x200, guest.guest.word(0x90fe));
    assertEquals(0x2_0000, guest.dword(0x7800 - 28) & 0x2_0000, "EFLAGS.VM saved");
  }

  @Test
  void localBreakpointsEndWithTheTask() {
    ProtectedGuest guest = new ProtectedGuest("mov eax,0x703", "mov dr7,eax", "jmp 0x30:0");
    guest.otherTask(8, 16, 2).code(0x2000, "mov eax,dr7", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x602, guest.gpr(CpuState.RAX), "L0 and LE are gone, G0 and GE stay");
  }

  @Test
  void theNewTaskHasItsOwnPagesAndLocalTable() {
    ProtectedGuest guest = new ProtectedGuest("jmp 0x30:0");
    guest.otherTask(8, 16, 2).dword(OTHER_TSS + 0x1c, 0xe000).dword(OTHER_TSS + 0x60, FREE);
    guest.descriptor(FREE, 0x0000_8200_6000_000fL);
    guest.dword(OTHER_TSS + 0x58, 0xc);
    guest.dword(0x6008, 0x9000_ffff).dword(0x600c, 0x0040_9200);
    guest.code(0x2000, "mov eax,cr3", "mov ebx,fs", "sldt cx", "mov dword [fs:4],0x4711", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0xe000, guest.gpr(CpuState.RAX));
    assertEquals(0xc, guest.gpr(CpuState.RBX));
    assertEquals(FREE, guest.gpr(CpuState.RCX) & 0xffff);
    assertEquals(0x4711, guest.dword(0x9004));
  }

  /** Vector, error code and what is wrong; the fault is met before the switch. */
  @ParameterizedTest
  @CsvSource({
    "0x0000090054000067, jmp 0x30:0, 11, 0x30, not present",
    "0x00008b0054000067, jmp 0x30:0, 13, 0x30, busy",
    "0x0000890054000066, jmp 0x30:0, 10, 0x30, too short",
    "0x000081005400002a, call 0x30:0, 10, 0x30, a 16-bit one too short",
    "0x0000820054000067, call 0x30:0, 13, 0x30, a local table",
    "0x0000890054000067, jmp 0x80:0, 13, 0x80, beyond the table",
    "0x0000850000040000, jmp 0x30:0, 13, 4, the gate names the local table",
    "0x0000850000180000, jmp 0x30:0, 13, 0x18, the gate names code",
    "0x0000050000300000, jmp 0x30:0, 11, 0x30, the gate is not present",
  })
  void whatIsNoTssIsRefusedBeforeTheSwitch(
      String descriptor, String jump, int vector, String code, String why) {
    ProtectedGuest guest = new ProtectedGuest(jump, "hlt");
    guest.descriptor(OTHER_SELECTOR, Long.decode(descriptor)).otherTask(8, 16, 2);
    guest.handler(vector, 0, "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run(), why);
    assertEquals(Long.decode(code), guest.gpr(CpuState.RAX), why);
    assertEquals(TSS_SELECTOR, guest.cpu.tr.selector, why);
  }

  /** The fault is delivered in the new task: its EIP, its stack, its TSS. */
  @ParameterizedTest
  @CsvSource({
    "0x4c, 0, 10, 0, no CS",
    "0x4c, 16, 10, 16, CS is data",
    "0x50, 0x1b, 10, 0x18, SS is code",
    "0x54, 0x70, 11, 0x70, DS is not present",
    "0x48, 0x78, 10, 0x78, ES is code that cannot be read",
    "0x60, 8, 10, 8, the local table is code",
    "0x60, 0x14, 10, 0x14, the local table lies in one",
  })
  void aSegmentThatDoesNotFitIsInvalidTssInTheNewTask(
      String at, String selector, int vector, String code, String why) {
    ProtectedGuest guest = new ProtectedGuest("jmp 0x30:0");
    guest.otherTask(8, 16, 2).dword(OTHER_TSS + Integer.decode(at), Integer.decode(selector));
    guest.descriptor(0x70, 0x0040_1200_0000_ffffL).descriptor(0x78, 0x0040_9800_0000_ffffL);
    // A task of its own, as the new one may have no stack to take the fault on.
    guest.gate(vector, 0x8500, FREE, 0).descriptor(FREE, 0x0000_8900_5600_0067L);
    guest.dword(0x5620, 0x2800).dword(0x5624, 2).dword(0x5638, 0xb000);
    guest.dword(0x564c, 8).dword(0x5650, 16).dword(0x5654, 16).dword(0x5648, 16);
    guest.code(0x2800, "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run(), why);
    assertEquals(Long.decode(code) | 1, guest.gpr(CpuState.RAX) | 1, why);
    assertEquals(OTHER_SELECTOR, guest.dword(0x5600) & 0xffff, why);
    assertEquals(0x2000, guest.dword(OTHER_TSS + 0x20), "EIP of the new task's first instruction");
  }

  @ParameterizedTest
  @CsvSource({
    "0x34, 0x34, the local table",
    "0x30, 0x30, a task that is not busy",
    "0x80, 0x80, beyond the table"
  })
  void aLinkThatIsNoBusyTaskIsInvalidTss(String link, String code, String why) {
    ProtectedGuest guest =
        new ProtectedGuest("pushf", "or dword [esp],0x4000", "popf", "iret", "hlt");
    guest.word(TSS, Integer.decode(link)).otherTask(8, 16, 2).handler(10, 0, "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run(), why);
    assertEquals(Long.decode(code), guest.gpr(CpuState.RAX), why);
  }

  @Test
  void level3ReachesATaskOnlyThroughAGateOfLevel3() {
    ProtectedGuest guest = new ProtectedGuest(ProtectedGuest.user());
    guest.otherTask(8, 16, 2).handler(13, 0, "pop eax", "hlt").code(0x2000, "call 0x30:0");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(OTHER_SELECTOR, guest.gpr(CpuState.RAX));

    guest = new ProtectedGuest(ProtectedGuest.user());
    guest.descriptor(FREE, 0x0000_e500_0030_0000L).otherTask(8, 16, 2);
    guest.code(0x2000, "call 0x38:0", "mov ebx,3", "int 0x41").handler(0x41, 3, "hlt");
    // The called task goes back to level 3 at once.
    guest.dword(OTHER_TSS + 0x20, 0x2800).code(0x2800, "iret");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(3, guest.gpr(CpuState.RBX));
  }

  @Test
  void anIntOfLevel3ThroughATaskGateOfLevel0IsGpWithTheGatesNumber() {
    ProtectedGuest guest = new ProtectedGuest(ProtectedGuest.user());
    guest.gate(0x40, 0x8500, OTHER_SELECTOR, 0).otherTask(8, 16, 2);
    guest.handler(13, 0, "pop eax", "hlt").code(0x2000, "int 0x40");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x40 * 8 + 2, guest.gpr(CpuState.RAX));
  }

  @Test
  void aTssThatNoMemoryBacksCannotBeEmulated() {
    ProtectedGuest guest = new ProtectedGuest("jmp 0x38:0");
    guest.descriptor(FREE, 0x0000_8910_0000_0067L);
    assertEquals(Kind.INTERNAL_ERROR, guest.run());
    assertEquals(GuestExit.INTERNAL_ERROR_EMULATION, guest.guest.exit.suberror);
  }
}
