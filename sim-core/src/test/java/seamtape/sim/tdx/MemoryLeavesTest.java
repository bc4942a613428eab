package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static seamtape.catalog.TdxStatus.TDX_EPT_ENTRY_NOT_PRESENT;
import static seamtape.catalog.TdxStatus.TDX_EPT_ENTRY_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_EPT_INVALID_PROMOTE_CONDITIONS;
import static seamtape.catalog.TdxStatus.TDX_EPT_PAGE_NOT_FREE;
import static seamtape.catalog.TdxStatus.TDX_EPT_WALK_FAILED;
import static seamtape.catalog.TdxStatus.TDX_GPA_RANGE_ALREADY_BLOCKED;
import static seamtape.catalog.TdxStatus.TDX_GPA_RANGE_NOT_BLOCKED;
import static seamtape.catalog.TdxStatus.TDX_INTERRUPTED_RESTARTABLE;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_PAGE_METADATA_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_PREVIOUS_TLB_EPOCH_BUSY;
import static seamtape.catalog.TdxStatus.TDX_TD_NON_DEBUG;
import static seamtape.catalog.TdxStatus.TDX_TLB_TRACKING_NOT_DONE;
import static seamtape.sim.tdx.TestTdx.assertStatus;

import org.junit.jupiter.api.Test;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;
import seamtape.catalog.TdxStatus;
import seamtape.sim.marshal.Gpr;

class MemoryLeavesTest {
  private static final long LARGE = 1L << 21;

  private final TestTdx host = TestTdx.ready();

  private static long rcx(TdxStatus status) {
    return status.with(TdxOperand.RCX);
  }

  private long large() {
    return host.memory.allocateBlock(16L << 20, LARGE) & -LARGE;
  }

  @Test
  void septAddBuildsFromTheRootAndSeptRdShowsIt() {
    long tdr = host.initializedTd(TestTdx.KEY);
    assertStatus(
        rcx(TDX_EPT_WALK_FAILED), host.call(Seamcall.TDH_MEM_SEPT_ADD, 1, tdr, host.page()));
    assertEquals(3, host.rdx(), "level 3, free");
    host.sept(tdr, 0);
    host.must(Seamcall.TDH_MEM_SEPT_RD, 1, tdr);
    assertEquals(132 << 8 | 1, host.rdx(), "level 1, NL_MAPPED");
    assertStatus(
        rcx(TDX_EPT_ENTRY_STATE_INCORRECT),
        host.call(Seamcall.TDH_MEM_SEPT_ADD, 1, tdr, host.page()));
    long spare = host.page();
    host.mustVersion(Seamcall.TDH_MEM_SEPT_ADD, 1, 1, tdr | 1, spare, -1, -1, -1);
    assertEquals(spare, host.r8(), "version 1 with existing pages allowed: left over");
    assertStatus(rcx(TDX_OPERAND_INVALID), host.call(Seamcall.TDH_MEM_SEPT_ADD, 5, tdr, spare));
  }

