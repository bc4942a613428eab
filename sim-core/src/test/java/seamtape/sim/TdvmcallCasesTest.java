package seamtape.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.sim.TestMachine.RUN;
import static seamtape.sim.TestMachine.TID;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmExit;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.machine.Machine;
import seamtape.sim.coverage.TdProgram;

/**
 * Every TDVMCALL sub-function by the cases of tdvmcall-cases.txt, from a TD's guest to KVM and back
 * through the machine's ioctls; how the call is nested in the recording, too.
 */
class TdvmcallCasesTest {
  private static final int MAP_GPA_RANGE = 1 << 12;

  /** User space has not asked for the exit of KVM_HC_MAP_GPA_RANGE. */
  private static final String NO_EXIT = "@no-exit";

  private static final int REPORT_LOW = 0x700;
  private static final int REPORT_HIGH = 0x704;

  private static final byte[] PROGRAM =
      TdProgram.of(
          """
          long:
          mov esp, 0xffffb000
          mov ebp, 0xffff0000
          mov r10, [rbp]
          mov r11, [rbp + 8]
          mov r12, [rbp + 16]
          mov r13, [rbp + 24]
          mov r14, [rbp + 32]
          mov r15, [rbp + 40]
          mov ecx, 0xfc00
          xor eax, eax
          tdcall
          mov rbx, r10
          mov esi, 0x700
          call report
          shr rbx, 32
          mov esi, 0x704
          call report
          jmp long
          report:
          xor eax, eax
          mov ecx, 0xfc00
          xor r10d, r10d
          mov r11d, 30
          mov r12d, 4
          mov r13d, 1
          mov r14d, esi
          mov r15, rbx
          tdcall
          ret
          """);

  /**
   * @param answer what user space answers to the exit, or "" where it leaves kvm_run as it was
   */
  record Case(
      Tdvmcall row,
      long r10,
      long r11,
      List<String> operands,
      String exit,
      String status,
      String answer,
      boolean mapExit) {
    @Override
    public String toString() {
      return row + " " + operands + " -> " + exit + " " + status;
    }
  }

  static Stream<Case> cases() throws IOException {
    return CaseTable.rows(TdvmcallCasesTest.class, "tdvmcall-cases.txt", 6)
        .map(TdvmcallCasesTest::parse);
  }

  private static Case parse(String[] cells) {
    Tdvmcall row = Tdvmcall.valueOf(cells[0].replace(NO_EXIT, ""));
    List<String> operands = List.of(cells[2].split(" "));
    boolean mapExit = !cells[0].endsWith(NO_EXIT);
    String[] numbers = cells[1].split(":");
    long r11 = numbers.length > 1 ? number(numbers[1]) : row.number();
    return new Case(row, number(numbers[0]), r11, operands, cells[3], cells[4], cells[5], mapExit);
  }

  private static long number(String word) {
    return word.startsWith("0x")
        ? Long.parseUnsignedLong(word.substring(2), 16)
        : Long.parseLong(word);
  }

  private final CallLog log = new CallLog();
  private final TdMachine td = new TdMachine("linux-7.3", log);

  private void build(Case c) {
    td.initialized();
    if (c.mapExit) {
      TdMachine.check(td.enableCap(KvmCapability.KVM_CAP_EXIT_HYPERCALL, MAP_GPA_RANGE));
    }
    td.addVcpu(0);
    td.addMemory(TdProgram.IMAGE);
    ByteBuffer registers = TdMachine.little(48).putLong(c.r10).putLong(c.r11);
    c.operands.forEach(word -> registers.putLong(number(word)));
    td.m.store(TdMachine.SOURCE, registers.array());
    td.m.store(TdMachine.SOURCE + TdProgram.OFFSET, PROGRAM);
    TdMachine.check(td.addPages(TdProgram.IMAGE, TdMachine.PAGES, 0));
    TdMachine.check(td.finalizeVm());
  }

  private long run() {
    long result = td.m.machine.ioctl(TID, td.m.vcpu, KvmIoctl.KVM_RUN.number(), 0, 10_000);
    if (result == Machine.IN_PROGRESS) {
      td.m.machine.signal(TID);
      result = td.m.machine.resume(TID, 10_000);
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isAnsweredAsItsRowSays(Case c) {
    build(c);
    long result = run();
    if (!c.exit.equals("-")) {
      assertEquals(0, result);
      assertEquals(KvmExit.valueOf(c.exit).number(), td.m.exitReason());
      if (!c.answer.isEmpty()) {
        int ret = c.exit.equals("KVM_EXIT_TDX") ? 48 : 88;
        td.m.storeNumber(RUN + ret, 8, number(c.answer));
      }
      result = c.status.equals("any") ? result : run();
    }
    switch (c.status) {
      case "any" -> {}
      case "halted" -> assertEquals(Errno.EINTR.result(), result, "waits for an interrupt");
      default -> {
        assertEquals(0, result);
        long low = reported(REPORT_LOW);
        assertEquals(0, run());
        assertEquals(c.status, text(reported(REPORT_HIGH) << 32 | low));
      }
    }
    assertNested(c);
  }

  private static String text(long status) {
    return status == 0 ? "0" : "0x" + Long.toHexString(status);
  }

  /** The value that the guest writes to a port. */
  private long reported(int port) {
    assertEquals(KvmExit.KVM_EXIT_IO.number(), td.m.exitReason());
    assertEquals(port, td.m.number(RUN + 34, 2));
    return td.m.number(RUN + 4096, 4);
  }

  /**
   * SEAMCALL TDH.VP.ENTER, in it TDCALL TDG.VP.VMCALL, in that the TDVMCALL; told at its answer.
   */
  private void assertNested(Case c) {
    boolean answered = !c.status.equals("halted") && !c.status.equals("any");
    boolean told = answered || c.row == Tdvmcall.TDVMCALL_REPORT_FATAL_ERROR;
    List<CallLog.Entry> calls = log.of(c.row);
    assertEquals(told, !calls.isEmpty(), "told");
    if (told) {
      int at = log.entries().indexOf(calls.get(0));
      assertEquals(Tdcall.TDG_VP_VMCALL, log.entries().get(at - 1).row());
      assertEquals(log.entries().get(at - 1).depth() + 1, calls.get(0).depth());
    }
  }

  /** The list is the catalog's: a sub-function without a case fails here. */
  @Test
  void everySubFunctionHasACase() throws IOException {
    Set<Tdvmcall> missing = EnumSet.allOf(Tdvmcall.class);
    assertEquals(17, missing.size(), "16 and those that nobody knows");
    cases().forEach(c -> missing.remove(c.row));
    assertEquals(Set.of(), missing);
  }
}
