package seamtape.sim.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.sim.kvm.mem.MemorySlot;

/**
 * The dirty ring of one vCPU: struct kvm_dirty_gfn entries that user space harvests through the
 * mapped pages and KVM_RESET_DIRTY_RINGS takes back.
 */
final class DirtyRing {
  private static final int DIRTY = 1;
  private static final int RESET = 2;
  private static final int ENTRIES_PER_PAGE = Limits.PAGE_SIZE / Limits.DIRTY_GFN_SIZE;

  private final int entries;
  private final byte[][] pages;
  private long dirtyIndex;
  private long resetIndex;

  /**
   * @param size bytes; 0 for a ring that takes nothing
   */
  DirtyRing(int size) {
    entries = size / Limits.DIRTY_GFN_SIZE;
    pages = new byte[size / Limits.PAGE_SIZE][];
  }

  /** A page of the ring, to be mapped; null beyond its end. */
  byte[] page(long index) {
    if (index < 0 || index >= pages.length) {
      return null;
    }
    int i = (int) index;
    if (pages[i] == null) {
      pages[i] = new byte[Limits.PAGE_SIZE];
    }
    return pages[i];
  }

  /** The VMM must harvest before the guest goes on. */
  boolean softFull() {
    return entries > 0 && dirtyIndex - resetIndex >= entries - Limits.KVM_DIRTY_RING_RSVD_ENTRIES;
  }

  void push(MemorySlot slot, long gfn) {
    if (entries == 0 || dirtyIndex - resetIndex >= entries) {
      return;
    }
    ByteBuffer entry = entry(dirtyIndex++);
    entry.putInt(4, slot.addressSpace << 16 | slot.id).putLong(8, gfn - slot.baseGfn);
    entry.putInt(0, DIRTY);
  }

  private ByteBuffer entry(long index) {
    int i = (int) (index % entries);
    byte[] page = page(i / ENTRIES_PER_PAGE);
    int at = i % ENTRIES_PER_PAGE * Limits.DIRTY_GFN_SIZE;
    return ByteBuffer.wrap(page, at, Limits.DIRTY_GFN_SIZE).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Takes harvested entries back; how many. */
  long reset() {
    long before = resetIndex;
    while (resetIndex < dirtyIndex && (entry(resetIndex).getInt(0) & RESET) != 0) {
      entry(resetIndex++).putInt(0, 0);
    }
    return resetIndex - before;
  }
}
