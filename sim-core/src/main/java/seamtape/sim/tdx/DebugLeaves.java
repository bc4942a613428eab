package seamtape.sim.tdx;

import static seamtape.catalog.TdxOperand.SEPT_TREE;
import static seamtape.catalog.TdxStatus.TDX_EPT_ENTRY_NOT_PRESENT;
import static seamtape.catalog.TdxStatus.TDX_EPT_ENTRY_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_EPT_WALK_FAILED;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_TD_NON_DEBUG;
import static seamtape.sim.marshal.Gpr.R8;

import seamtape.catalog.Seamcall;

/** TDH.MEM.RD and WR: private memory of a TD whose attributes allow debugging. */
final class DebugLeaves {
  private final TdxModule module;
  private final Operands operands;
  private final GpaOperand gpa;

  DebugLeaves(TdxModule module) {
    this.module = module;
    this.operands = new Operands(module);
    this.gpa = new GpaOperand(operands);
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_MEM_RD, this::read);
    table.add(Seamcall.TDH_MEM_WR, this::write);
  }

  private long read(int lp, long[] regs) {
    long bad = find(Seamcall.TDH_MEM_RD, regs, SeptRule.READ);
    regs[R8] = bad == 0 ? Bytes.u64(page(), offset()) : 0;
    return bad;
  }

  private long write(int lp, long[] regs) {
    long data = regs[R8];
    long bad = find(Seamcall.TDH_MEM_WR, regs, SeptRule.WRITE);
    if (bad != 0) {
      regs[R8] = 0;
      return bad;
    }
    regs[R8] = Bytes.u64(page(), offset());
    Bytes.put64(page(), offset(), data);
    return Leaf.SUCCESS;
  }

  private long find(Seamcall leaf, long[] regs, int rule) {
    long bad = gpa.address(leaf, regs, 8, false);
    if (bad != 0) {
      return bad;
    }
    Td td = operands.td;
    if (!td.debug()) {
      return TDX_TD_NON_DEBUG.value();
    }
    if (td.sept.lock.busyShared()) {
      return TDX_OPERAND_BUSY.with(SEPT_TREE);
    }
    boolean reached = td.sept.walk(gpa.gpa, SecureEpt.LEVEL_4K);
    SeptState state = td.sept.state();
    if (!reached && !state.leaf()) {
      return gpa.refuse(TDX_EPT_WALK_FAILED, regs);
    }
    if (!state.leaf()) {
      return gpa.refuse(TDX_EPT_ENTRY_NOT_PRESENT, regs);
    }
    return state.allows(rule) ? Leaf.SUCCESS : gpa.refuse(TDX_EPT_ENTRY_STATE_INCORRECT, regs);
  }

  /** The page, wherever in a large one the address lies. */
  private byte[] page() {
    SecureEpt sept = operands.td.sept;
    long inside = gpa.gpa & ((1L << (12 + 9 * sept.level())) - 1);
    return module.memory.page(sept.hpa() + inside);
  }

  private int offset() {
    return (int) gpa.gpa & (PhysicalMemory.PAGE_SIZE - 1);
  }
}
