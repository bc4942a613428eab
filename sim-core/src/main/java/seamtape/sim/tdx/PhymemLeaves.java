package seamtape.sim.tdx;

import static seamtape.catalog.TdLifecycleState.TD_TEARDOWN;
import static seamtape.catalog.TdxStatus.TDX_INTERRUPTED_RESUMABLE;
import static seamtape.catalog.TdxStatus.TDX_LIFECYCLE_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_NO_HKID_READY_TO_WBCACHE;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_PAGE_METADATA_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_TD_ASSOCIATED_PAGES_EXIST;
import static seamtape.catalog.TdxStatus.TDX_WBCACHE_RESUME_ERROR;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import java.util.Arrays;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxOperand;

/** TDH.PHYMEM.*: physical pages and caches. */
final class PhymemLeaves {
  private final TdxModule module;
  private final Operands operands;
  private final boolean[] interrupted;

  PhymemLeaves(TdxModule module) {
    this.module = module;
    this.operands = new Operands(module);
    this.interrupted = new boolean[module.platform.packages()];
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_PHYMEM_PAGE_RDMD, this::readMetadata);
    table.add(Seamcall.TDH_PHYMEM_PAGE_RECLAIM, this::reclaim);
    table.add(Seamcall.TDH_PHYMEM_PAGE_WBINVD, this::writeBackPage);
    table.add(Seamcall.TDH_PHYMEM_CACHE_WB, this::writeBackCaches);
  }

  private long readMetadata(int lp, long[] regs) {
    long page = regs[RCX];
    clear(regs);
    long bad = operands.page(page, RCX);
    if (bad == 0) {
      tell(regs);
      regs[R9] = module.pamt.bepoch();
    }
    return bad;
  }

  private static void clear(long[] regs) {
    regs[RCX] = 0;
    regs[RDX] = 0;
    Arrays.fill(regs, R8, R11 + 1, 0);
  }

  /** Type, owner and size of the page that the PAMT stands on. */
  private void tell(long[] regs) {
    Pamt pamt = module.pamt;
    regs[RCX] = pamt.type();
    regs[RDX] = pamt.owner() == null ? 0 : pamt.owner().tdr;
    regs[R8] = pamt.level();
  }

  private long reclaim(int lp, long[] regs) {
    long page = regs[RCX];
    clear(regs);
    long bad = operands.page(page, RCX);
    if (bad != 0) {
      return bad;
    }
    Pamt pamt = module.pamt;
    tell(regs);
    int type = pamt.type();
    if (type == Pamt.NDA || type == Pamt.RSVD) {
      return Operands.blame(TDX_PAGE_METADATA_INCORRECT, RCX);
    }
    if (pamt.base() != page) {
      return Operands.invalid(RCX);
    }
    return type == Pamt.TDR ? reclaimTdr((Td) pamt.control()) : reclaimChild(pamt.owner());
  }

  private long reclaimTdr(Td td) {
    if (td.lifecycle != TD_TEARDOWN) {
      return TDX_LIFECYCLE_STATE_INCORRECT.value();
    }
    if (td.childCount != 0) {
      return TDX_TD_ASSOCIATED_PAGES_EXIST.value();
    }
    module.pamt.release();
    return Leaf.SUCCESS;
  }

  private long reclaimChild(Td owner) {
    if (owner.lifecycle != TD_TEARDOWN) {
      return TDX_LIFECYCLE_STATE_INCORRECT.value();
    }
    module.pamt.release();
    owner.childCount -= 1L << (9 * module.pamt.level());
    return Leaf.SUCCESS;
  }

  /** The page must be nobody's; the key id in the address says whose lines are written back. */
  private long writeBackPage(int lp, long[] regs) {
    long hpa = regs[RCX];
    if (hpa >>> TdxPlatform.PHYSICAL_BITS != 0) {
      return Operands.invalid(RCX);
    }
    return operands.freePage(Operands.plain(hpa), RCX, false);
  }

  private long writeBackCaches(int lp, long[] regs) {
    if (regs[RCX] != 0 && regs[RCX] != 1) {
      return Operands.invalid(RCX);
    }
    if (module.keyIds.writeBackLock.busyExclusive()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.WBCACHE);
    }
    int pkg = module.platform.packageOf(lp);
    boolean resume = regs[RCX] == 1;
    if (resume && !interrupted[pkg]) {
      return TDX_WBCACHE_RESUME_ERROR.value();
    }
    if (!module.keyIds.waitsFor(pkg)) {
      return TDX_NO_HKID_READY_TO_WBCACHE.value();
    }
    interrupted[pkg] = module.takeInterrupt();
    if (interrupted[pkg]) {
      return TDX_INTERRUPTED_RESUMABLE.value();
    }
    module.keyIds.writtenBack(pkg);
    return Leaf.SUCCESS;
  }
}
