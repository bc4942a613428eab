package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.catalog.TdxStatus.TDX_INTERRUPTED_RESUMABLE;
import static seamtape.catalog.TdxStatus.TDX_KEY_CONFIGURED;
import static seamtape.catalog.TdxStatus.TDX_LIFECYCLE_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_MAX_VCPUS_EXCEEDED;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_TDCS_NOT_ALLOCATED;
import static seamtape.catalog.TdxStatus.TDX_TDCX_NUM_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_TD_FATAL;
import static seamtape.catalog.TdxStatus.TDX_TD_KEYS_NOT_CONFIGURED;
import static seamtape.catalog.TdxStatus.TDX_VCPU_ASSOCIATED;
import static seamtape.catalog.TdxStatus.TDX_VCPU_NOT_ASSOCIATED;
import static seamtape.catalog.TdxStatus.TDX_VCPU_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_WBCACHE_RESUME_ERROR;
import static seamtape.sim.tdx.TestTdx.assertStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;
import seamtape.sim.guest.CpuState;
import seamtape.sim.marshal.Gpr;

/** TDH.VP.*, and TDH.MNG.* up to TDH.MNG.INIT. */
class VpLeavesTest {
  private final TestTdx host = TestTdx.ready();

  @Test
  void vpInitMakesTheStateOfTheTable() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.vcpu(tdr);
    long tdvpr = host.createdVcpu(tdr);
    host.mustVersion(Seamcall.TDH_VP_INIT, 1, tdvpr, 0x80_9000, 5);
    TdVcpu vcpu = host.module.vcpu(tdvpr);
    CpuState cpu = vcpu.cpu;
    assertEquals(1, vcpu.index);
    assertEquals(5, vcpu.x2ApicId);
    assertEquals(0x80_9000, cpu.gpr[CpuState.RCX]);
    assertEquals(0x80_9000, cpu.gpr[Gpr.R8]);
    assertEquals(48, cpu.gpr[CpuState.RBX]);
    assertEquals(1, cpu.gpr[CpuState.RSI]);
    assertEquals(0xffff_fff0L, cpu.rip);
    assertEquals(0x21, cpu.cr0);
    assertEquals(0x2040, cpu.cr4);
    assertEquals(0x901, cpu.efer);
    assertEquals(0xffff_ffffL, cpu.segments[CpuState.CS].limit);
    assertEquals(0x20200, vcpu.msr(0xc000_0084));
  }

  @Test
  void vpInitNeedsAllPagesOneTimeAndAFreePlace() {
    long tdr = host.initializedTd(TestTdx.KEY);
    long tdvpr = host.page();
    host.must(Seamcall.TDH_VP_CREATE, tdvpr, tdr);
    assertStatus(TDX_TDCX_NUM_INCORRECT.value(), host.call(Seamcall.TDH_VP_INIT, tdvpr));
    for (int i = 0; i < 4; i++) {
      host.vcpu(tdr);
    }
    long fifth = host.createdVcpu(tdr);
    assertStatus(TDX_MAX_VCPUS_EXCEEDED.value(), host.call(Seamcall.TDH_VP_INIT, fifth));
    long first = host.module.td(tdr).vcpus().get(1).tdvpr;
    assertStatus(TDX_VCPU_STATE_INCORRECT.value(), host.call(Seamcall.TDH_VP_INIT, first));
    assertStatus(
        TDX_VCPU_STATE_INCORRECT.value(), host.call(Seamcall.TDH_VP_ADDCX, host.page(), first));
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.R8),
        host.callVersion(Seamcall.TDH_VP_INIT, 1, fifth, 0, 1L << 32));
    for (int i = TdVcpu.MIN_PAGES; i < TdVcpu.MAX_PAGES; i++) {
      host.must(Seamcall.TDH_VP_ADDCX, host.page(), fifth);
    }
    assertStatus(
        TDX_TDCX_NUM_INCORRECT.value(), host.call(Seamcall.TDH_VP_ADDCX, host.page(), fifth));
  }

  @Test
  void aVcpuRunsOnOneProcessorUntilItIsFlushedThere() {
    long tdr = host.runnableTd(TestTdx.KEY);
    long tdvpr = host.module.td(tdr).vcpus().get(0).tdvpr;
    host.lp = 1;
    assertStatus(TDX_VCPU_ASSOCIATED.value(), host.call(Seamcall.TDH_VP_ENTER, tdvpr));
    assertStatus(TDX_VCPU_NOT_ASSOCIATED.value(), host.call(Seamcall.TDH_VP_FLUSH, tdvpr));
    host.lp = 0;
    host.must(Seamcall.TDH_VP_FLUSH, tdvpr);
    assertStatus(TDX_VCPU_NOT_ASSOCIATED.value(), host.call(Seamcall.TDH_VP_FLUSH, tdvpr));
    host.lp = 1;
    assertEquals(1, host.call(Seamcall.TDH_VP_ENTER, tdvpr));
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.RCX), host.call(Seamcall.TDH_VP_ENTER, tdvpr | 4));
  }

  @Test
  void aFatalTdAnswersTdFatalEverywhere() {
    long tdr = host.runnableTd(TestTdx.KEY);
    host.module.td(tdr).fatal = true;
    assertStatus(TDX_TD_FATAL.value(), host.call(Seamcall.TDH_MEM_TRACK, tdr));
    long tdvpr = host.module.td(tdr).vcpus().get(0).tdvpr;
    assertStatus(TDX_TD_FATAL.value(), host.call(Seamcall.TDH_VP_ENTER, tdvpr));
  }

  @Test
  void keysAndControlPagesComeBeforeMngInit() {
    long tdr = host.page();
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.RDX), host.call(Seamcall.TDH_MNG_CREATE, tdr, 31));
    host.must(Seamcall.TDH_MNG_CREATE, tdr, TestTdx.KEY);
    assertStatus(
        TDX_TD_KEYS_NOT_CONFIGURED.value(), host.call(Seamcall.TDH_MNG_ADDCX, host.page(), tdr));
    host.must(Seamcall.TDH_MNG_KEY_CONFIG, tdr);
    assertStatus(
        TDX_LIFECYCLE_STATE_INCORRECT.value(), host.call(Seamcall.TDH_MNG_KEY_CONFIG, tdr));
    assertStatus(
        TDX_TDCS_NOT_ALLOCATED.value(), host.call(Seamcall.TDH_MNG_INIT, tdr, host.params()));
    for (int i = 0; i < Td.MAX_TDCX; i++) {
      host.must(Seamcall.TDH_MNG_ADDCX, host.page(), tdr);
    }
    assertStatus(
        TDX_TDCX_NUM_INCORRECT.value(), host.call(Seamcall.TDH_MNG_ADDCX, host.page(), tdr));
    host.must(Seamcall.TDH_MNG_KEY_RECLAIMID, tdr);
  }

  @Test
  void keyConfigRunsOncePerPackage() {
    TdxPlatform two = new TdxPlatform(2, 2, 31, 32, TdxPlatform.model().cmrs());
    TestTdx big = new TestTdx(TdxModuleVersion.V1_5, two);
    big.must(Seamcall.TDH_SYS_INIT);
    for (big.lp = 0; big.lp < 4; big.lp++) {
      big.must(Seamcall.TDH_SYS_LP_INIT);
    }
    big.lp = 0;
    big.configure();
    big.must(Seamcall.TDH_SYS_KEY_CONFIG);
    assertStatus(TDX_KEY_CONFIGURED.value(), big.call(Seamcall.TDH_SYS_KEY_CONFIG));
    big.lp = 2;
    big.must(Seamcall.TDH_SYS_KEY_CONFIG);
    assertEquals(TdxModule.State.READY, big.module.state());
  }

  @Test
  void cacheWbIsInterruptedAndResumed() {
    long tdr = host.createTd(TestTdx.KEY);
    host.must(Seamcall.TDH_MNG_VPFLUSHDONE, tdr);
    assertStatus(TDX_WBCACHE_RESUME_ERROR.value(), host.call(Seamcall.TDH_PHYMEM_CACHE_WB, 1));
    host.module.interrupt();
    assertStatus(TDX_INTERRUPTED_RESUMABLE.value(), host.call(Seamcall.TDH_PHYMEM_CACHE_WB, 0));
    assertEquals(0, host.rcx(), "the row gives back no register");
    host.must(Seamcall.TDH_PHYMEM_CACHE_WB, 1);
    host.must(Seamcall.TDH_MNG_KEY_FREEID, tdr);
  }

  /** TD_PARAMS: one field set wrong, and the operand that is blamed. */
  @ParameterizedTest
  @CsvSource({
    "0, 2, ATTRIBUTES",
    "0, 0x20000001, ATTRIBUTES",
    "8, 1, XFAM",
    "8, 0x807, XFAM",
    "8, 0x27, XFAM",
    "8, 0xe3, XFAM",
    "16, 0, MAX_VCPUS",
    "16, 0x40001, NUM_L2_VMS",
    "16, 0x100000001, RDX",
    "24, 0x1f, EPTP_CONTROLS",
    "24, 0x5e, EPTP_CONTROLS",
    "32, 8, EXEC_CONTROLS",
    "32, 1, EPTP_CONTROLS",
    "40, 3, TSC_FREQUENCY",
    "40, 401, TSC_FREQUENCY",
    "40, 0x10050, RDX",
    "16, 0x2000001, RDX",
    "224, 1, IA32_ARCH_CAPABILITIES_CONFIG",
    "232, 1, RDX",
    "256, 0x1, CPUID_CONFIG",
    "440, 0x10, CPUID_CONFIG",
    "1016, 1, RDX",
  })
  void mngInitBlamesTheFieldOfTdParams(int offset, String value, TdxOperand operand) {
    long tdr = host.createTd(TestTdx.KEY);
    long params = host.params();
    Bytes.put64(host.memory.page(params), offset, Long.decode(value));
    assertStatus(TDX_OPERAND_INVALID.with(operand), host.call(Seamcall.TDH_MNG_INIT, tdr, params));
    if (offset == 256) {
      assertEquals(1 | -1L << 32, host.rcx(), "leaf 1 without a subleaf");
    }
  }

  /** What 1.5 gave a meaning is reserved before it. */
  @ParameterizedTest
  @CsvSource({"18, 1", "19, 1", "224, 1", "32, 2"})
  void module10KnowsNoneOfWhat15Added(int offset, int value) {
    TestTdx older = TestTdx.ready(TdxModuleVersion.V1_0);
    long tdr = older.createTd(TestTdx.KEY);
    long params = older.params();
    older.memory.page(params)[offset] = (byte) value;
    TdxOperand operand = offset == 32 ? TdxOperand.EXEC_CONTROLS : TdxOperand.RDX;
    assertStatus(TDX_OPERAND_INVALID.with(operand), older.call(Seamcall.TDH_MNG_INIT, tdr, params));
  }
}
