package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.sim.tdx.LongModeTd.ABSENT;
import static seamtape.sim.tdx.LongModeTd.CODE;
import static seamtape.sim.tdx.LongModeTd.DATA;
import static seamtape.sim.tdx.LongModeTd.HANDLER;
import static seamtape.sim.tdx.LongModeTd.LOOP;
import static seamtape.sim.tdx.LongModeTd.REPORT;
import static seamtape.sim.tdx.LongModeTd.SHARED;
import static seamtape.sim.tdx.LongModeTd.TDCALL;

import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.guest.CpuState;
import seamtape.sim.marshal.Gpr;

/** Guest code in a TD, entered by TDH.VP.ENTER: TDCALL leaf by leaf, TDVMCALLs, #VE, exits. */
final class GuestTest {
  private static final long INVALID = TdxStatus.TDX_OPERAND_INVALID.value();

  private LongModeTd td = new LongModeTd(TdxModuleVersion.V1_5);
  private TestTdx tdx = td.tdx;
  private TdVcpu vcpu = td.vcpu;

  @Test
  void tdgVpInfoTellsWidthAttributesAndVcpus() {
    assertEquals(0, td.tdcall(Tdcall.TDG_VP_INFO, 9, 9, 9));
    assertEquals(48, td.gpr(Gpr.RCX));
    assertEquals(0, td.gpr(Gpr.RDX));
    assertEquals(4L << 32 | 1, td.gpr(Gpr.R8));
    assertEquals(0, td.gpr(Gpr.R9));
    assertEquals(1, td.gpr(Gpr.R10));
  }

  @Test
  void tdgMrRtmrExtendHashesOldAndData() throws Exception {
    td.put(DATA, 0x1234);
    assertEquals(0, td.tdcall(Tdcall.TDG_MR_RTMR_EXTEND, DATA, 2, 0));
    MessageDigest sha = MessageDigest.getInstance("SHA-384");
    sha.update(new byte[48]);
    sha.update(td.bytes(DATA, 48));
    assertArrayEquals(sha.digest(), vcpu.td.measurement.rtmr(2));
    assertEquals(INVALID | 1, td.tdcall(Tdcall.TDG_MR_RTMR_EXTEND, DATA + 8, 2, 0));
    assertEquals(INVALID | 2, td.tdcall(Tdcall.TDG_MR_RTMR_EXTEND, DATA, 4, 0));
    assertEquals(INVALID | 1, td.tdcall(Tdcall.TDG_MR_RTMR_EXTEND, SHARED | DATA, 2, 0));
  }

  @Test
  void tdgMrReportHasItsLayoutAndAMacThatVerifies() throws Exception {
    td.put(DATA, 0x77);
    assertEquals(0, td.tdcall(Tdcall.TDG_MR_REPORT, REPORT, DATA, 0));
    assertEquals((byte) 0x81, td.bytes(REPORT, 1)[0]);
    assertArrayEquals(td.bytes(DATA, 64), td.bytes(REPORT + 128, 64));
    assertArrayEquals(vcpu.td.measurement.mrtd(), td.bytes(REPORT + 528, 48));
    byte[] hash = MessageDigest.getInstance("SHA-384").digest(td.bytes(REPORT + 512, 512));
    assertArrayEquals(hash, td.bytes(REPORT + 80, 48));
    assertEquals(0, td.tdcall(Tdcall.TDG_MR_VERIFYREPORT, REPORT, 0, 0));
    td.put(REPORT + 128, 0x78);
    assertEquals(
        TdxStatus.TDX_INVALID_REPORTMACSTRUCT.value(),
        td.tdcall(Tdcall.TDG_MR_VERIFYREPORT, REPORT, 0, 0));
    assertEquals(INVALID | 1, td.tdcall(Tdcall.TDG_MR_REPORT, REPORT + 8, DATA, 0));
    assertEquals(INVALID | 2, td.tdcall(Tdcall.TDG_MR_REPORT, REPORT, DATA + 8, 0));
    assertEquals(INVALID | 8, td.tdcall(Tdcall.TDG_MR_REPORT, REPORT, DATA, 1));
  }

