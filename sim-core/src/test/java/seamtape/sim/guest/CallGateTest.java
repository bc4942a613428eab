package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.guest.ProtectedGuest.FREE;
import static seamtape.sim.guest.ProtectedGuest.USER_CODE;
import static seamtape.sim.guest.ProtectedGuest.USER_DATA;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.sim.guest.GuestExit.Kind;

/** Far calls and jumps through call gates of the guest's own GDT. */
class CallGateTest {
  /** To 8:0x2800, for level 3 too, with two parameters. */
  private static final long GATE = 0x0000_ec02_0008_2800L;

  private static ProtectedGuest level3(long gate, String... lines) {
    return new ProtectedGuest(ProtectedGuest.user()).descriptor(FREE, gate).code(0x2000, lines);
  }

  @Test
  void aCallFromLevel3SwitchesStacksAndCopiesParameters() {
    ProtectedGuest guest =
        level3(GATE, "push dword 0x111", "push dword 0x222", "call 0x38:0x12345678");
    guest.code(0x2800, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.cpu.cpl());
    assertEquals(0x7000 - 24, guest.gpr(CpuState.RSP));
    assertEquals(USER_DATA, guest.dword(0x7000 - 4));
    assertEquals(0x8ff8, guest.dword(0x7000 - 8), "the user's ESP");
    assertEquals(0x111, guest.dword(0x7000 - 12), "the first parameter");
    assertEquals(0x222, guest.dword(0x7000 - 16));
    assertEquals(USER_CODE, guest.dword(0x7000 - 20));
    assertEquals(0x2011, guest.dword(0x7000 - 24), "behind the call");
  }

  @Test
  void aRetfThatReleasesTheParametersReleasesThemOnBothStacks() {
    ProtectedGuest guest =
        level3(GATE, "push dword 5", "push dword 6", "call 0x38:0", "mov ecx,esp", "int 0x41");
    guest.code(0x2800, "mov eax,[esp+8]", "add eax,[esp+12]", "retf 8").handler(0x41, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(11, guest.gpr(CpuState.RAX));
    assertEquals(0x9000, guest.gpr(CpuState.RCX));
  }

  @Test
  void aGateOfTheSameLevelPushesCsAndEipAlone() {
    ProtectedGuest guest = new ProtectedGuest("call 0x38:0", "mov ebx,7", "hlt");
    guest.descriptor(FREE, GATE).code(0x2800, "mov ecx,esp", "retf");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(7, guest.gpr(CpuState.RBX));
    assertEquals(0x7ff8, guest.gpr(CpuState.RCX));
  }

  @Test
  void a16BitGatePushesWordsAndHas16BitsOfOffset() {
    ProtectedGuest guest = new ProtectedGuest("call 0x38:0", "hlt");
    guest.descriptor(FREE, 0xffff_e400_0008_2800L).code(0x2800, "mov ecx,esp", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x7ffc, guest.gpr(CpuState.RCX));
    assertEquals(8, guest.guest.word(0x7ffe));
  }

  @Test
  void aJumpThroughAGateStaysOnItsLevelAndPushesNothing() {
    ProtectedGuest guest = new ProtectedGuest("jmp 0x38:0");
    guest.descriptor(FREE, GATE).code(0x2800, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x8000, guest.gpr(CpuState.RSP));

    guest = level3(GATE, "jmp 0x38:0").handler(13, 0, "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(8, guest.gpr(CpuState.RAX), "a jump reaches no inner level");
  }

  @Test
  void conformingCodeRunsOnTheLevelOfItsCaller() {
    ProtectedGuest guest = level3(0x0000_ec00_0040_2800L, "call 0x38:0");
    guest.descriptor(0x40, 0x00cf_9e00_0000_ffffL).code(0x2800, "mov ebx,cs", "int 0x41");
    guest.handler(0x41, 3, "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x43, guest.gpr(CpuState.RBX));
  }

  /** From level 3: gate, error code of #GP or #NP. */
  @ParameterizedTest
  @CsvSource({
    "0x00008c0000082800, 13, 0x38, the gate is for level 0 alone",
    "0x00006c0000082800, 11, 0x38, the gate is not present",
    "0x0000ec0000002800, 13, 0, the gate names no code",
    "0x0000ec0000102800, 13, 0x10, the gate names data",
    "0x0000ec0000802800, 13, 0x80, beyond the table",
    "0x0000ec0000402800, 11, 0x40, the code is not present",
    "0x0000ef0000082800, 13, 0x38, a trap gate belongs in the IDT",
    "0x0000e80000082800, 13, 0x38, a reserved type",
  })
  void whatIsWrongWithAGateIsToldByItsSelector(String gate, int vector, String code, String why) {
    ProtectedGuest guest = level3(Long.decode(gate), "call 0x38:0");
    guest.descriptor(0x40, 0x00cf_1a00_0000_ffffL).handler(vector, 0, "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run(), why);
    assertEquals(Long.decode(code), guest.gpr(CpuState.RAX), why);
  }

  @Test
  void anOffsetBeyondTheCodeIsGpWithoutASelector() {
    ProtectedGuest guest = new ProtectedGuest("call 0x38:0");
    guest.descriptor(FREE, 0x0001_8c00_0040_0000L).descriptor(0x40, 0x0040_9a00_0000_ffffL);
    guest.handler(13, 0, "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0, guest.gpr(CpuState.RAX));
  }

  @Test
  void aStackThatTheTssNamesWronglyIsInvalidTss() {
    ProtectedGuest guest = level3(GATE, "call 0x38:0");
    guest.dword(0x5008, 0x23);
    // #TS goes to code of level 3, which needs no stack of the TSS.
    guest.gate(10, 0x8e00, USER_CODE, 0x2900).code(0x2900, "pop eax", "jmp $");
    guest.guest.interpreter.run(60);
    assertEquals(0x20, guest.gpr(CpuState.RAX));
  }

  @Test
  void aDirectJumpToCodeOfAnOuterRplIsGp() {
    ProtectedGuest guest = new ProtectedGuest("jmp 0xb:0").handler(13, 0, "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(8, guest.gpr(CpuState.RAX));
  }

  @Test
  void aFarCallThatIsRefusedHasPushedNothing() {
    ProtectedGuest guest = level3(GATE, "call 0x13:0").handler(13, 0, "pop eax", "hlt");
    assertEquals(Kind.HLT, guest.run());
    assertEquals(0x10, guest.gpr(CpuState.RAX), "it names data");
    assertEquals(0, guest.dword(0x8ffc));
    assertEquals(0x9000, guest.dword(0x7000 - 8), "the user's ESP");
  }
}
