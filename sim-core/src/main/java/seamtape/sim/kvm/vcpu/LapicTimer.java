package seamtape.sim.kvm.vcpu;

/**
 * The timer of a local APIC: one-shot, periodic, or at a value of the guest's TSC. It counts a bus
 * clock whose cycle KVM_CAP_X86_APIC_BUS_CYCLES_NS sets.
 */
public final class LapicTimer {
  private static final int MODE = 3 << 17;
  private static final int PERIODIC = 1 << 17;
  private static final int TSC_DEADLINE = 2 << 17;

  /** Bits of LVTT that are stored: vector, delivery status, mask, mode. */
  private static final int LVTT_WRITABLE = 0x710ff;

  private static final long NEVER = Long.MAX_VALUE;

  /** KVM's module parameter min_timer_period_us, in nanoseconds. */
  private static final long MIN_PERIOD = 200_000;

  private final Vcpu vcpu;
  private final Lapic lapic;

  /** Virtual nanoseconds; {@link #NEVER} while the timer stands. */
  private long deadline = NEVER;

  /** IA32_TSC_DEADLINE; 0 while disarmed. */
  private long tscDeadline;

  LapicTimer(Vcpu vcpu, Lapic lapic) {
    this.vcpu = vcpu;
    this.lapic = lapic;
  }

  private int mode() {
    return lapic.register(Lapic.LVTT) & MODE;
  }

  private int shift() {
    int divider = lapic.register(Lapic.TDCR);
    return (divider & 3 | divider >> 1 & 4) + 1 & 7;
  }

  /** Nanoseconds of a count. */
  private long nanos(int count) {
    long cycles = Integer.toUnsignedLong(count) << shift();
    long cycle = vcpu.vm().apicBusCycleNanos();
    return cycles > NEVER / cycle ? NEVER : cycles * cycle;
  }

  private long period() {
    long period = nanos(lapic.register(Lapic.TMICT));
    return mode() == PERIODIC && period > 0 ? Math.max(period, MIN_PERIOD) : period;
  }

  /** Changing between the TSC and the counter stops the timer. */
  public void writeVector(int value) {
    int before = mode();
    lapic.register(Lapic.LVTT, value & LVTT_WRITABLE);
    if (before == TSC_DEADLINE != (mode() == TSC_DEADLINE)) {
      lapic.register(Lapic.TMICT, 0);
      deadline = NEVER;
      tscDeadline = 0;
    }
  }

  /** The initial count starts the timer; TSC-deadline mode has none. */
  public void writeInitialCount(int value) {
    if (mode() != TSC_DEADLINE) {
      lapic.register(Lapic.TMICT, value);
      startIn(value == 0 ? NEVER : period());
    }
  }

  /** What is left is counted on at the new speed. */
  public void writeDivider(int value) {
    int before = shift();
    lapic.register(Lapic.TDCR, value);
    if (deadline != NEVER) {
      long left = Math.max(deadline - vcpu.vm().nanos(), 0) >> before;
      startIn(left > NEVER >> shift() ? NEVER : left << shift());
    }
  }

  private void startIn(long nanos) {
    long now = vcpu.vm().nanos();
    deadline = nanos >= NEVER - now ? NEVER : now + nanos;
  }

  /** KVM_SET_LAPIC: goes on from the current count; a one-shot timer without one is due. */
  void restart(int currentCount) {
    deadline = NEVER;
    tscDeadline = 0;
    long period = period();
    if (period == 0 || mode() == TSC_DEADLINE) {
      return;
    }
    long left = Math.min(nanos(currentCount), period);
    startIn(left == 0 && mode() == PERIODIC ? period : left);
  }

  long tscDeadline() {
    return mode() == TSC_DEADLINE ? tscDeadline : 0;
  }

  /** Ignored outside TSC-deadline mode. */
  void tscDeadline(long value) {
    tscDeadline = mode() == TSC_DEADLINE ? value : tscDeadline;
  }

  /** The current count register. */
  public int current() {
    long period = period();
    if (deadline == NEVER || period == 0) {
      return 0;
    }
    long left = Math.max(deadline - vcpu.vm().nanos(), 0) % period;
    return (int) (left / vcpu.vm().apicBusCycleNanos() >> shift());
  }

  /** True once when the time has come: the entry of the timer is to be raised. */
  public boolean expire() {
    if (mode() == TSC_DEADLINE) {
      return tscDeadline != 0 && expireTsc();
    }
    long now = vcpu.vm().nanos();
    if (deadline > now) {
      return false;
    }
    long period = Math.max(period(), 1);
    boolean again = mode() == PERIODIC;
    deadline = again ? deadline + ((now - deadline) / period + 1) * period : NEVER;
    return true;
  }

  private boolean expireTsc() {
    boolean due = Long.compareUnsigned(vcpu.guestTsc(), tscDeadline) >= 0;
    tscDeadline = due ? 0 : tscDeadline;
    return due;
  }
}
