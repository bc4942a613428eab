package seamtape.sim.tdxguest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.RAX;
import static seamtape.sim.marshal.Gpr.RBX;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;
import static seamtape.sim.marshal.Gpr.RSI;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.KvmHypercall;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdvmcallStatus;
import seamtape.machine.NestedCalls;
import seamtape.sim.marshal.ModuleArgs;
import seamtape.sim.profile.Profile;

/** How a kernel in a TD calls VMM and module: rows S10, S11 and S15. */
final class TdxCallsTest {
  private final CallLog log = new CallLog();

  private TdGuestKernel kernel(String profile) {
    return new TdGuestKernel(Profile.of(profile), "1.5", log);
  }

  @ParameterizedTest
  @CsvSource({"linux-6.2, 0xfc00", "linux-6.12, 0xffcc", "linux-7.3, 0xffcc"})
  void rowS10TheExposedRegistersAreThoseOfTheKernelsLine(String profile, String mask) {
    TdGuestKernel kernel = kernel(profile);
    assertEquals(0, kernel.calls.standard(Tdvmcall.TDVMCALL_GET_TD_VM_CALL_INFO, 0, 2, 3, 4, 0));
    assertEquals(List.of("TDG.VP.VMCALL", "  GetTdVmCallInfo"), labels(0, 2));
    assertEquals(Long.decode(mask), log.in(0, "rcx"));
    assertEquals(0, log.in(0, "r10"), "TDX_HYPERCALL_STANDARD");
    assertEquals(0x10000, log.in(0, "r11"));
    assertEquals(2, log.in(0, "r13"));
    assertEquals(4, log.in(0, "r15"));
  }

  private List<String> labels(int from, int to) {
    return log.lines().subList(from, to);
  }

  @Test
  void rowS10OutputsComeBackOnlyWithTheirFlag() {
    TdGuestKernel kernel = kernel("linux-6.2");
    byte[] page = new byte[4096];
    long gpa = kernel.memory.gpa(page) | 1L << TdGuestKernel.GPA_WIDTH - 1;
    long retry = TdvmcallStatus.TDVMCALL_STATUS_RETRY.value();
    assertEquals(
        retry,
        kernel.calls.standard(
            Tdvmcall.TDVMCALL_MAP_GPA, gpa, 4096, 0, 0, TdxCalls.TDX_HCALL_HAS_OUTPUT));
    assertEquals(gpa, kernel.calls.answered().get(R11));
    assertEquals(0, kernel.calls.standard(Tdvmcall.TDVMCALL_MAP_GPA, gpa, 4096, 7, 0, 0));
    assertEquals(Tdvmcall.TDVMCALL_MAP_GPA.number(), kernel.calls.answered().get(R11));
    assertNotNull(kernel.vmm.page(gpa & ~(1L << TdGuestKernel.GPA_WIDTH - 1)));
  }

  @ParameterizedTest
  @CsvSource({"linux-6.2, true", "linux-6.12, false", "linux-7.3, false"})
  void rowS10StiComesDirectlyBeforeTheTdcallThatHaltsUpTo62(String profile, boolean before) {
    List<Boolean> atTdcall = new ArrayList<>();
    TdGuestKernel[] made = new TdGuestKernel[1];
    NestedCalls watched =
        new NestedCalls() {
          @Override
          public void enter(int tid, long actor, int family, int number, long[] fields) {
            atTdcall.add(made[0].calls.interruptsEnabled());
          }

          @Override
          public void returns(int tid, long[] fields) {}
        };
    made[0] = new TdGuestKernel(Profile.of(profile), "1.5", watched);
    made[0].calls.safeHalt();
    assertEquals(List.of(before, before), atTdcall, "TDCALL, and the TDVMCALL in it");
    assertTrue(made[0].calls.interruptsEnabled());
  }

  @Test
  void rowS10TheIdleLoopHaltsWithInterruptsNotBlocked() {
    kernel("linux-6.2").calls.safeHalt();
    assertEquals(List.of("TDG.VP.VMCALL", "  Instruction.HLT"), labels(0, 2));
    assertEquals(0, log.in(1, "r12"), "interrupts are not blocked");
  }

  @Test
  void rowS10AnUnknownSubFunctionIsRefusedInR10() {
    long unsupported = TdvmcallStatus.TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED.value();
    TdGuestKernel kernel = kernel("linux-6.2");
    assertEquals(unsupported, kernel.calls.standard(Tdvmcall.TDVMCALL_SERVICE, 0, 0, 0, 0, 0));
  }

  @Test
  void rowS11AModuleCallTakesRcxRdxR8R9AndGivesTheOutputRegistersBack() {
    TdGuestKernel kernel = kernel("linux-6.2");
    ModuleArgs out = kernel.calls.tdxModuleCall(Tdcall.TDG_VP_INFO, 1, 2, 3, 4);
    assertEquals(52, out.get(RCX));
    assertEquals(1L << 28, out.get(RDX));
    assertEquals(1L << 32 | 1, out.get(R8));
    assertEquals(1, out.get(R10));
    assertEquals(List.of("TDG.VP.INFO"), log.take());
  }

  @Test
  void rowS11AModuleCallThatFailsIsAPanicAndRecordedAsOne() {
    TdGuestKernel kernel = kernel("linux-6.2");
    long gpa = kernel.memory.gpa(new byte[4096]);
    assertNull(kernel.calls.tdxModuleCall(Tdcall.TDG_MEM_PAGE_ACCEPT, gpa, 0, 0, 0));
    assertTrue(kernel.dead());
    assertEquals("TDCALL 6 failed (Buggy TDX module!)", kernel.calls.panicked());
    assertEquals(0x36204c4c41434454L, log.in(2, "r14"), "TDCALL 6");
    assertEquals(0x2064656c69616620L, log.in(2, "r15"), " failed ");
    assertEquals(List.of("TDG.MEM.PAGE.ACCEPT", "TDG.VP.VMCALL", "  ReportFatalError"), log.take());
  }

  @Test
  void rowS15AHypercallOfATdIsATdvmcallWithItsNumberInR10() {
    TdGuestKernel kernel = kernel("linux-6.2");
    long kick = KvmHypercall.KVM_HC_KICK_CPU.number();
    assertEquals(0, kernel.para.kvmHypercall4(kick, 21, 22, 23, 24));
    assertEquals(List.of("TDG.VP.VMCALL", "  VendorHypercall"), labels(0, 2));
    for (int i = 0; i < 4; i++) {
      assertEquals(21 + i, log.in(1, "r1" + (1 + i)));
    }
    assertEquals(kick, log.in(1, "r10"));
    assertEquals(-KvmHypercall.ENOSYS, kernel.para.kvmHypercall0(77));
  }

  @Test
  void rowS15AHypercallOfAPlainGuestIsVmcallWithItsNumberInRax() {
    long[] seen = new long[16];
    KvmPara para =
        KvmPara.inPlainGuest(
            cpu -> {
              System.arraycopy(cpu, 0, seen, 0, seen.length);
              cpu[RAX] = 5;
            });
    assertEquals(5, para.kvmHypercall4(1, 2, 3, 4, 5));
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), fields(seen));
    para.kvmHypercall3(9, 8, 7, 6);
    assertEquals(List.of(9L, 8L, 7L, 6L, 0L), fields(seen));
    para.kvmHypercall1(9, 8);
    assertEquals(List.of(9L, 8L, 0L, 0L, 0L), fields(seen));
  }

  private static List<Long> fields(long[] cpu) {
    return List.of(cpu[RAX], cpu[RBX], cpu[RCX], cpu[RDX], cpu[RSI]);
  }
}
