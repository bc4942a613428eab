package seamtape.sim.kvm.vcpu;

/** The MSRs of KVM's own paravirtual interface (asm/kvm_para.h). */
public final class PvMsrs {
  private static final int CLOCKSOURCE = 0;
  private static final int CLOCKSOURCE2 = 3;
  private static final int ASYNC_PF = 4;
  private static final int STEAL_TIME = 5;
  private static final int PV_EOI = 6;
  private static final int ASYNC_PF_VMEXIT = 10;
  private static final int POLL_CONTROL = 12;
  private static final int ASYNC_PF_INT = 14;

  /** Bit 0 of the MSRs that hold an address. */
  public static final long ENABLED = 1;

  private static final long ASYNC_PF_RESERVED = 0x30;
  private static final long ASYNC_PF_DELIVERY_AS_VMEXIT = 4;
  private static final long ASYNC_PF_DELIVERY_AS_INT = 8;
  private static final long STEAL_RESERVED = 0x3e;

  private final Vcpu vcpu;

  /** Of KVM_WALL_CLOCK and KVM_WALL_CLOCK_NEW. */
  public long wallClock;

  /** Of KVM_SYSTEM_TIME and KVM_SYSTEM_TIME_NEW: address of the kvmclock page, bit 0 enables. */
  public long systemTime;

  public long asyncPfEnable;
  public long asyncPfInt;

  /** Async faults were enabled: the guest is to be told that all its tasks may wake. */
  public boolean asyncPfWakeup;

  public long stealTime;
  public long pvEoi;
  public long pollControl = 1;

  PvMsrs(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  static boolean covers(int index) {
    return index == Msr.KVM_WALL_CLOCK
        || index == Msr.KVM_SYSTEM_TIME
        || index >= Msr.KVM_WALL_CLOCK_NEW && index <= Msr.KVM_ASYNC_PF_ACK;
  }

  public boolean clockEnabled() {
    return (systemTime & ENABLED) != 0;
  }

  private boolean offered(int index) {
    return vcpu.cpuid.hasPv(
        switch (index) {
          case Msr.KVM_WALL_CLOCK, Msr.KVM_SYSTEM_TIME -> CLOCKSOURCE;
          case Msr.KVM_WALL_CLOCK_NEW, Msr.KVM_SYSTEM_TIME_NEW -> CLOCKSOURCE2;
          case Msr.KVM_ASYNC_PF_EN -> ASYNC_PF;
          case Msr.KVM_STEAL_TIME -> STEAL_TIME;
          case Msr.KVM_PV_EOI_EN -> PV_EOI;
          case Msr.KVM_POLL_CONTROL -> POLL_CONTROL;
          default -> ASYNC_PF_INT;
        });
  }

  MsrAccess read(int index, Msrs result) {
    if (!offered(index)) {
      return MsrAccess.REFUSED;
    }
    result.value =
        switch (index) {
          case Msr.KVM_WALL_CLOCK, Msr.KVM_WALL_CLOCK_NEW -> wallClock;
          case Msr.KVM_SYSTEM_TIME, Msr.KVM_SYSTEM_TIME_NEW -> systemTime;
          case Msr.KVM_ASYNC_PF_EN -> asyncPfEnable;
          case Msr.KVM_STEAL_TIME -> stealTime;
          case Msr.KVM_PV_EOI_EN -> pvEoi;
          case Msr.KVM_POLL_CONTROL -> pollControl;
          case Msr.KVM_ASYNC_PF_INT -> asyncPfInt;
          default -> 0;
        };
    return MsrAccess.DONE;
  }

  MsrAccess write(int index, long value) {
    return MsrAccess.of(offered(index) && accepts(index, value));
  }

  private boolean accepts(int index, long value) {
    return switch (index) {
      case Msr.KVM_WALL_CLOCK, Msr.KVM_WALL_CLOCK_NEW -> {
        wallClock = value;
        yield true;
      }
      case Msr.KVM_SYSTEM_TIME, Msr.KVM_SYSTEM_TIME_NEW -> {
        systemTime = value;
        yield true;
      }
      case Msr.KVM_ASYNC_PF_EN -> asyncPfEnable(value);
      case Msr.KVM_STEAL_TIME -> {
        boolean valid = (value & STEAL_RESERVED) == 0;
        stealTime = valid ? value : stealTime;
        yield valid;
      }
      case Msr.KVM_PV_EOI_EN -> pvEoi(value);
      case Msr.KVM_POLL_CONTROL -> {
        boolean valid = (value & ~ENABLED) == 0;
        pollControl = valid ? value : pollControl;
        yield valid;
      }
      case Msr.KVM_ASYNC_PF_INT -> asyncPfInt(value);
      default -> true;
    };
  }

  private boolean asyncPfEnable(long value) {
    boolean vmexit = (value & ASYNC_PF_DELIVERY_AS_VMEXIT) != 0;
    boolean byInt = (value & ASYNC_PF_DELIVERY_AS_INT) != 0;
    if ((value & ASYNC_PF_RESERVED) != 0
        || vmexit && !vcpu.cpuid.hasPv(ASYNC_PF_VMEXIT)
        || byInt && !vcpu.cpuid.hasPv(ASYNC_PF_INT)) {
      return false;
    }
    if (vcpu.lapic == null) {
      return value == 0;
    }
    asyncPfEnable = value;
    boolean enabled = (value & ENABLED) != 0 && byInt;
    asyncPfWakeup = enabled && inSlot(value & ~0x3fL, 8);
    return !enabled || asyncPfWakeup;
  }

  private boolean asyncPfInt(long value) {
    if (value >>> 8 != 0 || vcpu.lapic == null && value != 0) {
      return false;
    }
    asyncPfInt = value;
    return true;
  }

  private boolean pvEoi(long value) {
    long address = value & ~ENABLED;
    if ((address & 3) != 0 || (value & ENABLED) != 0 && !inSlot(address, 1)) {
      return false;
    }
    pvEoi = value;
    return true;
  }

  private boolean inSlot(long gpa, long length) {
    return vcpu.vm().slotBytes(gpa, length) == length;
  }
}
