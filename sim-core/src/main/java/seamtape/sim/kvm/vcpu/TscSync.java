package seamtape.sim.kvm.vcpu;

/**
 * The last TSC write of a VM. A vCPU whose TSC is set to 0, or within a second of where another one
 * would be by now, gets the same offset, so that guests see one TSC (kvm_synchronize_tsc).
 */
public final class TscSync {
  private boolean written;
  private boolean userSet;
  private int khz;
  private long value;
  private long at;
  private long offset;

  /**
   * A write of {@code data} by user space or at creation.
   *
   * @param now the host's TSC, scaled to the guest's frequency
   * @return the offset of the guest's TSC from {@code now}
   */
  long write(long data, long now, int tscKhz, boolean byUser) {
    boolean near = false;
    if (written && tscKhz == khz) {
      long expected = value + (now - at);
      long second = tscKhz * 1000L;
      near = data == 0 || userSet && data < expected + second && data + second > expected;
    }
    if (!near) {
      offset = data - now;
    }
    userSet |= byUser && data != 0;
    written = true;
    khz = tscKhz;
    value = data == 0 && near ? now + offset : data;
    at = now;
    return offset;
  }
}
