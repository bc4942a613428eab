package seamtape.sim.kvm.tdx;

import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EIO;
import static seamtape.catalog.Errno.ENOMEM;
import static seamtape.catalog.Errno.EOPNOTSUPP;
import static seamtape.sim.marshal.CallShape.PLAIN;
import static seamtape.sim.marshal.CallShape.RET;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import seamtape.catalog.Seamcall;
import seamtape.catalog.TdxStatus;
import seamtape.sim.kvm.Limits;
import seamtape.sim.kvm.mem.MemorySlot;
import seamtape.sim.tdx.PhysicalMemory;

/**
 * KVM's mirror of a TD's secure EPT: which of its pages were added, and which guest frames have
 * translations. Entries of level 1 and up point to pages of the secure EPT, of level 0 to memory.
 */
final class PrivateMemory {
  private static final long SUCCESS = TdxStatus.TDX_SUCCESS.value();
  private static final int PAGE = Limits.PAGE_SIZE;
  private static final int EXTEND_BYTES = 256;
  private static final int LEVELS = 5;
  private static final int BITS_PER_LEVEL = 9;
  private static final int KEY_ID_SHIFT = 46;

  /** A translation was there already, or is now. */
  static final long MAPPED = 0;

  private final KvmTdx tdx;
  private final TdxHost host;

  /** By level: the first frame that an entry translates, to the page it points to. */
  private final List<TreeMap<Long, Long>> septPages = new ArrayList<>();

  private final TreeMap<Long, Long> leaves = new TreeMap<>();

  PrivateMemory(KvmTdx tdx) {
    this.tdx = tdx;
    this.host = tdx.host;
    for (int level = 0; level <= LEVELS; level++) {
      septPages.add(new TreeMap<>());
    }
  }

  /** The level of the entries in the root: 3, or 4 with five-level paging. */
  private int rootLevel() {
    return tdx.gpaWidth == 52 ? 4 : 3;
  }

  private long call(Seamcall leaf, long rcx, long r8, long r9) {
    return host.seamcalls.call(host.lp(), leaf, RET, rcx, tdx.tdr, r8, r9);
  }

  private long errno(long status) {
    boolean busy = TdxStatus.of(status).orElse(null) == TdxStatus.TDX_OPERAND_BUSY;
    return busy ? EBUSY.result() : tdx.bug();
  }

  boolean mapped(long gfn) {
    return leaves.containsKey(gfn);
  }

  /** tdx_sept_link_private_spt, from the root down, for all levels that a frame still lacks. */
  private long link(long gfn) {
    for (int level = rootLevel(); level > 0; level--) {
      long first = gfn & -(1L << level * BITS_PER_LEVEL);
      if (!septPages.get(level).containsKey(first)) {
        long page = host.memory.allocate();
        if (page == PhysicalMemory.NONE) {
          return ENOMEM.result();
        }
        long rcx = first << Limits.PAGE_SHIFT | level;
        long status = call(Seamcall.TDH_MEM_SEPT_ADD, rcx, page, 0);
        if (status != SUCCESS) {
          host.memory.free(page);
          return errno(status);
        }
        septPages.get(level).put(first, page);
      }
    }
    return 0;
  }

  /** A private access to a frame without translation: TDH.MEM.PAGE.AUG of its guest_memfd page. */
  long fault(long gfn) {
    if (mapped(gfn)) {
      return MAPPED;
    }
    long hpa = backing(gfn);
    if (hpa < 0) {
      return hpa;
    }
    long error = link(gfn);
    if (error != 0) {
      return error;
    }
    long status = call(Seamcall.TDH_MEM_PAGE_AUG, gfn << Limits.PAGE_SHIFT, hpa, 0);
    if (status != SUCCESS) {
      return errno(status);
    }
    leaves.put(gfn, hpa);
    return MAPPED;
  }

  /** The host page of a frame's guest_memfd; EFAULT where no guest_memfd is behind it. */
  private long backing(long gfn) {
    MemorySlot slot = tdx.vm.slots.backing(gfn);
    if (slot == null || slot.memfd() == null) {
      return EFAULT.result();
    }
    long hpa = slot.memfd().physicalPage(slot.memfdPage(gfn));
    return hpa == PhysicalMemory.NONE ? ENOMEM.result() : hpa;
  }

  /** A frame that KVM_TDX_INIT_MEM_REGION can fill: guest_memfd memory that is private. */
  private boolean populatable(long gfn) {
    MemorySlot slot = tdx.vm.slots.backing(gfn);
    return slot != null && slot.memfd() != null && tdx.vm.attributes.isPrivate(gfn);
  }

