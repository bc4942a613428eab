package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.catalog.Seamcall;
import seamtape.catalog.Tdcall;
import seamtape.catalog.Tdvmcall;
import seamtape.catalog.TdxStatus;
import seamtape.machine.NestedCalls;
import seamtape.sim.guest.CpuState;
import seamtape.sim.tdx.guest.TdGuestRunner;

/** Guest code in a TD, entered by TDH.VP.ENTER: TDCALL leaf by leaf, TDVMCALLs, #VE, exits. */
final class GuestTest {
  private static final String TDCALL = "660f01cc";
  private static final String LOOP = "ebfe";
  private static final long CODE = 0x1000;
  private static final long DATA = 0x6000;
  private static final long REPORT = 0x7000;
  private static final long HANDLER = 0x1800;
  private static final long ABSENT = 0x9000;
  private static final long SHARED = 1L << 47;
  private static final long INVALID = TdxStatus.TDX_OPERAND_INVALID.value();

  private final TdGuestRunner runner = new TdGuestRunner(NestedCalls.NONE, () -> 5);
  private TestTdx tdx;
  private long tdr;
  private TdVcpu vcpu;
  private final long[] pages = new long[16];

  @BeforeEach
  void start() {
    start(TdxModuleVersion.V1_5);
  }

  private void start(TdxModuleVersion version) {
    tdx = new TestTdx(version, runner);
    tdx.bringUp();
    tdr = tdx.initializedTd(TestTdx.KEY);
    tdx.sept(tdr, 0);
    for (int i = 1; i < 9; i++) {
      pages[i] = tdx.addPage(tdr, i * 0x1000L, 0);
    }
    vcpu = tdx.module.vcpu(tdx.vcpu(tdr));
    tdx.must(Seamcall.TDH_MR_FINALIZE, tdr);
    runner.budget(100);
    longMode();
  }

  /** 64-bit mode with the first 4 MiB mapped as they are; #VE goes to {@link #HANDLER}. */
  private void longMode() {
    put(0x2000, 0x3000 | 3);
    put(0x3000, 0x4000 | 3);
    put(0x4000, 0x83);
    put(0x4008, SHARED | 0x20_0000 | 0x83);
    put(0x5000 + 8 * 8, 0x00af_9b00_0000_ffffL);
    put(0x5100 + 20 * 16, HANDLER & 0xffff | 0x40L << 16 | 0x8e00L << 32);
    CpuState cpu = vcpu.cpu;
    cpu.cr3 = 0x2000;
    cpu.cr4 |= 0x20;
    cpu.cr0 |= 1L << 31 | 1;
    cpu.efer |= CpuState.EFER_LMA | CpuState.EFER_LME;
    cpu.segments[CpuState.CS].l = true;
    cpu.segments[CpuState.CS].db = false;
    cpu.gdtBase = 0x5000;
    cpu.idtBase = 0x5100;
    cpu.idtLimit = 0xfff;
    cpu.gpr[CpuState.RSP] = 0x8ff0;
    cpu.rip = CODE;
  }

  private void put(long gpa, long value) {
    Bytes.put64(tdx.memory.page(pages[(int) (gpa >>> 12)]), (int) gpa & 4095, value);
  }

  private byte[] bytes(long gpa, int length) {
    int at = (int) gpa & 4095;
    return Arrays.copyOfRange(tdx.memory.page(pages[(int) (gpa >>> 12)]), at, at + length);
  }

  private void code(long gpa, String hex) {
    byte[] code = HexFormat.of().parseHex(hex);
    System.arraycopy(
        code, 0, tdx.memory.page(pages[(int) (gpa >>> 12)]), (int) gpa & 4095, code.length);
  }

  /** Enters once; the exit reason. */
  private int enter() {
    return (int) tdx.call(Seamcall.TDH_VP_ENTER, vcpu.tdvpr) & 0xffff;
  }

  /** A TDCALL of the guest that the module serves; RAX afterwards. */
  private long tdcall(long rax, long rcx, long rdx, long r8, long r9) {
    code(CODE, TDCALL + LOOP);
    long[] gpr = vcpu.cpu.gpr;
    gpr[Registers.RAX] = rax;
    gpr[Registers.RCX] = rcx;
    gpr[Registers.RDX] = rdx;
    gpr[Registers.R8] = r8;
    gpr[Registers.R9] = r9;
    vcpu.cpu.rip = CODE;
    assertEquals(1, enter(), "used up its instructions");
    assertEquals(CODE + 4, vcpu.cpu.rip);
    return gpr[Registers.RAX];
  }

