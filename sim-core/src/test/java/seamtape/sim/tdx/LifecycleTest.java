package seamtape.sim.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static seamtape.catalog.TdxStatus.TDX_FLUSHVP_NOT_DONE;
import static seamtape.catalog.TdxStatus.TDX_HKID_NOT_FREE;
import static seamtape.catalog.TdxStatus.TDX_LIFECYCLE_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_NO_HKID_READY_TO_WBCACHE;
import static seamtape.catalog.TdxStatus.TDX_TD_ASSOCIATED_PAGES_EXIST;
import static seamtape.catalog.TdxStatus.TDX_WBCACHE_NOT_COMPLETE;
import static seamtape.sim.tdx.TestTdx.assertStatus;

import java.util.List;
import org.junit.jupiter.api.Test;
import seamtape.catalog.PamtPageType;
import seamtape.catalog.Seamcall;

class LifecycleTest {
  private final TestTdx host = TestTdx.ready();

  @Test
  void aTdIsBuiltRunAndTornDownToTheLastPage() {
    long tdr = host.initializedTd(TestTdx.KEY);
    long tdvpr = host.vcpu(tdr);
    host.sept(tdr, 0);
    host.addPage(tdr, 0x1000, 0x5a);
    host.must(Seamcall.TDH_MR_EXTEND, 0x1000, tdr);
    host.must(Seamcall.TDH_MR_FINALIZE, tdr);
    assertEquals(1, host.call(Seamcall.TDH_VP_ENTER, tdvpr), "exit by an external interrupt");

    assertStatus(TDX_FLUSHVP_NOT_DONE.value(), host.call(Seamcall.TDH_MNG_VPFLUSHDONE, tdr));
    host.must(Seamcall.TDH_VP_FLUSH, tdvpr);
    assertStatus(
        TDX_LIFECYCLE_STATE_INCORRECT.value(), host.call(Seamcall.TDH_MNG_KEY_FREEID, tdr));
    host.must(Seamcall.TDH_MNG_VPFLUSHDONE, tdr);
    assertStatus(TDX_WBCACHE_NOT_COMPLETE.value(), host.call(Seamcall.TDH_MNG_KEY_FREEID, tdr));
    host.must(Seamcall.TDH_PHYMEM_CACHE_WB);
    assertStatus(TDX_NO_HKID_READY_TO_WBCACHE.value(), host.call(Seamcall.TDH_PHYMEM_CACHE_WB));
    assertStatus(
        TDX_HKID_NOT_FREE.value(), host.call(Seamcall.TDH_MNG_CREATE, host.page(), TestTdx.KEY));
    host.must(Seamcall.TDH_MNG_KEY_FREEID, tdr);

    reclaimAll(tdr);
    assertTrue(host.module.pamt().used().isEmpty());
    assertNull(host.module.td(tdr));
    host.must(Seamcall.TDH_PHYMEM_PAGE_WBINVD, tdr | (long) TestTdx.GLOBAL_KEY << 46);
    host.must(Seamcall.TDH_MNG_CREATE, tdr, TestTdx.KEY);
  }

  private void reclaimAll(long tdr) {
    assertStatus(
        TDX_TD_ASSOCIATED_PAGES_EXIST.value(), host.call(Seamcall.TDH_PHYMEM_PAGE_RECLAIM, tdr));
    List<Pamt.Entry> pages = host.module.pamt().used();
    for (Pamt.Entry page : pages) {
      if (page.type() != PamtPageType.PT_TDR) {
        host.must(Seamcall.TDH_PHYMEM_PAGE_RECLAIM, page.hpa());
        assertEquals(page.type().value(), host.rcx());
        assertEquals(tdr, host.rdx());
        assertEquals(page.level(), host.r8());
      }
    }
    host.must(Seamcall.TDH_PHYMEM_PAGE_RECLAIM, tdr);
  }
}
