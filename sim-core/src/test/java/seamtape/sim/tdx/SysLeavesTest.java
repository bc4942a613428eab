package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.catalog.TdxStatus.TDX_INVALID_PAMT;
import static seamtape.catalog.TdxStatus.TDX_INVALID_RESERVED_IN_TDMR;
import static seamtape.catalog.TdxStatus.TDX_INVALID_TDMR;
import static seamtape.catalog.TdxStatus.TDX_NON_ORDERED_RESERVED_IN_TDMR;
import static seamtape.catalog.TdxStatus.TDX_NON_ORDERED_TDMR;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_ADDR_RANGE_ERROR;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_PAMT_OUTSIDE_CMRS;
import static seamtape.catalog.TdxStatus.TDX_PAMT_OVERLAP;
import static seamtape.catalog.TdxStatus.TDX_RND_NO_ENTROPY;
import static seamtape.catalog.TdxStatus.TDX_SEAMCALL_UD;
import static seamtape.catalog.TdxStatus.TDX_SEAMCALL_VMFAILINVALID;
import static seamtape.catalog.TdxStatus.TDX_SYS_BUSY;
import static seamtape.catalog.TdxStatus.TDX_SYS_CONFIG_NOT_PENDING;
import static seamtape.catalog.TdxStatus.TDX_SYS_INIT_NOT_PENDING;
import static seamtape.catalog.TdxStatus.TDX_SYS_KEY_CONFIG_NOT_PENDING;
import static seamtape.catalog.TdxStatus.TDX_SYS_LP_INIT_DONE;
import static seamtape.catalog.TdxStatus.TDX_SYS_LP_INIT_NOT_PENDING;
import static seamtape.catalog.TdxStatus.TDX_SYS_NOT_READY;
import static seamtape.catalog.TdxStatus.TDX_SYS_SHUTDOWN;
import static seamtape.catalog.TdxStatus.TDX_SYS_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_TDMR_ALREADY_INITIALIZED;
import static seamtape.catalog.TdxStatus.TDX_TDMR_OUTSIDE_CMRS;
import static seamtape.sim.tdx.TestTdx.assertStatus;

import org.junit.jupiter.api.Test;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;

class SysLeavesTest {
  private static final long INVALID_RAX = TDX_OPERAND_INVALID.with(TdxOperand.RAX);

  private final TestTdx fresh = new TestTdx(TdxModuleVersion.V1_5);

  @Test
  void withoutAModuleSeamcallFailsVmFailInvalidAndKeepsTheRegistersS12() {
    TestTdx none = new TestTdx(TdxModuleVersion.NONE);
    assertStatus(TDX_SEAMCALL_VMFAILINVALID.value(), none.call(Seamcall.TDH_SYS_INIT, 7, 8));
    assertEquals(7, none.rcx());
    assertEquals(8, none.rdx());
  }

  @Test
  void outsideVmxOperationSeamcallIsUndefined() {
    fresh.module.vmx(0, false);
    assertStatus(TDX_SEAMCALL_UD.value(), fresh.call(Seamcall.TDH_SYS_INIT));
    fresh.module.vmx(0, true);
    fresh.must(Seamcall.TDH_SYS_INIT);
  }

  @Test
  void raxIsCheckedInTheOrderOfTheDispatcher() {
    assertStatus(INVALID_RAX, fresh.callRaw(1L << 24));
    assertStatus(INVALID_RAX, fresh.callRaw(Seamcall.TDH_SYS_INIT.number() | 1 << 16));
    assertStatus(TDX_SYS_NOT_READY.value(), fresh.callRaw(0x77));
    TestTdx ready = TestTdx.ready();
    assertStatus(INVALID_RAX, ready.callRaw(0x77));
    assertStatus(INVALID_RAX, ready.callRaw(Seamcall.TDH_MNG_RD.number() | 2 << 16));
    assertStatus(INVALID_RAX, ready.call(Seamcall.TDH_MEM_SEPT_WR));
    assertStatus(INVALID_RAX, ready.call(Seamcall.TDH_SYS_DISABLE));
    assertStatus(INVALID_RAX, ready.call(Seamcall.TDH_PHYMEM_PAMT_ADD));
    assertStatus(TDX_SEAMCALL_VMFAILINVALID.value(), ready.callRaw(1L << 63));
  }

