package seamtape.sim.tdx;

import static seamtape.catalog.TdxStatus.TDX_EPT_ENTRY_NOT_PRESENT;
import static seamtape.catalog.TdxStatus.TDX_NO_VCPUS;
import static seamtape.sim.marshal.Gpr.RCX;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdOpState;

/** TDH.MR.*: the measurement of a TD that is being built. */
final class MrLeaves {
  /** Bytes that one MR.EXTEND measures. */
  static final int CHUNK = 256;

  private final TdxModule module;
  private final GpaOperand gpa;
  private final Operands operands;

  MrLeaves(TdxModule module) {
    this.module = module;
    this.operands = new Operands(module);
    this.gpa = new GpaOperand(operands);
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_MR_EXTEND, this::extend);
    table.add(Seamcall.TDH_MR_FINALIZE, this::finish);
  }

  private long extend(int lp, long[] regs) {
    long at = regs[RCX];
    long bad = gpa.address(Seamcall.TDH_MR_EXTEND, regs, CHUNK, true);
    if (bad == 0) {
      bad = gpa.walk(regs);
    }
    if (bad != 0) {
      return bad;
    }
    SecureEpt sept = operands.td.sept;
    if (!sept.state().allows(SeptRule.EXTEND)) {
      return gpa.refuse(TDX_EPT_ENTRY_NOT_PRESENT, regs);
    }
    byte[] page = module.memory.page(sept.hpa());
    operands.td.measurement.extend(at, page, (int) at & (PhysicalMemory.PAGE_SIZE - 1));
    return Leaf.SUCCESS;
  }

  private long finish(int lp, long[] regs) {
    long bad = operands.td(Seamcall.TDH_MR_FINALIZE, regs[RCX], RCX, true);
    if (bad != 0) {
      return bad;
    }
    if (operands.td.numVcpus == 0) {
      return TDX_NO_VCPUS.value();
    }
    operands.td.measurement.finish();
    operands.td.opState = TdOpState.RUNNABLE;
    return Leaf.SUCCESS;
  }
}
