package seamtape.sim.tdx;

import static seamtape.catalog.TdxOperand.TD_EPOCH;
import static seamtape.catalog.TdxStatus.TDX_GPA_RANGE_ALREADY_BLOCKED;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_PREVIOUS_TLB_EPOCH_BUSY;
import static seamtape.sim.marshal.Gpr.RCX;

import seamtape.catalog.Seamcall;

/** TDH.MEM.RANGE.* and TRACK: when a translation may be taken away. */
final class RangeLeaves {
  private final TdxModule module;
  private final Operands operands;
  private final GpaOperand gpa;

  RangeLeaves(TdxModule module) {
    this.module = module;
    this.operands = new Operands(module);
    this.gpa = new GpaOperand(operands);
  }

  void register(LeafTable table) {
    table.add(Seamcall.TDH_MEM_RANGE_BLOCK, this::block);
    table.add(Seamcall.TDH_MEM_RANGE_UNBLOCK, this::unblock);
    table.add(Seamcall.TDH_MEM_TRACK, this::track);
  }

  private long block(int lp, long[] regs) {
    long bad = mapping(Seamcall.TDH_MEM_RANGE_BLOCK, regs);
    if (bad == 0) {
      bad = gpa.walk(regs);
    }
    if (bad == 0 && operands.td.sept.state().blocked()) {
      return gpa.refuse(TDX_GPA_RANGE_ALREADY_BLOCKED, regs);
    }
    if (bad == 0) {
      bad = gpa.walk(regs, SeptRule.BLOCK);
    }
    if (bad != 0) {
      return bad;
    }
    SecureEpt sept = operands.td.sept;
    sept.state(blocked(sept.state()));
    module.pamt.find(sept.hpa());
    module.pamt.bepoch(operands.td.epoch);
    return Leaf.SUCCESS;
  }

  private long mapping(Seamcall leaf, long[] regs) {
    return gpa.mapping(leaf, regs, SecureEpt.LEVEL_4K, SeptLeaves.HIGHEST_LEVEL, false, 0);
  }

  private static SeptState blocked(SeptState state) {
    return switch (state) {
      case NL_MAPPED -> SeptState.NL_BLOCKED;
      case PENDING, PENDING_BLOCKEDW -> SeptState.PENDING_BLOCKED;
      default -> SeptState.BLOCKED;
    };
  }

  /** The state of a blocked entry that is let free again. */
  static SeptState unblocked(SeptState state) {
    return switch (state) {
      case NL_BLOCKED -> SeptState.NL_MAPPED;
      case PENDING_BLOCKED -> SeptState.PENDING;
      default -> SeptState.MAPPED;
    };
  }

  private long unblock(int lp, long[] regs) {
    long bad = mapping(Seamcall.TDH_MEM_RANGE_UNBLOCK, regs);
    if (bad == 0) {
      bad = gpa.walkBlocked(regs, SeptRule.UNBLOCK, module.pamt);
    }
    if (bad == 0) {
      SecureEpt sept = operands.td.sept;
      sept.state(unblocked(sept.state()));
    }
    return bad;
  }

  private long track(int lp, long[] regs) {
    long bad = operands.td(Seamcall.TDH_MEM_TRACK, regs[RCX], RCX, false);
    if (bad != 0) {
      return bad;
    }
    Td td = operands.td;
    if (td.epochLock.busyExclusive()) {
      return TDX_OPERAND_BUSY.with(TD_EPOCH);
    }
    if (td.refCount[(int) (td.epoch - 1) & 1] != 0) {
      return TDX_PREVIOUS_TLB_EPOCH_BUSY.value();
    }
    td.epoch++;
    return Leaf.SUCCESS;
  }
}