  @Test
  void aLeafThatTheVersionLacksIsRefusedLikeAnUnknownOne() {
    TestTdx old = TestTdx.ready(TdxModuleVersion.V1_0);
    assertStatus(INVALID_RAX, old.call(Seamcall.TDH_SYS_RD));
    assertStatus(INVALID_RAX, old.call(Seamcall.TDH_EXPORT_PAUSE));
    assertStatus(INVALID_RAX, old.callVersion(Seamcall.TDH_MNG_RD, 1));
    TestTdx middle = TestTdx.ready(TdxModuleVersion.V1_5_01);
    assertStatus(INVALID_RAX, middle.callVersion(Seamcall.TDH_VP_INIT, 1));
  }

  @Test
  void sysInitAndLpInitRunOnceAndInOrder() {
    assertStatus(TDX_SYS_LP_INIT_NOT_PENDING.value(), fresh.call(Seamcall.TDH_SYS_LP_INIT));
    assertStatus(TDX_OPERAND_INVALID.with(TdxOperand.RCX), fresh.call(Seamcall.TDH_SYS_INIT, 1));
    fresh.module.failEntropy(1);
    assertStatus(TDX_RND_NO_ENTROPY.value(), fresh.call(Seamcall.TDH_SYS_INIT));
    fresh.must(Seamcall.TDH_SYS_INIT);
    assertStatus(TDX_SYS_INIT_NOT_PENDING.value(), fresh.call(Seamcall.TDH_SYS_INIT));
    fresh.must(Seamcall.TDH_SYS_LP_INIT);
    assertStatus(TDX_SYS_LP_INIT_DONE.value(), fresh.call(Seamcall.TDH_SYS_LP_INIT));
    assertStatus(TDX_SYS_CONFIG_NOT_PENDING.value(), fresh.call(Seamcall.TDH_SYS_CONFIG));
    assertStatus(TDX_SYS_STATE_INCORRECT.value(), fresh.call(Seamcall.TDH_SYS_UPDATE));
    assertStatus(TDX_SYS_KEY_CONFIG_NOT_PENDING.value(), fresh.call(Seamcall.TDH_SYS_KEY_CONFIG));
    fresh.module.lock.lockExclusive();
    assertStatus(TDX_SYS_BUSY.value(), fresh.call(Seamcall.TDH_SYS_LP_INIT));
  }

  private long config(int count, int key) {
    return fresh.call(Seamcall.TDH_SYS_CONFIG, pointers, count, key);
  }

  private long pointers;

  private byte[] tdmrs() {
    fresh.must(Seamcall.TDH_SYS_INIT);
    for (fresh.lp = 0; fresh.lp < 8; fresh.lp++) {
      fresh.must(Seamcall.TDH_SYS_LP_INIT);
    }
    fresh.lp = 0;
    pointers = fresh.page();
    long info = fresh.page();
    TestTdx.tdmrInfo(fresh.memory.page(info), 0, 0x10_0000);
    Bytes.put64(fresh.memory.page(pointers), 0, info);
    return fresh.memory.page(info);
  }

  @Test
  void sysConfigChecksItsOperands() {
    tdmrs();
    assertStatus(TDX_OPERAND_INVALID.with(TdxOperand.R8), config(1, 31));
    assertStatus(TDX_OPERAND_INVALID.with(TdxOperand.R8), config(1, 1 << 16));
    assertStatus(TDX_OPERAND_INVALID.with(TdxOperand.RDX), config(65, 32));
    assertStatus(TDX_OPERAND_INVALID.with(TdxOperand.RDX), config(0, 32));
    assertStatus(TDX_OPERAND_INVALID.with(TdxOperand.TDMR_INFO_PA), config(2, 33) & -1L);
  }

