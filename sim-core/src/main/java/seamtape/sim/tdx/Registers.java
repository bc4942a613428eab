package seamtape.sim.tdx;

/** General registers in the order of the hardware's encoding, as SEAMCALL and TDCALL see them. */
public final class Registers {
  public static final int RAX = 0;
  public static final int RCX = 1;
  public static final int RDX = 2;
  public static final int RBX = 3;
  public static final int RSP = 4;
  public static final int RBP = 5;
  public static final int RSI = 6;
  public static final int RDI = 7;
  public static final int R8 = 8;
  public static final int R9 = 9;
  public static final int R10 = 10;
  public static final int R11 = 11;
  public static final int R12 = 12;
  public static final int R13 = 13;
  public static final int R14 = 14;
  public static final int R15 = 15;

  /** By register index; shared with callers, which read and write it directly. */
  public final long[] gpr;

  public Registers() {
    this(new long[16]);
  }

  /** Works on the array of somebody else: a vCPU's register file passed as it is. */
  public Registers(long[] gpr) {
    if (gpr.length != 16) {
      throw new IllegalArgumentException("16 registers, not " + gpr.length);
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
