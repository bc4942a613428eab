package seamtape.sim.guest;

/**
 * What a debugger sees of the guest, or the guest of itself: single steps, and the breakpoints of
 * DR0 to DR3, which are those of KVM_SET_GUEST_DEBUG while user space has any.
 */
final class DebugTraps {
  /** DR6.BS: single step; DR6.BD: access to a debug register. */
  static final long DR6_BS = 1 << 14;

  private static final long DR6_BD = 1 << 13;

  /** DR6.B0 to B3. */
  private static final long DR_TRAP_BITS = 15;

  private static final long DR6_RESERVED = 1 << 12;
  private static final long DR7_GD = 1 << 13;
  private static final long DR7_FIXED = 1 << 10;
  private static final long DR7_ENABLED = 0xff;
  private static final int BREAKPOINTS = 4;

  /** Kinds of breakpoint: DR7.R/W. */
  private static final int EXECUTE = 0;

  private static final int WRITE = 1;
  private static final int PORT = 2;

  /** Bytes by DR7.LEN. */
  private static final int[] LENGTHS = {1, 2, 8, 4};

  private static final long CR4_DE = 1 << 3;

  private final Core core;
  private final CpuState cpu;
  private final long[] starts = new long[BREAKPOINTS];
  private final int[] lengths = new int[BREAKPOINTS];

  /** Kind of each breakpoint, or -1. */
  private final int[] kinds = {-1, -1, -1, -1};

  private long dr7;
  private boolean executes;
  private boolean watches;

  /** DR6 bits of what the instruction in flight has touched. */
  private long hits;

  DebugTraps(Core core) {
    this.core = core;
    this.cpu = core.cpu;
  }

  /** Takes over the debug registers that are in force. */
  void arm() {
    boolean user = debugs(CpuState.GUESTDBG_USE_HW_BP);
    dr7 = user ? cpu.guestDebugRegisters[7] | DR7_FIXED : cpu.dr7;
    executes = false;
    watches = false;
    if ((dr7 & DR7_ENABLED) != 0) {
      arm(user ? cpu.guestDebugRegisters : cpu.dr);
    }
  }

  private void arm(long[] addresses) {
    for (int i = 0; i < BREAKPOINTS; i++) {
      int length = LENGTHS[(int) (dr7 >>> 18 + 4 * i) & 3];
      boolean enabled = (dr7 >>> 2 * i & 3) != 0;
      lengths[i] = length;
      starts[i] = addresses[i] & -length;
      kinds[i] = enabled ? (int) (dr7 >>> 16 + 4 * i) & 3 : -1;
      executes |= kinds[i] == EXECUTE;
      watches |= kinds[i] > EXECUTE;
    }
  }

  /** There are breakpoints on instructions. */
  boolean executes() {
    return executes;
  }

  /** The page with this number has to be looked at access by access. */
  boolean watches(long number) {
    if (!watches) {
      return false;
    }
    for (int i = 0; i < BREAKPOINTS; i++) {
      if (kinds[i] > EXECUTE && starts[i] >>> 12 == number) {
        return true;
      }
    }
    return false;
  }

  /** Data is read or written. */
  void touched(long linear, int size, boolean write) {
    for (int i = 0; watches && i < BREAKPOINTS; i++) {
      boolean kind = kinds[i] == WRITE ? write : kinds[i] > PORT;
      hit(i, kind, linear, size);
    }
  }

  void port(int port, int size) {
    for (int i = 0; watches && i < BREAKPOINTS; i++) {
      hit(i, kinds[i] == PORT && (cpu.cr4 & CR4_DE) != 0, port, size);
    }
  }

  private void hit(int i, boolean kind, long at, int size) {
    if (kind && at < starts[i] + lengths[i] && at + size > starts[i]) {
      hits |= 1L << i;
      core.attention = true;
    }
  }

  /** What the instruction that is complete has touched; it is told once. */
  long take() {
    long taken = hits;
    hits = 0;
    return taken;
  }

  /** The bits of the breakpoints on the next instruction. */
  long onInstruction() {
    long linear = linear();
    long bits = 0;
    for (int i = 0; i < BREAKPOINTS; i++) {
      bits |= kinds[i] == EXECUTE && starts[i] == linear ? 1L << i : 0;
    }
    return bits;
  }

  private long linear() {
    return core.wrap((core.codeSize == 8 ? 0 : cpu.segments[CpuState.CS].base) + cpu.rip);
  }

  /** MOV to or from a debug register, which DR7.GD keeps for the debugger. */
  void access() {
    if ((dr7 & DR7_GD) == 0) {
      return;
    }
    if (debugs(CpuState.GUESTDBG_USE_HW_BP)) {
      exit(DR6_BD);
      throw core.leave(GuestExit.Kind.DEBUG);
    }
    payload(DR6_BD);
    throw core.fault.with(GuestFault.DB);
  }

  /** The next instruction ends with a trap. */
  boolean steps() {
    return cpu.flag(CpuState.TF) || debugs(CpuState.GUESTDBG_SINGLESTEP);
  }

  /** User space gets every #DB. */
  boolean debuggerTakes() {
    return debugs(CpuState.GUESTDBG_SINGLESTEP) || debugs(CpuState.GUESTDBG_USE_HW_BP);
  }

  private boolean debugs(int how) {
    int wanted = CpuState.GUESTDBG_ENABLE | how;
    return (cpu.guestDebug & wanted) == wanted;
  }

  /** Describes KVM_EXIT_DEBUG of #DB at the next instruction. */
  void exit(long dr6) {
    GuestExit exit = core.exit;
    exit.kind = GuestExit.Kind.DEBUG;
    exit.exception = GuestFault.DB;
    exit.pc = linear();
    exit.dr6 = (CpuState.DR6_ACTIVE_LOW | dr6) & ~DR6_RESERVED;
    exit.dr7 = dr7;
  }

  /** kvm_deliver_exception_payload: DR6 takes the conditions of a #DB over; some bits are low. */
  void payload(long conditions) {
    cpu.dr6 &= ~DR_TRAP_BITS;
    cpu.dr6 |= CpuState.DR6_ACTIVE_LOW | conditions;
    cpu.dr6 ^= conditions & CpuState.DR6_ACTIVE_LOW;
    cpu.dr6 &= ~DR6_RESERVED;
    cpu.dr7 &= ~DR7_GD;
  }
}