  @Test
  void sysConfigChecksEachTdmrInfo() {
    byte[] info = tdmrs();
    byte[] good = info.clone();
    int reserved = 64;
    Bytes.put64(info, 8, 4096);
    assertStatus(TDX_INVALID_TDMR.value(), config(1, 32));
    System.arraycopy(good, 0, info, 0, info.length);
    Bytes.put64(info, reserved + 8, 0x8_0000);
    assertStatus(TDX_TDMR_OUTSIDE_CMRS.value(), config(1, 32));
    System.arraycopy(good, 0, info, 0, info.length);
    Bytes.put64(info, reserved + 8, 0x10_0001);
    assertStatus(TDX_INVALID_RESERVED_IN_TDMR.value(), config(1, 32));
    System.arraycopy(good, 0, info, 0, info.length);
    Bytes.put64(info, reserved + 16, 0x1000);
    assertStatus(TDX_NON_ORDERED_RESERVED_IN_TDMR.value() | 1 << 8, config(1, 32));
    System.arraycopy(good, 0, info, 0, info.length);
    Bytes.put64(info, 24, 0);
    assertStatus(TDX_INVALID_PAMT.value() | 2 << 8, config(1, 32));
    System.arraycopy(good, 0, info, 0, info.length);
    Bytes.put64(info, 16, 1L << 40);
    assertStatus(TDX_PAMT_OUTSIDE_CMRS.value() | 2 << 8, config(1, 32));
    System.arraycopy(good, 0, info, 0, info.length);
    Bytes.put64(info, 16, 0x20_0000);
    assertStatus(TDX_PAMT_OVERLAP.value() | 2 << 8, config(1, 32));
    Bytes.put64(fresh.memory.page(pointers), 8, Bytes.u64(fresh.memory.page(pointers), 0));
    System.arraycopy(good, 0, info, 0, info.length);
    assertStatus(TDX_NON_ORDERED_TDMR.value() | 1, config(2, 32));
    assertEquals(0, config(1, 32), "the good one");
  }

  @Test
  void tdmrInitMovesItsAddressOncePerGibAndEnds() {
    TestTdx host = new TestTdx(TdxModuleVersion.V1_5);
    host.must(Seamcall.TDH_SYS_INIT);
    for (host.lp = 0; host.lp < 8; host.lp++) {
      host.must(Seamcall.TDH_SYS_LP_INIT);
    }
    host.lp = 0;
    host.configure();
    assertStatus(TDX_SYS_NOT_READY.value(), host.call(Seamcall.TDH_SYS_TDMR_INIT, 0));
    host.must(Seamcall.TDH_SYS_KEY_CONFIG);
    for (int i = 1; i <= 256; i++) {
      host.must(Seamcall.TDH_SYS_TDMR_INIT, 0);
      assertEquals(i < 256 ? 0 : TestTdx.GIB, host.rdx());
      if (i == 255) {
        assertStatus(
            TDX_OPERAND_ADDR_RANGE_ERROR.with(TdxOperand.RCX),
            host.call(Seamcall.TDH_MNG_CREATE, host.page(), TestTdx.KEY));
      }
    }
    assertStatus(TDX_TDMR_ALREADY_INITIALIZED.value(), host.call(Seamcall.TDH_SYS_TDMR_INIT, 0));
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.RCX), host.call(Seamcall.TDH_SYS_TDMR_INIT, 0x1000));
  }

  @Test
  void afterShutdownOnlyLpShutdownAnswers() {
    TestTdx host = TestTdx.ready();
    assertStatus(TDX_OPERAND_INVALID.with(TdxOperand.RCX), host.call(Seamcall.TDH_SYS_SHUTDOWN, 9));
    host.must(Seamcall.TDH_SYS_SHUTDOWN);
    assertStatus(TDX_SYS_SHUTDOWN.value(), host.call(Seamcall.TDH_SYS_INIT));
    host.must(Seamcall.TDH_SYS_LP_SHUTDOWN);
  }
}
