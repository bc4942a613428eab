package seamtape.sim.kvm.tdx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.sim.tdx.PhysicalMemory;

/** Host pages that the kernel hands to the module, and the pinning of user pages. */
final class PhysicalPages {
  static final int SIZE = PhysicalMemory.PAGE_SIZE;

  private PhysicalPages() {}

  /** A page's bytes for the kernel to fill. */
  static ByteBuffer bytes(PhysicalMemory memory, long hpa) {
    return ByteBuffer.wrap(memory.page(hpa)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Gives a user page a host physical address for the time of a call (get_user_pages).
   *
   * @return {@link PhysicalMemory#NONE} when there is none
   */
  static long pin(PhysicalMemory memory, byte[] page) {
    long hpa = memory.allocate();
    if (hpa != PhysicalMemory.NONE) {
      memory.bind(hpa, page);
    }
    return hpa;
  }

  static void unpin(PhysicalMemory memory, long hpa) {
    memory.free(hpa);
  }
}
