package seamtape.sim.kvm.tdx;

import static seamtape.sim.marshal.CallShape.PLAIN;
import static seamtape.sim.marshal.CallShape.RET;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.tdx.PhysicalMemory;

/**
 * The end of a TD: its vCPUs leave their processors, the key is freed, and every page is reclaimed,
 * TDR last.
 */
final class TdTeardown {
  private static final long SUCCESS = TdxStatus.TDX_SUCCESS.value();
  private static final int KEY_ID_SHIFT = 46;

  /** TDH.PHYMEM.CACHE.WB goes on where it was interrupted. */
  private static final long RESUME = 1;

  private final KvmTdx tdx;
  private final TdxHost host;
  private final int lp;

  TdTeardown(KvmTdx tdx) {
    this.tdx = tdx;
    this.host = tdx.host;
    this.lp = host.lp();
  }

  void run() {
    if (tdx.keyAssigned()) {
      releaseKey();
      tdx.memory.release();
      for (int i = 0; i < tdx.vm.createdVcpus(); i++) {
        VcpuTdx vcpu = tdx.vm.vcpus().get(i).tdx();
        vcpu.release();
      }
    }
    for (int i = 0; i < tdx.tdcs.length; i++) {
      reclaim(tdx.tdcs[i], false);
      tdx.tdcs[i] = PhysicalMemory.NONE;
    }
    tdx.tdcs = new long[0];
    reclaim(tdx.tdr, true);
    tdx.tdr = PhysicalMemory.NONE;
    if (tdx.sharedEptRoot != PhysicalMemory.NONE) {
      host.memory.free(tdx.sharedEptRoot);
      tdx.sharedEptRoot = PhysicalMemory.NONE;
    }
  }

  /** tdx_mmu_release_hkid. */
  private void releaseKey() {
    for (int i = 0; i < tdx.vm.createdVcpus(); i++) {
      tdx.vm.vcpus().get(i).tdx().flush();
    }
    call(Seamcall.TDH_MNG_VPFLUSHDONE, tdx.tdr);
    int packages = host.module.platform().packages();
    for (int i = 0; i < packages; i++) {
      writeBack(i * host.module.platform().lpsPerPackage());
    }
    call(Seamcall.TDH_MNG_KEY_FREEID, tdx.tdr);
    host.freeKeyId(tdx.keyId);
    tdx.keyId = KvmTdx.NO_KEY;
  }

  private void writeBack(int onLp) {
    long resume = 0;
    long status;
    do {
      status = host.seamcalls.call(onLp, Seamcall.TDH_PHYMEM_CACHE_WB, PLAIN, resume, 0);
      resume = RESUME;
    } while (TdxStatus.of(status).orElse(null) == TdxStatus.TDX_INTERRUPTED_RESUMABLE);
  }

  private long call(Seamcall leaf, long rcx) {
    return host.seamcalls.call(lp, leaf, PLAIN, rcx, 0);
  }

  /** A control page: back from the module, then free. A page that it keeps is lost to the host. */
  private void reclaim(long page, boolean tdr) {
    if (page == PhysicalMemory.NONE) {
      return;
    }
    long status = host.seamcalls.call(lp, Seamcall.TDH_PHYMEM_PAGE_RECLAIM, RET, page, 0);
    if (tdr && status == SUCCESS) {
      long key = (long) host.globalKeyId() << KEY_ID_SHIFT;
      call(Seamcall.TDH_PHYMEM_PAGE_WBINVD, page | key);
    }
    boolean neverGiven =
        TdxStatus.of(status).orElse(null) == TdxStatus.TDX_PAGE_METADATA_INCORRECT
            && host.seamcalls.results().get(Gpr.RCX) == 0;
    if (status == SUCCESS || neverGiven) {
      host.memory.free(page);
    }
  }
}
