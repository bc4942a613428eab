package seamtape.sim.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * struct shared_info of a Xen guest: a page of its memory, or of user memory, that holds its event
 * channels' pending and mask bits and the time of day at its start.
 */
final class XenSharedInfo {
  /** No page is set: KVM_XEN_INVALID_GFN. */
  static final long UNSET = -1;

  private static final int PENDING = 0x800;
  private static final int MASK_32 = 0x880;
  private static final int MASK_64 = 0xa00;
  private static final int WALL_CLOCK_32 = 0x900;
  private static final int WALL_CLOCK_64 = 0xc00;
  private static final int SECONDS_HIGH_32 = 0x924;
  private static final int SECONDS_HIGH_64 = 0xc0c;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Vm vm;
  private long gfn = UNSET;
  private long hva;

  XenSharedInfo(Vm vm) {
    this.vm = vm;
  }

  void setGfn(long value) {
    gfn = value;
    hva = 0;
  }

  void setHva(long value) {
    hva = value;
    gfn = UNSET;
  }

  long gfn() {
    return gfn;
  }

  long hva() {
    return hva;
  }

  boolean set() {
    return gfn != UNSET || hva != 0;
  }

  /** Null where none is set or no memory backs it. */
  private byte[] page() {
    if (gfn != UNSET) {
      return vm.guestPage(gfn << Limits.PAGE_SHIFT);
    }
    return hva == 0 ? null : vm.host.user.memory().page(hva);
  }

  boolean backed() {
    return page() != null;
  }

  /** Makes a port pending; false when it was. */
  boolean raise(int port) {
    byte[] page = page();
    boolean fresh = !bit(page, PENDING, port);
    page[PENDING + port / 8] |= (byte) (1 << port % 8);
    return fresh;
  }

  boolean pending(int port) {
    return bit(page(), PENDING, port);
  }

  boolean masked(int port, boolean wide) {
    return bit(page(), wide ? MASK_64 : MASK_32, port);
  }

  private static boolean bit(byte[] page, int at, int port) {
    return (page[at + port / 8] >> port % 8 & 1) != 0;
  }

  /** kvm_xen_shared_info_init: when the guest's clock was 0, in the time of day. */
  void storeWallClock(boolean wide) {
    byte[] page = page();
    if (page == null) {
      return;
    }
    ByteBuffer info = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    long began = Math.max(vm.host.time.nanos() - vm.clock.nanos(), 0);
    int at = wide ? WALL_CLOCK_64 : WALL_CLOCK_32;
    long seconds = began / NANOS_PER_SECOND;
    info.putInt(at + 4, (int) seconds).putInt(at + 8, (int) (began % NANOS_PER_SECOND));
    info.putInt(wide ? SECONDS_HIGH_64 : SECONDS_HIGH_32, (int) (seconds >>> 32));
    // Odd while it changes; a guest sees the even one behind it.
    info.putInt(at, (info.getInt(at) + 1 | 1) + 1);
  }
}
