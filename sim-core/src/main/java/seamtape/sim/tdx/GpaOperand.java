package seamtape.sim.tdx;

import static seamtape.catalog.TdxOperand.SEPT_TREE;
import static seamtape.catalog.TdxStatus.TDX_EPT_ENTRY_STATE_INCORRECT;
import static seamtape.catalog.TdxStatus.TDX_EPT_WALK_FAILED;
import static seamtape.catalog.TdxStatus.TDX_GPA_RANGE_NOT_BLOCKED;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_TLB_TRACKING_NOT_DONE;
import static seamtape.sim.marshal.Gpr.RCX;
import static seamtape.sim.marshal.Gpr.RDX;

import seamtape.catalog.Seamcall;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdxStatus;

/**
 * RCX and RDX of the leaves on private memory: a guest physical address with a level, and a TDR.
 * Both are 0 from the first check on; a status about an entry tells the entry in them.
 */
final class GpaOperand {
  private static final long LEVEL = 7;
  private static final long RESERVED = 0xfff0_0000_0000_0ff8L;
  private static final long BEYOND = 0xfff0_0000_0000_0000L;

  private final Operands operands;
  long gpa;
  int level;

  GpaOperand(Operands operands) {
    this.operands = operands;
  }

  /**
   * Reads a mapping, GPA | level, and the TDR; checks them, the TD and that the address is private.
   *
   * @param exclusive how TDR and TDCS are locked
   * @param flags bits of RDX that are not part of the TDR's address
   */
  long mapping(Seamcall leaf, long[] regs, int lowest, int highest, boolean exclusive, long flags) {
    long rcx = regs[RCX];
    long tdr = regs[RDX] & ~flags;
    regs[RCX] = 0;
    regs[RDX] = 0;
    level = (int) (rcx & LEVEL);
    gpa = rcx & ~LEVEL;
    boolean good = (rcx & RESERVED) == 0 && level >= lowest && level <= highest;
    if (!good || (gpa & (size() - 1)) != 0) {
      return Operands.invalid(RCX);
    }
    return inTd(leaf, tdr, exclusive);
  }

  /** Reads an address without a level, and the TDR. */
  long address(Seamcall leaf, long[] regs, long alignment, boolean exclusive) {
    long rcx = regs[RCX];
    long tdr = regs[RDX];
    regs[RCX] = 0;
    regs[RDX] = 0;
    level = SecureEpt.LEVEL_4K;
    gpa = rcx;
    if ((rcx & BEYOND) != 0 || (rcx & (alignment - 1)) != 0) {
      return Operands.invalid(RCX);
    }
    return inTd(leaf, tdr, exclusive);
  }

  private long inTd(Seamcall leaf, long tdr, boolean exclusive) {
    long bad = operands.td(leaf, tdr, RDX, exclusive);
    if (bad != 0) {
      return bad;
    }
    boolean good = operands.td.isPrivate(gpa) && level <= operands.td.sept.rootLevel();
    return good ? Leaf.SUCCESS : Operands.invalid(RCX);
  }

  long size() {
    return 1L << (12 + 9 * level);
  }

  /** Takes the tree's lock and walks to the entry of the address at its level. */
  long walk(long[] regs) {
    SecureEpt sept = operands.td.sept;
    if (sept.lock.busyExclusive()) {
      return TDX_OPERAND_BUSY.with(SEPT_TREE);
    }
    return sept.walk(gpa, level) ? Leaf.SUCCESS : refuse(TDX_EPT_WALK_FAILED, regs);
  }

  /** Walks to an entry that the leaf may work on. */
  long walk(long[] regs, int rule) {
    long bad = walk(regs);
    if (bad != 0) {
      return bad;
    }
    return operands.td.sept.state().allows(rule)
        ? Leaf.SUCCESS
        : refuse(TDX_EPT_ENTRY_STATE_INCORRECT, regs);
  }

  /**
   * Walks to an entry that is blocked, and that no vCPU can still have in its TLB. While a TD is
   * being built none can have run, and its entries need not be blocked either.
   */
  long walkBlocked(long[] regs, int rule, Pamt pamt) {
    long bad = walk(regs, rule);
    if (bad != 0) {
      return bad;
    }
    if (operands.td.opState == TdOpState.INITIALIZED) {
      return Leaf.SUCCESS;
    }
    SecureEpt sept = operands.td.sept;
    if (!sept.state().blocked()) {
      return refuse(TDX_GPA_RANGE_NOT_BLOCKED, regs);
    }
    pamt.find(sept.hpa());
    return operands.td.tracked(pamt.bepoch())
        ? Leaf.SUCCESS
        : refuse(TDX_TLB_TRACKING_NOT_DONE, regs);
  }

  /** A status about the entry, which RCX and RDX then tell. */
  long refuse(TdxStatus status, long[] regs) {
    regs[RCX] = operands.td.sept.entry();
    regs[RDX] = operands.td.sept.levelAndState();
    return Operands.blame(status, RCX);
  }
}
