package seamtape.sim.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * What the guest reads of kvmclock: struct pvclock_vcpu_time_info at the address in
 * MSR_KVM_SYSTEM_TIME, and struct pvclock_wall_clock. The time of day begins with the machine.
 */
final class KvmClock {
  private static final int TIME_INFO_SIZE = 32;
  private static final int WALL_CLOCK_SIZE = 12;
  private static final int PVCLOCK_GUEST_STOPPED = 2;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Vm vm;
  private final Vcpu state;
  private long systemTime;
  private long wallClock;
  private long tscOffset;
  private int tscKhz;
  private long clockChanges = -1;
  private int version;

  /** Where a Xen guest was told the time. */
  private final long[] xenTime = {-1, -1};

  KvmClock(Vm vm, Vcpu state) {
    this.vm = vm;
    this.state = state;
  }

  /** Before guest entry: stores what changed since the last one. */
  void update() {
    long wanted = state.msrs.pv.systemTime;
    boolean changed =
        wanted != systemTime
            || state.tscOffset != tscOffset
            || state.tscKhz != tscKhz
            || vm.clock.changes() != clockChanges;
    boolean tell = changed || state.guestPaused;
    if ((wanted & 1) != 0 && tell) {
      storeTime(wanted & ~1L);
    }
    toXen(tell);
    state.guestPaused &= (wanted & 1) == 0;
    systemTime = wanted;
    tscOffset = state.tscOffset;
    tscKhz = state.tscKhz;
    clockChanges = vm.clock.changes();
    if (state.msrs.pv.wallClock != wallClock) {
      wallClock = state.msrs.pv.wallClock;
      storeWallClock(wallClock);
    }
  }

  /** The same in the places that a Xen guest has for it. */
  private void toXen(boolean tell) {
    for (int place = 0; place < xenTime.length; place++) {
      long wanted = state.xen.timeAddress(place);
      if (wanted >= 0 && (tell || wanted != xenTime[place])) {
        storeTime(wanted);
      }
      xenTime[place] = wanted;
    }
  }

  /** An odd version while the fields change; the guest sees the even one behind it. */
  private void storeTime(long gpa) {
    version += 2;
    int khz = state.tscKhz;
    int shift = scaleShift(khz);
    ByteBuffer info = ByteBuffer.allocate(TIME_INFO_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    info.putInt(0, version).putLong(8, state.guestTsc()).putLong(16, vm.clock.nanos());
    info.putInt(24, scale(khz, shift)).put(28, (byte) shift);
    info.put(29, (byte) (state.guestPaused ? PVCLOCK_GUEST_STOPPED : 0));
    vm.writeGuest(gpa, info.array());
  }

  private void storeWallClock(long gpa) {
    ByteBuffer clock = ByteBuffer.allocate(WALL_CLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    long began = Math.max(vm.host.time.nanos() - vm.clock.nanos(), 0);
    clock.putInt(0, 2).putInt(4, (int) (began / NANOS_PER_SECOND));
    clock.putInt(8, (int) (began % NANOS_PER_SECOND));
    vm.writeGuest(gpa, clock.array());
  }

  /** kvm_get_time_scale: cycles << shift is at least half a second's nanoseconds, below all. */
  private static int scaleShift(int khz) {
    long hertz = khz * 1000L;
    int shift = 0;
    while (hertz > 2 * NANOS_PER_SECOND) {
      hertz >>= 1;
      shift--;
    }
    while (hertz <= NANOS_PER_SECOND) {
      hertz <<= 1;
      shift++;
    }
    return shift;
  }

  /** Nanoseconds of a shifted cycle as a fraction of 2^32. */
  private static int scale(int khz, int shift) {
    long hertz = shift < 0 ? khz * 1000L >> -shift : khz * 1000L << shift;
    return (int) ((NANOS_PER_SECOND << 32) / hertz);
  }
}
