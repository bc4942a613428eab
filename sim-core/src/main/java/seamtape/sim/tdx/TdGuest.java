package seamtape.sim.tdx;

import seamtape.catalog.TdxStatus;
import seamtape.sim.marshal.Gpr;

/**
 * Runs the guest of a vCPU after TDH.VP.ENTER has made its checks and taken its locks.
 *
 * <p>{@code regs} are the host's: on a resumption after a TDVMCALL they bring its results; at the
 * end they hold the exit as the leaf's row says, RAX included.
 */
public interface TdGuest {
  /** A guest that is interrupted before its first instruction. */
  TdGuest INTERRUPTED =
      (lp, vcpu, regs) -> {
        java.util.Arrays.fill(regs.gpr, Gpr.RCX, Gpr.RSP, 0);
        java.util.Arrays.fill(regs.gpr, Gpr.RSI, regs.gpr.length, 0);
        regs.gpr[Gpr.RAX] = TdxStatus.TDX_SUCCESS.value() | 1;
      };

  /** The module whose TDs it runs; told once, before the first run. */
  default void attach(TdxModule module) {}

  /** The thread of the VMM that is served from here on. */
  default void serve(int tid) {}

  /** Guest instructions that the next run may execute. */
  default void budget(long instructions) {}

  /** Guest instructions that the last run has executed. */
  default long executed() {
    return 1;
  }

  /** The host's time stamp counter. */
  default long tsc() {
    return 0;
  }

  /**
   * @param lp logical processor
   */
  void run(int lp, TdVcpu vcpu, Registers regs);
}