  private long tdcall(Tdcall leaf, long rcx, long rdx, long r8) {
    return tdcall(leaf.number(), rcx, rdx, r8, 0);
  }

  private long gpr(int register) {
    return vcpu.cpu.gpr[register];
  }

  @Test
  void tdgVpInfoTellsWidthAttributesAndVcpus() {
    assertEquals(0, tdcall(Tdcall.TDG_VP_INFO, 9, 9, 9));
    assertEquals(48, gpr(Registers.RCX));
    assertEquals(0, gpr(Registers.RDX));
    assertEquals(4L << 32 | 1, gpr(Registers.R8));
    assertEquals(0, gpr(Registers.R9));
    assertEquals(1, gpr(Registers.R10));
  }

  @Test
  void tdgMrRtmrExtendHashesOldAndData() throws Exception {
    put(DATA, 0x1234);
    assertEquals(0, tdcall(Tdcall.TDG_MR_RTMR_EXTEND, DATA, 2, 0));
    MessageDigest sha = MessageDigest.getInstance("SHA-384");
    sha.update(new byte[48]);
    sha.update(bytes(DATA, 48));
    assertArrayEquals(sha.digest(), vcpu.td.measurement.rtmr(2));
    assertEquals(INVALID | 1, tdcall(Tdcall.TDG_MR_RTMR_EXTEND, DATA + 8, 2, 0));
    assertEquals(INVALID | 2, tdcall(Tdcall.TDG_MR_RTMR_EXTEND, DATA, 4, 0));
    assertEquals(INVALID | 1, tdcall(Tdcall.TDG_MR_RTMR_EXTEND, SHARED | DATA, 2, 0));
  }

  @Test
  void tdgMrReportHasItsLayoutAndAMacThatVerifies() throws Exception {
    put(DATA, 0x77);
    assertEquals(0, tdcall(Tdcall.TDG_MR_REPORT, REPORT, DATA, 0));
    assertEquals((byte) 0x81, bytes(REPORT, 1)[0]);
    assertArrayEquals(bytes(DATA, 64), bytes(REPORT + 128, 64));
    assertArrayEquals(vcpu.td.measurement.mrtd(), bytes(REPORT + 528, 48));
    byte[] hash = MessageDigest.getInstance("SHA-384").digest(bytes(REPORT + 512, 512));
    assertArrayEquals(hash, bytes(REPORT + 80, 48));
    assertEquals(0, tdcall(Tdcall.TDG_MR_VERIFYREPORT, REPORT, 0, 0));
    put(REPORT + 128, 0x78);
    assertEquals(
        TdxStatus.TDX_INVALID_REPORTMACSTRUCT.value(),
        tdcall(Tdcall.TDG_MR_VERIFYREPORT, REPORT, 0, 0));
    assertEquals(INVALID | 1, tdcall(Tdcall.TDG_MR_REPORT, REPORT + 8, DATA, 0));
    assertEquals(INVALID | 2, tdcall(Tdcall.TDG_MR_REPORT, REPORT, DATA + 8, 0));
    assertEquals(INVALID | 8, tdcall(Tdcall.TDG_MR_REPORT, REPORT, DATA, 1));
  }

  @Test
  void tdgVpVeinfoGetAnswersOnce() {
    assertEquals(TdxStatus.TDX_NO_VALID_VE_INFO.value(), tdcall(Tdcall.TDG_VP_VEINFO_GET, 1, 1, 1));
    code(HANDLER, LOOP);
    code(CODE, "f4");
    vcpu.cpu.rip = CODE;
    assertEquals(1, enter());
    assertEquals(HANDLER, vcpu.cpu.rip, "HLT is #VE");
    assertEquals(0, tdcall(Tdcall.TDG_VP_VEINFO_GET, 0, 0, 0));
    assertEquals(12, gpr(Registers.RCX));
    assertEquals(1, gpr(Registers.R10), "bytes of HLT");
  }

  @ParameterizedTest
  @CsvSource({
    "f4, 12, 0",
    "e4f8, 30, 0xf80008",
    "e6f8, 30, 0xf80000",
    "66ed, 30, 0xe600009",
    "0f09, 54, 0",
    "0f01c1, 18, 0",
    "0f32, 31, 0",
    "0f30, 32, 0",
    "0fa2, 10, 0",
  })
  void whatATdMayNotDoItselfIsVe(String instruction, int reason, String qualification) {
    code(HANDLER, LOOP);
    code(CODE, instruction);
    long[] gpr = vcpu.cpu.gpr;
    gpr[Registers.RAX] = 0x4000_0000;
    gpr[Registers.RCX] = 0x1b;
    gpr[Registers.RDX] = 0xe60;
    assertEquals(1, enter());
    assertEquals(HANDLER, vcpu.cpu.rip);
    assertEquals(CODE, Bytes.u64(tdx.memory.page(pages[8]), 0xff0 - 40), "RIP is not advanced");
    assertEquals(reason, vcpu.veInfo.exitReason);
    assertEquals(Long.decode(qualification), vcpu.veInfo.exitQualification);
    assertEquals(instruction.length() / 2, vcpu.veInfo.instructionLength);
  }

