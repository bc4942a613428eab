package seamtape.sim.tdx.guest;

import static seamtape.catalog.TdxStatus.TDX_OPERAND_BUSY;
import static seamtape.catalog.TdxStatus.TDX_OPERAND_INVALID;
import static seamtape.catalog.TdxStatus.TDX_PAGE_ALREADY_ACCEPTED;
import static seamtape.catalog.TdxStatus.TDX_PAGE_SIZE_MISMATCH;

import java.util.Arrays;
import seamtape.catalog.TdxOperand;
import seamtape.sim.tdx.PhysicalMemory;
import seamtape.sim.tdx.SecureEpt;
import seamtape.sim.tdx.SeptState;
import seamtape.sim.tdx.Td;
import seamtape.sim.tdx.TdxModule;

/** TDG.MEM.PAGE.ACCEPT: a pending page becomes the guest's, and zero. */
final class AcceptLeaf {
  private static final long LEVEL = 7;
  private static final long RESERVED = 0xff8;

  private final TdxModule module;
  private final Td td;
  private final GuestOperands operands;

  AcceptLeaf(TdxModule module, Td td, GuestOperands operands) {
    this.module = module;
    this.td = td;
    this.operands = operands;
  }

  long serve(long rcx) {
    int level = (int) (rcx & LEVEL);
    long gpa = rcx & ~LEVEL;
    long size = 1L << 12 + 9 * level;
    boolean good = (rcx & RESERVED) == 0 && level <= SecureEpt.LEVEL_2M && td.isPrivate(gpa);
    if (!good || (gpa & size - 1) != 0) {
      return TDX_OPERAND_INVALID.with(TdxOperand.RCX);
    }
    SecureEpt sept = td.sept();
    if (sept.lock.busyExclusive()) {
      return TDX_OPERAND_BUSY.with(TdxOperand.SEPT_TREE);
    }
    boolean reached = sept.walk(gpa, level);
    SeptState state = sept.state();
    if (state.guestReadable()) {
      return TDX_PAGE_ALREADY_ACCEPTED.value() | sept.level();
    }
    if (reached && state == SeptState.NL_MAPPED) {
      return TDX_PAGE_SIZE_MISMATCH.value() | SecureEpt.LEVEL_4K;
    }
    if (!reached || state != SeptState.PENDING) {
      operands.leave(gpa, information(level, sept, state));
      return 0;
    }
    for (long offset = 0; offset < size; offset += PhysicalMemory.PAGE_SIZE) {
      Arrays.fill(module.memory().page(sept.hpa() + offset), (byte) 0);
    }
    sept.state(SeptState.MAPPED);
    return 0;
  }

  /** Level asked for (2:0), level (5:3) and state (13:6) of the entry, leaf (14). */
  private static long information(int level, SecureEpt sept, SeptState state) {
    return level
        | (long) sept.level() << 3
        | (long) state.number() << 6
        | (state.leaf() ? 1 << 14 : 0);
  }
}
