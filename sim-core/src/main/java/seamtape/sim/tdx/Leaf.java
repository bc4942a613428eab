package seamtape.sim.tdx;

/** One leaf of SEAMCALL: registers in and out in place, the status as result. */
interface Leaf {
  /** RAX of success. */
  long SUCCESS = 0;

  long call(int lp, long[] regs);
}
