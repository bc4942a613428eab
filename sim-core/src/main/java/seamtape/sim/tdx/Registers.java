package seamtape.sim.tdx;

import seamtape.sim.marshal.Gpr;

/** General registers numbered by {@link Gpr}, as SEAMCALL and TDCALL see them. */
public final class Registers {
  /** By register index; shared with callers, which read and write it directly. */
  public final long[] gpr;

  public Registers() {
    this(new long[Gpr.COUNT]);
  }

  /** Works on the array of somebody else: a vCPU's register file passed as it is. */
  public Registers(long[] gpr) {
    if (gpr.length != Gpr.COUNT) {
      throw new IllegalArgumentException(Gpr.COUNT + " registers, not " + gpr.length);
    }
    this.gpr = gpr;
  }

  public long get(int register) {
    return gpr[register];
  }

  public void set(int register, long value) {
    gpr[register] = value;
  }
}