  @Test
  void aPageHasOneOwner() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.sept(tdr, 0);
    long page = host.addPage(tdr, 0, 1);
    assertStatus(
        TDX_PAGE_METADATA_INCORRECT.with(TdxOperand.R8),
        host.call(Seamcall.TDH_MEM_PAGE_AUG, 0x1000, tdr, page));
    host.must(Seamcall.TDH_PHYMEM_PAGE_RDMD, page);
    assertEquals(3, host.rcx(), "PT_REG");
    assertEquals(tdr, host.rdx());
    assertStatus(
        rcx(TDX_PAGE_METADATA_INCORRECT), host.call(Seamcall.TDH_PHYMEM_PAGE_WBINVD, page));
    assertEquals(TestTdx.KEY, host.memory.keyId(page));
  }

  @Test
  void aPageIsRemovedOnlyBlockedTrackedAndAfterTheVcpusLeft() {
    long tdr = host.runnableTd(TestTdx.KEY);
    host.sept(tdr, 0);
    long page = host.page();
    host.must(Seamcall.TDH_MEM_PAGE_AUG, 0, tdr, page);
    assertStatus(rcx(TDX_GPA_RANGE_NOT_BLOCKED), host.call(Seamcall.TDH_MEM_PAGE_REMOVE, 0, tdr));
    TdVcpu vcpu = host.module.td(tdr).vcpus().get(0);
    vcpu.enter(0);
    host.must(Seamcall.TDH_MEM_RANGE_BLOCK, 0, tdr);
    assertStatus(
        rcx(TDX_GPA_RANGE_ALREADY_BLOCKED), host.call(Seamcall.TDH_MEM_RANGE_BLOCK, 0, tdr));
    assertEquals(3 << 8, host.rdx(), "PENDING_BLOCKED");
    assertStatus(rcx(TDX_TLB_TRACKING_NOT_DONE), host.call(Seamcall.TDH_MEM_PAGE_REMOVE, 0, tdr));
    host.must(Seamcall.TDH_MEM_TRACK, tdr);
    assertStatus(rcx(TDX_TLB_TRACKING_NOT_DONE), host.call(Seamcall.TDH_MEM_PAGE_REMOVE, 0, tdr));
    assertStatus(TDX_PREVIOUS_TLB_EPOCH_BUSY.value(), host.call(Seamcall.TDH_MEM_TRACK, tdr));
    vcpu.exit();
    host.must(Seamcall.TDH_MEM_PAGE_REMOVE, 0, tdr);
    assertEquals(page, host.rcx());
    host.must(Seamcall.TDH_PHYMEM_PAGE_RDMD, page);
    assertEquals(0, host.rcx(), "PT_NDA");
  }

  @Test
  void whileAVcpuRunsExclusiveLeavesAreBusy() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.vcpu(tdr);
    TdVcpu vcpu = host.module.td(tdr).vcpus().get(0);
    vcpu.enter(0);
    assertStatus(TDX_OPERAND_BUSY.with(TdxOperand.TDR), host.call(Seamcall.TDH_MR_FINALIZE, tdr));
    assertStatus(
        TDX_OPERAND_BUSY.with(TdxOperand.TDVPR), host.call(Seamcall.TDH_VP_FLUSH, vcpu.tdvpr));
    vcpu.exit();
    host.module.td(tdr).sept().lock.lockExclusive();
    assertStatus(
        TDX_OPERAND_BUSY.with(TdxOperand.SEPT_TREE), host.call(Seamcall.TDH_MEM_SEPT_RD, 0, tdr));
  }

  @Test
  void relocateMovesTheContentAndUnblocks() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.sept(tdr, 0);
    long old = host.addPage(tdr, 0, 0x5a);
    long target = host.page();
    host.must(Seamcall.TDH_MEM_RANGE_BLOCK, 0, tdr);
    host.must(Seamcall.TDH_MEM_TRACK, tdr);
    host.must(Seamcall.TDH_MEM_PAGE_RELOCATE, 0, tdr, target);
    assertEquals(old, host.rcx());
    assertEquals(0x5a, host.memory.page(target)[99]);
    host.must(Seamcall.TDH_MEM_SEPT_RD, 0, tdr);
    assertEquals(4 << 8, host.rdx(), "MAPPED");
    assertEquals(target, host.rcx() & 0xf_ffff_ffff_f000L);
  }

  @Test
  void unblockGivesThePageBackAsItWas() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.sept(tdr, 0);
    host.addPage(tdr, 0, 1);
    host.must(Seamcall.TDH_MEM_RANGE_BLOCK, 0, tdr);
    host.must(Seamcall.TDH_MEM_TRACK, tdr);
    host.must(Seamcall.TDH_MEM_RANGE_UNBLOCK, 0, tdr);
    host.must(Seamcall.TDH_MEM_SEPT_RD, 0, tdr);
    assertEquals(4 << 8, host.rdx());
  }

  @Test
  void aLargePageIsSplitAndJoinedAgain() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.septTo(tdr, 0, 2);
    long page = large();
    assertStatus(
        TDX_OPERAND_INVALID.with(TdxOperand.R8),
        host.call(Seamcall.TDH_MEM_PAGE_AUG, 1, tdr, page + 4096));
    host.must(Seamcall.TDH_MEM_PAGE_AUG, 1, tdr, page);
    host.must(Seamcall.TDH_PHYMEM_PAGE_RDMD, page + 8192);
    assertEquals(1, host.r8(), "2 MiB");
    block(tdr, 1);
    long table = host.page();
    host.module.interrupt();
    assertStatus(
        TDX_INTERRUPTED_RESTARTABLE.value(),
        host.call(Seamcall.TDH_MEM_PAGE_DEMOTE, 1, tdr, table));
    host.must(Seamcall.TDH_MEM_PAGE_DEMOTE, 1, tdr, table);
    host.must(Seamcall.TDH_MEM_SEPT_RD, 0x3000, tdr);
    assertEquals(page + 0x3000, host.rcx() & 0xf_ffff_ffff_f000L);
    Invariants.check(host.module);
    block(tdr, 1);
    host.must(Seamcall.TDH_MEM_PAGE_PROMOTE, 1, tdr);
    assertEquals(table, host.rcx(), "the freed page of the secure EPT");
    Invariants.check(host.module);
  }

  private void block(long tdr, long mapping) {
    host.must(Seamcall.TDH_MEM_RANGE_BLOCK, mapping, tdr);
    host.must(Seamcall.TDH_MEM_TRACK, tdr);
  }

  @Test
  void promoteAndSeptRemoveLookAtAllEntries() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.sept(tdr, 0);
    host.addPage(tdr, 0, 1);
    block(tdr, 1);
    assertStatus(
        rcx(TDX_EPT_INVALID_PROMOTE_CONDITIONS), host.call(Seamcall.TDH_MEM_PAGE_PROMOTE, 1, tdr));
    assertStatus(rcx(TDX_EPT_PAGE_NOT_FREE), host.call(Seamcall.TDH_MEM_SEPT_REMOVE, 1, tdr));
    host.sept(host.initializedTd(TestTdx.KEY + 1), 0);
    long other = host.regs.get(Gpr.RDX);
    assertEquals(0, other, "RCX and RDX are 0 after success");
  }

  @Test
  void septRemoveGivesAnEmptyTableBack() {
    long tdr = host.initializedTd(TestTdx.KEY);
    host.sept(tdr, 0);
    block(tdr, 1);
    host.must(Seamcall.TDH_MEM_SEPT_REMOVE, 1, tdr);
    long table = host.rcx();
    host.must(Seamcall.TDH_PHYMEM_PAGE_RDMD, table);
    assertEquals(0, host.rcx());
    Invariants.check(host.module);
  }

  @Test
  void memRdAndWrReachOnlyDebugTds() {
    long closed = host.initializedTd(TestTdx.KEY);
    assertStatus(TDX_TD_NON_DEBUG.value(), host.call(Seamcall.TDH_MEM_RD, 0, closed));
    long tdr = host.initializedTd(TestTdx.KEY + 1, Td.ATTRIBUTE_DEBUG);
    host.sept(tdr, 0);
    host.addPage(tdr, 0, 0x11);
    host.must(Seamcall.TDH_MEM_WR, 8, tdr, 0x1234);
    assertEquals(0x1111_1111_1111_1111L, host.r8());
    host.must(Seamcall.TDH_MEM_RD, 8, tdr);
    assertEquals(0x1234, host.r8());
    assertStatus(rcx(TDX_EPT_ENTRY_NOT_PRESENT), host.call(Seamcall.TDH_MEM_RD, 0x1000, tdr));
    assertStatus(rcx(TDX_OPERAND_INVALID), host.call(Seamcall.TDH_MEM_RD, 4, tdr));
  }
}
