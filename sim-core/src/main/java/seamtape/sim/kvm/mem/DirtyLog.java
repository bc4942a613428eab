package seamtape.sim.kvm.mem;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENXIO;

import java.nio.ByteBuffer;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.UserCopy;

/** KVM_GET_DIRTY_LOG and KVM_CLEAR_DIRTY_LOG over the slots of a VM. */
public final class DirtyLog {
  /** Sizes of struct kvm_dirty_log and struct kvm_clear_dirty_log. */
  public static final int GET_SIZE = 16;

  public static final int CLEAR_SIZE = 24;

  private final MemorySlots slots;
  private final UserCopy user;

  /** KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE: reading a log does not clear it. */
  private boolean manualProtect;

  /** A dirty ring is in use instead. */
  private boolean ringOnly;

  public DirtyLog(MemorySlots slots, UserCopy user) {
    this.slots = slots;
    this.user = user;
  }

  public void mode(boolean manual, boolean initiallySet, boolean ring) {
    manualProtect = manual;
    ringOnly = ring;
    slots.logging(initiallySet, !ring);
  }

  /** Logs every page that the guest may write while it runs: called when a page is handed out. */
  public void written(MemorySlot slot, long gfn) {
    slot.markDirty(gfn);
  }

  public long get(ByteBuffer log, int addressSpaces) {
    int slot = log.getInt(0);
    if (ringOnly) {
      return ENXIO.result();
    }
    if (badSlot(slot, addressSpaces)) {
      return EINVAL.result();
    }
    MemorySlot logged = slots.find(slot >>> 16, slot & 0xffff);
    if (logged == null || logged.dirty == null) {
      return ENOENT.result();
    }
    if (!logged.dirty.copyOut(user, log.getLong(8))) {
      return EFAULT.result();
    }
    if (!manualProtect) {
      logged.dirty.clearAll();
    }
    return 0;
  }

  public long clear(ByteBuffer log, int addressSpaces) {
    int slot = log.getInt(0);
    if (ringOnly) {
      return ENXIO.result();
    }
    long count = Integer.toUnsignedLong(log.getInt(4));
    long first = log.getLong(8);
    if (badSlot(slot, addressSpaces) || (first & 63) != 0) {
      return EINVAL.result();
    }
    MemorySlot logged = slots.find(slot >>> 16, slot & 0xffff);
    if (logged == null || logged.dirty == null) {
      return ENOENT.result();
    }
    if (badRange(first, count, logged.pages)) {
      return EINVAL.result();
    }
    return logged.dirty.clear(user, log.getLong(16), first, count) ? 0 : EFAULT.result();
  }

  private static boolean badSlot(int slot, int addressSpaces) {
    return slot >>> 16 >= addressSpaces || (slot & 0xffff) >= Limits.KVM_USER_MEM_SLOTS;
  }

  private static boolean badRange(long first, long count, long pages) {
    return Long.compareUnsigned(first, pages) > 0
        || count > pages - first
        || count < pages - first && (count & 63) != 0;
  }
}