  @Test
  void tdgVpVeinfoGetAnswersOnce() {
    assertEquals(
        TdxStatus.TDX_NO_VALID_VE_INFO.value(), td.tdcall(Tdcall.TDG_VP_VEINFO_GET, 1, 1, 1));
    td.code(HANDLER, LOOP);
    td.code(CODE, "f4");
    vcpu.cpu.rip = CODE;
    assertEquals(1, td.enter());
    assertEquals(HANDLER, vcpu.cpu.rip, "HLT is #VE");
    assertEquals(0, td.tdcall(Tdcall.TDG_VP_VEINFO_GET, 0, 0, 0));
    assertEquals(12, td.gpr(Gpr.RCX));
    assertEquals(1, td.gpr(Gpr.R10), "bytes of HLT");
  }

  /** Row "task switch" of tdx-ve.md: IRET with NT to the TSS that the current one links to. */
  @Test
  void aTaskSwitchIsAnExitThatTellsTheTaskAndTheReason() {
    CpuState cpu = vcpu.cpu;
    cpu.cr0 &= ~CpuState.CR0_PG;
    cpu.efer = 0;
    cpu.segments[CpuState.CS].l = false;
    cpu.segments[CpuState.CS].db = true;
    cpu.tr.base = DATA;
    td.put(DATA, 0x28);
    cpu.rflags |= CpuState.NT;
    td.code(CODE, "cf");
    cpu.rip = CODE;
    assertEquals(9, td.enter());
    assertEquals(1 << 30 | 0x28, tdx.rcx(), "the reason is IRET");
    assertEquals(CODE, cpu.rip, "before the instruction");
  }

  @ParameterizedTest
  @CsvSource({
    "f4, 12, 0",
    "e4f8, 30, 0xf80048",
    "e6f8, 30, 0xf80040",
    "66ed, 30, 0xe600009",
    "0f09, 54, 0",
    "0f01c1, 18, 0",
    "0f32, 31, 0",
    "0f30, 32, 0",
    "0fa2, 10, 0",
  })
  void whatATdMayNotDoItselfIsVe(String instruction, int reason, String qualification) {
    td.code(HANDLER, LOOP);
    td.code(CODE, instruction);
    long[] gpr = vcpu.cpu.gpr;
    gpr[Gpr.RAX] = 0x4000_0000;
    gpr[Gpr.RCX] = 0x1b;
    gpr[Gpr.RDX] = 0xe60;
    assertEquals(1, td.enter());
    assertEquals(HANDLER, vcpu.cpu.rip);
    assertEquals(CODE, Bytes.u64(tdx.memory.page(td.pages[8]), 0xff0 - 40), "RIP is not advanced");
    assertEquals(reason, vcpu.veInfo.exitReason);
    assertEquals(Long.decode(qualification), vcpu.veInfo.exitQualification);
    assertEquals(instruction.length() / 2, vcpu.veInfo.instructionLength);
  }

  @Test
  void cpuidThatTheModuleServesIsNoVeUnlessAskedFor() {
    td.code(HANDLER, LOOP);
    td.code(CODE, "0fa2" + LOOP);
    vcpu.cpu.gpr[Gpr.RAX] = 0;
    assertEquals(1, td.enter());
    assertEquals(CODE + 2, vcpu.cpu.rip);
    assertEquals(0x23, td.gpr(Gpr.RAX));
    assertEquals(INVALID | 1, td.tdcall(Tdcall.TDG_VP_CPUIDVE_SET, 4, 0, 0));
    assertEquals(0, td.tdcall(Tdcall.TDG_VP_CPUIDVE_SET, 1, 0, 0));
    td.code(CODE, "0fa2" + LOOP);
    vcpu.cpu.rip = CODE;
    vcpu.cpu.gpr[Gpr.RAX] = 0;
    assertEquals(1, td.enter());
    assertEquals(HANDLER, vcpu.cpu.rip);
  }