  /**
   * tdx_gmem_post_populate: adds one page with its content, and measures it.
   *
   * @param source of the content; null where it is not mapped
   */
  long add(long gfn, byte[] source, boolean measure) {
    if (!populatable(gfn)) {
      return EINVAL.result();
    }
    if (mapped(gfn)) {
      return seamtape.catalog.Errno.EEXIST.result();
    }
    if (source == null) {
      return EFAULT.result();
    }
    long hpa = backing(gfn);
    long error = hpa < 0 ? hpa : link(gfn);
    if (error != 0) {
      return error;
    }
    long pinned = PhysicalPages.pin(host.memory, source);
    if (pinned == PhysicalMemory.NONE) {
      return ENOMEM.result();
    }
    long status = call(Seamcall.TDH_MEM_PAGE_ADD, gfn << Limits.PAGE_SHIFT, hpa, pinned);
    PhysicalPages.unpin(host.memory, pinned);
    if (status != SUCCESS) {
      boolean busy = TdxStatus.of(status).orElse(null) == TdxStatus.TDX_OPERAND_BUSY;
      return busy ? EBUSY.result() : EIO.result();
    }
    leaves.put(gfn, hpa);
    return measure ? extend(gfn) : 0;
  }

  private long extend(long gfn) {
    long gpa = gfn << Limits.PAGE_SHIFT;
    for (int offset = 0; offset < PAGE; offset += EXTEND_BYTES) {
      if (call(Seamcall.TDH_MR_EXTEND, gpa + offset, 0, 0) != SUCCESS) {
        return EIO.result();
      }
    }
    return 0;
  }

  long preFault(long gpa, long size) {
    if (tdx.state != KvmTdx.State.RUNNABLE) {
      return EOPNOTSUPP.result();
    }
    if (!tdx.isPrivate(gpa)) {
      return EINVAL.result();
    }
    long done = 0;
    while (done < size) {
      long gfn = gpa + done >>> Limits.PAGE_SHIFT;
      boolean isPrivate = tdx.vm.attributes.isPrivate(gfn);
      long error = isPrivate ? fault(gfn) : tdx.vm.slotBytes(gpa + done, PAGE) - PAGE;
      if (error != 0) {
        return done == 0 ? seamtape.catalog.Errno.ENOENT.result() : done;
      }
      done += PAGE;
    }
    return done;
  }

  /** Blocks, tracks and removes the translations of a range of frames. */
  void zap(long firstGfn, long endGfn) {
    var entry = leaves.ceilingEntry(firstGfn);
    while (entry != null && entry.getKey() < endGfn) {
      leaves.remove(entry.getKey());
      remove(entry.getKey(), entry.getValue());
      entry = leaves.higherEntry(entry.getKey());
    }
  }

  /** tdx_sept_remove_private_spte. */
  private void remove(long gfn, long hpa) {
    if (!tdx.keyAssigned()) {
      reclaim(hpa);
      return;
    }
    long gpa = gfn << Limits.PAGE_SHIFT;
    boolean done = call(Seamcall.TDH_MEM_RANGE_BLOCK, gpa, 0, 0) == SUCCESS && track();
    done = done && call(Seamcall.TDH_MEM_PAGE_REMOVE, gpa, 0, 0) == SUCCESS;
    if (!done) {
      tdx.bug();
      return;
    }
    long withKey = hpa | (long) tdx.keyId << KEY_ID_SHIFT;
    host.seamcalls.call(host.lp(), Seamcall.TDH_PHYMEM_PAGE_WBINVD, PLAIN, withKey, 0);
    host.memory.drop(hpa);
  }

  /** tdx_track: no vCPU can have run before the TD is finalized. */
  private boolean track() {
    return tdx.state != KvmTdx.State.RUNNABLE
        || host.seamcalls.call(host.lp(), Seamcall.TDH_MEM_TRACK, PLAIN, tdx.tdr, 0) == SUCCESS;
  }

  /** tdx_reclaim_page: after the key is gone. */
  private void reclaim(long hpa) {
    host.seamcalls.call(host.lp(), Seamcall.TDH_PHYMEM_PAGE_RECLAIM, RET, hpa, 0);
    host.memory.drop(hpa);
  }

  /** Gives all back once the TD's key is freed: memory first, then the tables, leaves upwards. */
  void release() {
    leaves.forEach((gfn, hpa) -> reclaim(hpa));
    leaves.clear();
    for (TreeMap<Long, Long> pages : septPages) {
      pages.forEach(
          (gfn, page) -> {
            reclaim(page);
            host.memory.free(page);
          });
      pages.clear();
    }
  }
}
