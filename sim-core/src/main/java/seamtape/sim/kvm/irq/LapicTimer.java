package seamtape.sim.kvm.irq;

import seamtape.sim.kvm.vcpu.Lapic;

/** The timer of a local APIC: one-shot and periodic, at a bus clock of one cycle a nanosecond. */
final class LapicTimer {
  private static final int PERIODIC = 1 << 17;
  private static final long NEVER = Long.MAX_VALUE;

  private final LocalApic apic;
  private long deadline = NEVER;

  LapicTimer(LocalApic apic) {
    this.apic = apic;
  }

  long deadline() {
    return deadline;
  }

  void write(int offset, int value) {
    if (offset == Lapic.LVTT) {
      apic.register(offset, apic.maskIfDisabled(value & 0x710ff));
      return;
    }
    apic.register(offset, value);
    if (offset == Lapic.TMICT) {
      deadline = value == 0 ? NEVER : apic.nanos() + period();
    }
  }

  private int shift() {
    int divider = apic.register(Lapic.TDCR);
    return (divider & 3 | divider >> 1 & 4) + 1 & 7;
  }

  private long period() {
    return Integer.toUnsignedLong(apic.register(Lapic.TMICT)) << shift();
  }

  /** The current count register. */
  int current() {
    long left = deadline == NEVER ? 0 : Math.max(deadline - apic.nanos(), 0);
    return (int) (left >> shift());
  }

  /** Fires when its time has come. */
  void expire() {
    if (deadline > apic.nanos()) {
      return;
    }
    boolean periodic = (apic.register(Lapic.LVTT) & PERIODIC) != 0;
    long period = Math.max(period(), 1);
    deadline = periodic ? deadline + ((apic.nanos() - deadline) / period + 1) * period : NEVER;
    apic.local(Lapic.LVTT);
  }
}