  @Test
  void tdgMemPageAcceptMakesAPendingPageTheGuests() {
    td.code(CODE, TDCALL + LOOP);
    vcpu.cpu.gpr[Gpr.RAX] = Tdcall.TDG_MEM_PAGE_ACCEPT.number();
    vcpu.cpu.gpr[Gpr.RCX] = ABSENT;
    assertEquals(48, td.enter(), "the page has to come first");
    assertEquals(ABSENT, tdx.r8());
    assertEquals(1, tdx.rdx() & 0xf, "ACCEPT");
    assertEquals(CODE, vcpu.cpu.rip, "starts again");
    long page = tdx.page();
    tdx.memory.page(page)[5] = 7;
    tdx.must(Seamcall.TDH_MEM_PAGE_AUG, ABSENT, td.tdr, page);
    assertEquals(1, td.enter());
    assertEquals(0, td.gpr(Gpr.RAX));
    assertEquals(0, tdx.memory.page(page)[5], "and is zero");
    assertEquals(
        TdxStatus.TDX_PAGE_ALREADY_ACCEPTED.value(),
        td.tdcall(Tdcall.TDG_MEM_PAGE_ACCEPT, ABSENT, 0, 0));
    assertEquals(
        TdxStatus.TDX_PAGE_SIZE_MISMATCH.value(), td.tdcall(Tdcall.TDG_MEM_PAGE_ACCEPT, 1, 0, 0));
    assertEquals(INVALID | 1, td.tdcall(Tdcall.TDG_MEM_PAGE_ACCEPT, 2, 0, 0));
    assertEquals(INVALID | 1, td.tdcall(Tdcall.TDG_MEM_PAGE_ACCEPT, SHARED, 0, 0));
  }

  @Test
  void aPendingPageIsVeAndAnAbsentOneAnExit() {
    td.code(HANDLER, LOOP);
    td.code(CODE, "8a042500900000" + LOOP);
    assertEquals(48, td.enter());
    assertEquals(ABSENT, tdx.r8());
    assertEquals(1, tdx.rcx());
    tdx.must(Seamcall.TDH_MEM_PAGE_AUG, ABSENT, td.tdr, tdx.page());
    assertEquals(1, td.enter());
    assertEquals(HANDLER, vcpu.cpu.rip);
    assertEquals(ABSENT, vcpu.veInfo.gpa);
    assertEquals(48, vcpu.veInfo.exitReason);
  }

  @Test
  void sharedMemoryIsTheHosts() {
    byte[] host = new byte[4096];
    host[3] = 42;
    boolean[] mmio = new boolean[1];
    vcpu.td.shared =
        new SharedEpt() {
          @Override
          public byte[] page(long gpa, boolean write) {
            return gpa == 0x20_0000 && !mmio[0] ? host : null;
          }

          @Override
          public boolean raisesVe(long gpa) {
            return mmio[0];
          }

          @Override
          public int vm() {
            return 0;
          }
        };
    td.code(HANDLER, LOOP);
    td.code(CODE, "8a042503002000" + "88042504002000" + LOOP);
    assertEquals(1, td.enter());
    assertEquals(42, host[4]);
    mmio[0] = true;
    vcpu.cpu.rip = CODE;
    assertEquals(1, td.enter());
    assertEquals(HANDLER, vcpu.cpu.rip, "MMIO is #VE");
    assertEquals(SHARED | 0x20_0003, vcpu.veInfo.gpa);
    assertEquals(0x20_0003, vcpu.veInfo.gla);
  }

  @ParameterizedTest
  @EnumSource(Tdvmcall.class)
  void everyTdvmcallLeavesWithItsExposedRegistersAndBringsTheAnswerBack(Tdvmcall row) {
    td.code(CODE, TDCALL + LOOP);
    long[] gpr = vcpu.cpu.gpr;
    gpr[Gpr.RAX] = 0;
    gpr[Gpr.RCX] = 0xfc00;
    gpr[Gpr.R8] = 8;
    gpr[Gpr.R10] = row == Tdvmcall.TDVMCALL_VENDOR ? 5 : 0;
    gpr[Gpr.R11] = row.number();
    gpr[Gpr.R12] = 12;
    assertEquals(77, td.enter());
    assertEquals(0xfc00, tdx.rcx());
    assertEquals(0, tdx.r8(), "not exposed");
    assertEquals(12, tdx.regs.get(Gpr.R12));
    assertEquals(row.number(), tdx.regs.get(Gpr.R11));
    assertEquals(CODE + 4, vcpu.cpu.rip);
    long[] host = new long[] {vcpu.tdvpr, 2, 3, 4, 10, 11};
    assertEquals(1, (int) tdx.call(Seamcall.TDH_VP_ENTER, host) & 0xffff);
    assertEquals(0, td.gpr(Gpr.RAX));
    assertEquals(0xfc00, td.gpr(Gpr.RCX));
    assertEquals(8, td.gpr(Gpr.R8), "the guest's own");
    assertEquals(10, td.gpr(Gpr.R10));
    assertEquals(11, td.gpr(Gpr.R11));
  }

