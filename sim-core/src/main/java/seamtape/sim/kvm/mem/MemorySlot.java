package seamtape.sim.kvm.mem;

import seamtape.sim.kvm.Limits;

/** A memory slot: a range of guest pages and the user memory behind it. Changed by replacement. */
public final class MemorySlot {
  public static final int KVM_MEM_LOG_DIRTY_PAGES = 1;
  public static final int KVM_MEM_READONLY = 2;
  public static final int KVM_MEM_GUEST_MEMFD = 4;

  public final int addressSpace;
  public final int id;
  public final long baseGfn;
  public final long pages;
  public final long userspaceAddress;
  public final int flags;

  /** Null while dirty logging is off, and when a ring logs instead. */
  DirtyBitmap dirty;

  /** The guest_memfd behind the slot; null without one. */
  GuestMemfd memfd;

  /** The page of the guest_memfd behind the slot's first frame. */
  long memfdPage;

  MemorySlot(int addressSpace, int id, long baseGfn, long pages, long userspaceAddress, int flags) {
    this.addressSpace = addressSpace;
    this.id = id;
    this.baseGfn = baseGfn;
    this.pages = pages;
    this.userspaceAddress = userspaceAddress;
    this.flags = flags;
  }

  public boolean readOnly() {
    return (flags & KVM_MEM_READONLY) != 0;
  }

  public boolean logsDirty() {
    return (flags & KVM_MEM_LOG_DIRTY_PAGES) != 0;
  }

  /** The user address behind a guest frame number of this slot. */
  public long hva(long gfn) {
    return userspaceAddress + (gfn - baseGfn << Limits.PAGE_SHIFT);
  }

  /** The guest_memfd behind the slot; null without one, or after its release. */
  public GuestMemfd memfd() {
    return memfd;
  }

  /** The page of {@link #memfd} behind a guest frame of this slot. */
  public long memfdPage(long gfn) {
    return memfdPage + gfn - baseGfn;
  }

  boolean holds(long gfn) {
    return gfn >= baseGfn && gfn < baseGfn + pages;
  }

  /** The guest wrote to a page. */
  void markDirty(long gfn) {
    if (dirty != null) {
      dirty.set(gfn - baseGfn);
    }
  }
}
