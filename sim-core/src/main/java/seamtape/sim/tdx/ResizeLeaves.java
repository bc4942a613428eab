package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_EPT_INVALID_PROMOTE_CONDITIONS;
import static seamtape.catalog.TdxStatus.TDX_INTERRUPTED_RESTARTABLE;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RCX;

import java.util.Arrays;
import seamtape.catalog.Seamcall;

/** TDH.MEM.PAGE.PROMOTE and DEMOTE: 512 private pages and one large one. */
final class ResizeLeaves {
  private final TdxModule module;
  private final Operands operands;
  private final GpaOperand gpa;

  ResizeLeaves(TdxModule module) {
    this.module = module;
    this.operands = new Operands(module);
    this.gpa = new GpaOperand(operands);
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_MEM_PAGE_PROMOTE, this::promote);
    table.add(Seamcall.TDH_MEM_PAGE_DEMOTE, this::demote);
  }

  private long mapping(Seamcall leaf, long[] regs) {
    return gpa.mapping(leaf, regs, SecureEpt.LEVEL_2M, SecureEpt.LEVEL_1G, false, 0);
  }

  private long promote(int lp, long[] regs) {
    long bad = mapping(Seamcall.TDH_MEM_PAGE_PROMOTE, regs);
    if (bad == 0) {
      bad = gpa.walkBlocked(regs, SeptRule.PROMOTE, module.pamt);
    }
    if (bad != 0) {
      return bad;
    }
    SecureEpt sept = operands.td.sept;
    SeptPage children = sept.child();
    if (!contiguous(children)) {
      return gpa.refuse(TDX_EPT_INVALID_PROMOTE_CONDITIONS, regs);
    }
    if (module.takeInterrupt()) {
      return TDX_INTERRUPTED_RESTARTABLE.value();
    }
    long first = children.entries[0] & SeptPage.ADDRESS;
    SeptState state = SeptPage.state(children.entries[0]);
    boolean suppressVe = (children.entries[0] & SeptPage.SUPPRESS_VE) != 0;
    module.pamt.join(first, gpa.level);
    operands.release(children.hpa);
    sept.map(first, state, suppressVe);
    regs[RCX] = children.hpa;
    Arrays.fill(regs, R9, R11 + 1, SeptLeaves.NULL_PA);
    return Leaf.SUCCESS;
  }

  /** All 512 entries are mapped, or all pending, and their pages make one aligned large page. */
  private boolean contiguous(SeptPage children) {
    long first = children.entries[0] & SeptPage.ADDRESS;
    SeptState state = SeptPage.state(children.entries[0]);
    boolean whole = state == SeptState.MAPPED || state == SeptState.PENDING;
    if (!whole || (first & (gpa.size() - 1)) != 0) {
      return false;
    }
    long step = gpa.size() >>> 9;
    for (int i = 1; i < 512; i++) {
      long entry = children.entries[i];
      if (SeptPage.state(entry) != state || (entry & SeptPage.ADDRESS) != first + i * step) {
        return false;
      }
    }
    return true;
  }

  private long demote(int lp, long[] regs) {
    long bad = mapping(Seamcall.TDH_MEM_PAGE_DEMOTE, regs);
    if (bad == 0) {
      bad = gpa.walkBlocked(regs, SeptRule.DEMOTE, module.pamt);
    }
    if (bad == 0) {
      bad = operands.freePage(regs[R8], R8);
    }
    if (bad != 0) {
      return bad;
    }
    if (module.takeInterrupt()) {
      return TDX_INTERRUPTED_RESTARTABLE.value();
    }
    SecureEpt sept = operands.td.sept;
    SeptPage children = new SeptPage(regs[R8]);
    fill(children, sept.hpa(), RangeLeaves.unblocked(sept.state()), sept.suppressVe());
    operands.take(Pamt.EPT, children);
    module.pamt.split(sept.hpa(), gpa.level);
    sept.map(children.hpa, SeptState.NL_MAPPED, false);
    Arrays.fill(regs, R9, R11 + 1, SeptLeaves.NULL_PA);
    return Leaf.SUCCESS;
  }

  private void fill(SeptPage children, long first, SeptState state, boolean suppressVe) {
    long step = gpa.size() >>> 9;
    for (int i = 0; i < 512; i++) {
      children.entries[i] = SeptPage.make(first + i * step, state, suppressVe);
    }
    children.used = 512;
  }
}