  @ParameterizedTest
  @CsvSource({"0x1", "0x2", "0x10", "0x100000000"})
  void tdgVpVmcallRefusesAMaskThatExposesTooMuch(String mask) {
    assertEquals(INVALID | 1, td.tdcall(Tdcall.TDG_VP_VMCALL, Long.decode(mask), 0, 0));
  }

  @Test
  void tdgVmRdAndWrReachMetadataOfTheTd() {
    long attributes = 0x1110_0003_0000_0000L;
    long status = td.tdcall(Tdcall.TDG_VM_RD.number() | 1 << 16, 0, attributes, 9, 0);
    assertNotEquals(INVALID, status);
    assertEquals(
        TdxStatus.TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT.value(),
        td.tdcall(Tdcall.TDG_VM_RD.number() | 1 << 16, 0, -1, 0, 0));
    long first = td.gpr(Gpr.RDX);
    assertEquals(0, td.tdcall(Tdcall.TDG_VM_RD, 0, first, 0));
    assertEquals(INVALID | 1, td.tdcall(Tdcall.TDG_VM_RD.number() | 1 << 16, 5, first, 0, 0));
    assertTrue(td.tdcall(Tdcall.TDG_VM_WR.number(), 0, first, 0, -1) < 0);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"TDG_VP_RD", "TDG_SYS_RD"},
      value = Tdcall.class)
  void metadataOfVcpuAndModuleIsReadFieldByField(Tdcall leaf) {
    assertEquals(
        TdxStatus.TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT.value(), td.tdcall(leaf, 0, -1, 0));
    int fields = 0;
    for (long id = td.gpr(Gpr.RDX); id != -1; id = td.gpr(Gpr.RDX)) {
      assertEquals(0, td.tdcall(leaf, 0, id, 0));
      fields++;
    }
    assertTrue(fields > 1);
    assertTrue(td.tdcall(Tdcall.TDG_VP_WR.number(), 0, 0x8000_0000L, 0, -1) < 0);
  }

  @Test
  void tdgSysRdallFillsAPage() {
    assertEquals(0, td.tdcall(Tdcall.TDG_SYS_RDALL, 0, REPORT, -1));
    assertNotEquals(0, Bytes.u64(tdx.memory.page(td.pages[7]), 8));
    assertEquals(INVALID | 2, td.tdcall(Tdcall.TDG_SYS_RDALL, 0, REPORT + 8, -1));
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "TDG_SERVTD_RD",
        "TDG_SERVTD_WR",
        "TDG_MEM_PAGE_ATTR_RD",
        "TDG_MEM_PAGE_ATTR_WR",
        "TDG_VP_ENTER",
        "TDG_VP_INVEPT",
        "TDG_VP_INVVPID"
      },
      value = Tdcall.class)
  void leavesForL2VmsAndServiceTdsFindNone(Tdcall leaf) {
    assertEquals(INVALID | 1, td.tdcall(leaf, 1, 0, 0));
  }

  @Test
  void module10LacksTheLeavesOf15AndUnknownOnesAreRefused() {
    assertEquals(INVALID, td.tdcall(99, 0, 0, 0, 0));
    assertEquals(INVALID, td.tdcall(1 | 1 << 16, 0, 0, 0, 0));
    assertEquals(INVALID, td.tdcall(1 | 1 << 24, 0, 0, 0, 0));
    td = new LongModeTd(TdxModuleVersion.V1_0);
    for (Tdcall leaf : List.of(Tdcall.TDG_VP_RD, Tdcall.TDG_SYS_RD, Tdcall.TDG_VP_ENTER)) {
      assertEquals(INVALID, td.tdcall(leaf, 0, 0, 0));
    }
    assertEquals(0, td.tdcall(Tdcall.TDG_VP_INFO, 0, 0, 0));
    assertEquals(0, td.gpr(Gpr.R10));
  }

  @Test
  void aSecondVeBeforeTheInformationIsTakenEndsTheVcpu() {
    td.code(HANDLER, "f4");
    td.code(CODE, "f4");
    assertEquals(2, td.enter(), "#DF without a handler");
    assertEquals(TdxStatus.TDX_NON_RECOVERABLE_VCPU.value() | 2, tdx.regs.get(Gpr.RAX));
  }
}
