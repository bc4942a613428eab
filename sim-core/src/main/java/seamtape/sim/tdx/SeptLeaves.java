package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_EPT_ENTRY_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_EPT_PAGE_NOT_FREE;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R8;
import static seamtape.sim.marshal.Gpr.R9;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import seamtape.catalog.Seamcall;

/** TDH.MEM.SEPT.*: the pages of the secure EPT. */
final class SeptLeaves {
  /** What stands for no page in registers that name several. */
  static final long NULL_PA = -1;

  /** The deepest tree has its root entries at this level. */
  static final int HIGHEST_LEVEL = 4;

  private static final long ALLOW_EXISTING = 1;

  private final TdxModule module;
  private final Operands operands;
  private final GpaOperand gpa;

  SeptLeaves(TdxModule module) {
    this.module = module;
    this.operands = new Operands(module);
    this.gpa = new GpaOperand(operands);
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_MEM_SEPT_ADD, this::add);
    table.add(Seamcall.TDH_MEM_SEPT_RD, this::read);
    table.add(Seamcall.TDH_MEM_SEPT_REMOVE, this::remove);
  }

  private long add(int lp, long[] regs) {
    boolean version1 = TdxModule.leafVersion(regs) == 1;
    long flags = version1 ? regs[RDX] & ALLOW_EXISTING : 0;
    long bad =
        gpa.mapping(
            Seamcall.TDH_MEM_SEPT_ADD, regs, SecureEpt.LEVEL_2M, HIGHEST_LEVEL, false, flags);
    if (bad == 0 && version1) {
      bad = noL2Pages(regs);
    }
    if (bad == 0) {
      bad = gpa.walk(regs, SeptRule.ADD_SEPT);
    }
    if (bad != 0) {
      return bad;
    }
    SecureEpt sept = operands.td.sept;
    if (sept.state() == SeptState.NL_MAPPED) {
      return flags != 0 ? Leaf.SUCCESS : gpa.refuse(TDX_EPT_ENTRY_STATE_INCORRECT, regs);
    }
    long page = regs[R8];
    bad = operands.freePage(page, R8);
    if (bad != 0) {
      return bad;
    }
    operands.take(Pamt.EPT, new SeptPage(page));
    sept.map(page, SeptState.NL_MAPPED, false);
    if (version1) {
      regs[R8] = NULL_PA;
    }
    return Leaf.SUCCESS;
  }

  /** L2 VMs have no secure EPT of their own here, so none of their pages can be taken. */
  private static long noL2Pages(long[] regs) {
    for (int register = R9; register <= R11; register++) {
      if (regs[register] != NULL_PA) {
        return Operands.invalid(register);
      }
    }
    return Leaf.SUCCESS;
  }

  private long read(int lp, long[] regs) {
    long bad =
        gpa.mapping(Seamcall.TDH_MEM_SEPT_RD, regs, SecureEpt.LEVEL_4K, HIGHEST_LEVEL, false, 0);
    if (module.version.is15()) {
      regs[R8] = 0;
    }
    if (bad == 0) {
      bad = gpa.walk(regs);
    }
    if (bad == 0) {
      regs[RCX] = operands.td.sept.entry();
      regs[RDX] = operands.td.sept.levelAndState();
    }
    return bad;
  }

  private long remove(int lp, long[] regs) {
    long bad =
        gpa.mapping(
            Seamcall.TDH_MEM_SEPT_REMOVE, regs, SecureEpt.LEVEL_2M, HIGHEST_LEVEL, false, 0);
    if (bad == 0) {
      bad = gpa.walkBlocked(regs, SeptRule.REMOVE_SEPT, module.pamt);
    }
    if (bad != 0) {
      return bad;
    }
    SecureEpt sept = operands.td.sept;
    if (sept.child().used != 0) {
      return gpa.refuse(TDX_EPT_PAGE_NOT_FREE, regs);
    }
    long page = sept.hpa();
    operands.release(page);
    sept.clear();
    regs[RCX] = page;
    return Leaf.SUCCESS;
  }
}
