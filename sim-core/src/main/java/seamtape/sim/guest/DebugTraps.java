package seamtape.sim.guest;

/** What a debugger sees of the guest, or the guest of itself: single steps, DR6 and DR7. */
final class DebugTraps {
  /** DR6.BS: single step. */
  static final long DR6_BS = 1 << 14;

  /** DR6.B0 to B3. */
  private static final long DR_TRAP_BITS = 15;

  private static final long DR6_RESERVED = 1 << 12;
  private static final long DR7_GD = 1 << 13;

  private final Core core;
  private final CpuState cpu;

  DebugTraps(Core core) {
    this.core = core;
    this.cpu = core.cpu;
  }

  /** The next instruction ends with a trap. */
  boolean steps() {
    return cpu.flag(CpuState.TF) || stepping();
  }

  /** User space steps through the guest. */
  boolean stepping() {
    int wanted = CpuState.GUESTDBG_ENABLE | CpuState.GUESTDBG_SINGLESTEP;
    return (cpu.guestDebug & wanted) == wanted;
  }

  /** Describes KVM_EXIT_DEBUG of #DB at the next instruction. */
  void exit(long dr6) {
    GuestExit exit = core.exit;
    exit.kind = GuestExit.Kind.DEBUG;
    exit.exception = GuestFault.DB;
    exit.pc = core.wrap(cpu.segments[CpuState.CS].base + cpu.rip);
    exit.dr6 = CpuState.DR6_ACTIVE_LOW | dr6;
    exit.dr7 = cpu.dr7;
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