  @Test
  void cpuidThatTheModuleServesIsNoVeUnlessAskedFor() {
    code(HANDLER, LOOP);
    code(CODE, "0fa2" + LOOP);
    vcpu.cpu.gpr[Registers.RAX] = 0;
    assertEquals(1, enter());
    assertEquals(CODE + 2, vcpu.cpu.rip);
    assertEquals(0x23, gpr(Registers.RAX));
    assertEquals(INVALID | 1, tdcall(Tdcall.TDG_VP_CPUIDVE_SET, 4, 0, 0));
    assertEquals(0, tdcall(Tdcall.TDG_VP_CPUIDVE_SET, 1, 0, 0));
    code(CODE, "0fa2" + LOOP);
    vcpu.cpu.rip = CODE;
    vcpu.cpu.gpr[Registers.RAX] = 0;
    assertEquals(1, enter());
    assertEquals(HANDLER, vcpu.cpu.rip);
  }

  @Test
  void tdgMemPageAcceptMakesAPendingPageTheGuests() {
    code(CODE, TDCALL + LOOP);
    vcpu.cpu.gpr[Registers.RAX] = Tdcall.TDG_MEM_PAGE_ACCEPT.number();
    vcpu.cpu.gpr[Registers.RCX] = ABSENT;
    assertEquals(48, enter(), "the page has to come first");
    assertEquals(ABSENT, tdx.r8());
    assertEquals(1, tdx.rdx() & 0xf, "ACCEPT");
    assertEquals(CODE, vcpu.cpu.rip, "starts again");
    long page = tdx.page();
    tdx.memory.page(page)[5] = 7;
    tdx.must(Seamcall.TDH_MEM_PAGE_AUG, ABSENT, tdr, page);
    assertEquals(1, enter());
    assertEquals(0, gpr(Registers.RAX));
    assertEquals(0, tdx.memory.page(page)[5], "and is zero");
    assertEquals(
        TdxStatus.TDX_PAGE_ALREADY_ACCEPTED.value(),
        tdcall(Tdcall.TDG_MEM_PAGE_ACCEPT, ABSENT, 0, 0));
    assertEquals(
        TdxStatus.TDX_PAGE_SIZE_MISMATCH.value(), tdcall(Tdcall.TDG_MEM_PAGE_ACCEPT, 1, 0, 0));
    assertEquals(INVALID | 1, tdcall(Tdcall.TDG_MEM_PAGE_ACCEPT, 2, 0, 0));
    assertEquals(INVALID | 1, tdcall(Tdcall.TDG_MEM_PAGE_ACCEPT, SHARED, 0, 0));
  }

  @Test
  void aPendingPageIsVeAndAnAbsentOneAnExit() {
    code(HANDLER, LOOP);
    code(CODE, "8a042500900000" + LOOP);
    assertEquals(48, enter());
    assertEquals(ABSENT, tdx.r8());
    assertEquals(1, tdx.rcx());
    tdx.must(Seamcall.TDH_MEM_PAGE_AUG, ABSENT, tdr, tdx.page());
    assertEquals(1, enter());
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
    code(HANDLER, LOOP);
    code(CODE, "8a042503002000" + "88042504002000" + LOOP);
    assertEquals(1, enter());
    assertEquals(42, host[4]);
    mmio[0] = true;
    vcpu.cpu.rip = CODE;
    assertEquals(1, enter());
    assertEquals(HANDLER, vcpu.cpu.rip, "MMIO is #VE");
    assertEquals(SHARED | 0x20_0003, vcpu.veInfo.gpa);
    assertEquals(0x20_0003, vcpu.veInfo.gla);
  }

