package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;

/**
 * kvmclock of a VM: nanoseconds since its creation, until they are set. The simulated host's clock
 * source is not the TSC, so the guest's clock is never the master clock and no flag is reported.
 */
public final class VmClock {
  /** sizeof(struct kvm_clock_data). */
  public static final int SIZE = 48;

  /** KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC. */
  private static final int VALID_FLAGS = 2 | 4 | 8;

  private final VirtualTime time;
  private long offset;
  private long changes;

  VmClock(VirtualTime time) {
    this.time = time;
    this.offset = -time.nanos();
  }

  public long nanos() {
    return time.nanos() + offset;
  }

  /** How often it was set: guests are told the new time. */
  long changes() {
    return changes;
  }

  void save(ByteBuffer data) {
    data.putLong(0, nanos()).putInt(8, 0);
  }

  /** KVM_SET_CLOCK after the copy. */
  long load(ByteBuffer data) {
    if ((data.getInt(8) & ~VALID_FLAGS) != 0) {
      return EINVAL.result();
    }
    offset = data.getLong(0) - time.nanos();
    changes++;
    return 0;
  }
}