  @ParameterizedTest
  @EnumSource(Tdvmcall.class)
  void everyTdvmcallLeavesWithItsExposedRegistersAndBringsTheAnswerBack(Tdvmcall row) {
    code(CODE, TDCALL + LOOP);
    long[] gpr = vcpu.cpu.gpr;
    gpr[Registers.RAX] = 0;
    gpr[Registers.RCX] = 0xfc00;
    gpr[Registers.R8] = 8;
    gpr[Registers.R10] = row == Tdvmcall.TDVMCALL_VENDOR ? 5 : 0;
    gpr[Registers.R11] = row.number();
    gpr[Registers.R12] = 12;
    assertEquals(77, enter());
    assertEquals(0xfc00, tdx.rcx());
    assertEquals(0, tdx.r8(), "not exposed");
    assertEquals(12, tdx.regs.get(Registers.R12));
    assertEquals(row.number(), tdx.regs.get(Registers.R11));
    assertEquals(CODE + 4, vcpu.cpu.rip);
    long[] host = new long[] {vcpu.tdvpr, 2, 3, 4, 10, 11};
    assertEquals(1, (int) tdx.call(Seamcall.TDH_VP_ENTER, host) & 0xffff);
    assertEquals(0, gpr(Registers.RAX));
    assertEquals(0xfc00, gpr(Registers.RCX));
    assertEquals(8, gpr(Registers.R8), "the guest's own");
    assertEquals(10, gpr(Registers.R10));
    assertEquals(11, gpr(Registers.R11));
  }

  @ParameterizedTest
  @CsvSource({"0x1", "0x2", "0x10", "0x100000000"})
  void tdgVpVmcallRefusesAMaskThatExposesTooMuch(String mask) {
    assertEquals(INVALID | 1, tdcall(Tdcall.TDG_VP_VMCALL, Long.decode(mask), 0, 0));
  }

  @Test
  void tdgVmRdAndWrReachMetadataOfTheTd() {
    long attributes = 0x1110_0003_0000_0000L;
    long status = tdcall(Tdcall.TDG_VM_RD.number() | 1 << 16, 0, attributes, 9, 0);
    assertNotEquals(INVALID, status);
    assertEquals(
        TdxStatus.TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT.value(),
        tdcall(Tdcall.TDG_VM_RD.number() | 1 << 16, 0, -1, 0, 0));
    long first = gpr(Registers.RDX);
    assertEquals(0, tdcall(Tdcall.TDG_VM_RD, 0, first, 0));
    assertEquals(INVALID | 1, tdcall(Tdcall.TDG_VM_RD.number() | 1 << 16, 5, first, 0, 0));
    assertTrue(tdcall(Tdcall.TDG_VM_WR.number(), 0, first, 0, -1) < 0);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"TDG_VP_RD", "TDG_SYS_RD"},
      value = Tdcall.class)
  void metadataOfVcpuAndModuleIsReadFieldByField(Tdcall leaf) {
    assertEquals(TdxStatus.TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT.value(), tdcall(leaf, 0, -1, 0));
    int fields = 0;
    for (long id = gpr(Registers.RDX); id != -1; id = gpr(Registers.RDX)) {
      assertEquals(0, tdcall(leaf, 0, id, 0));
      fields++;
    }
    assertTrue(fields > 1);
    assertTrue(tdcall(Tdcall.TDG_VP_WR.number(), 0, 0x8000_0000L, 0, -1) < 0);
  }

  @Test
  void tdgSysRdallFillsAPage() {
    assertEquals(0, tdcall(Tdcall.TDG_SYS_RDALL, 0, REPORT, -1));
    assertNotEquals(0, Bytes.u64(tdx.memory.page(pages[7]), 8));
    assertEquals(INVALID | 2, tdcall(Tdcall.TDG_SYS_RDALL, 0, REPORT + 8, -1));
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
    assertEquals(INVALID | 1, tdcall(leaf, 1, 0, 0));
  }

  @Test
  void module10LacksTheLeavesOf15AndUnknownOnesAreRefused() {
    assertEquals(INVALID, tdcall(99, 0, 0, 0, 0));
    assertEquals(INVALID, tdcall(1 | 1 << 16, 0, 0, 0, 0));
    assertEquals(INVALID, tdcall(1 | 1 << 24, 0, 0, 0, 0));
    start(TdxModuleVersion.V1_0);
    for (Tdcall leaf : List.of(Tdcall.TDG_VP_RD, Tdcall.TDG_SYS_RD, Tdcall.TDG_VP_ENTER)) {
      assertEquals(INVALID, tdcall(leaf, 0, 0, 0));
    }
    assertEquals(0, tdcall(Tdcall.TDG_VP_INFO, 0, 0, 0));
    assertEquals(0, gpr(Registers.R10));
  }

  @Test
  void aSecondVeBeforeTheInformationIsTakenEndsTheVcpu() {
    code(HANDLER, "f4");
    code(CODE, "f4");
    assertEquals(2, enter(), "#DF without a handler");
    assertEquals(TdxStatus.TDX_NON_RECOVERABLE_VCPU.value() | 2, tdx.regs.get(Registers.RAX));
  }
}
