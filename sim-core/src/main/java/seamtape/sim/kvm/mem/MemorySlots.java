package seamtape.sim.kvm.mem;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EINVAL;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import seamtape.sim.kvm.FdTable;
import seamtape.sim.kvm.KernelFile;
import seamtape.sim.kvm.Limits;

/** The memory slots of a VM: by id for the ioctls, by guest frame for the guest. */
public final class MemorySlots {
  private final FdTable files;
  private final List<TreeMap<Integer, MemorySlot>> byId = new ArrayList<>();
  private final List<TreeMap<Long, MemorySlot>> byGfn = new ArrayList<>();
  private MemorySlot lastHit;

  /** Slots created so far log their dirty pages as set: KVM_DIRTY_LOG_INITIALLY_SET. */
  private boolean initiallySet;

  private boolean useBitmap = true;

  /** A slot was created: from then on the kernel derives limits from the slots' size. */
  private boolean used;

  public MemorySlots(FdTable files) {
    this.files = files;
    for (int i = 0; i < Limits.KVM_MAX_NR_ADDRESS_SPACES; i++) {
      byId.add(new TreeMap<>());
      byGfn.add(new TreeMap<>());
    }
  }

  /** How new dirty logs begin. */
  public void logging(boolean allSetAtFirst, boolean bitmap) {
    initiallySet = allSetAtFirst;
    useBitmap = bitmap;
  }

  /** The slot of an id; null when there is none. */
  public MemorySlot find(int addressSpace, int id) {
    return byId.get(addressSpace).get(id);
  }

  /** True once there was a slot, also when there is none any more. */
  public boolean used() {
    return used;
  }

  /** Pages of all slots together. */
  public long pages() {
    long pages = 0;
    for (TreeMap<Integer, MemorySlot> slots : byId) {
      for (MemorySlot slot : slots.values()) {
        pages += slot.pages;
      }
    }
    return pages;
  }

  public boolean isEmpty() {
    return byId.get(0).isEmpty();
  }

  /** The slot of the normal address space that backs a guest frame; null when there is none. */
  public MemorySlot backing(long gfn) {
    return backing(0, gfn);
  }

  /** As {@link #backing(long)}, of an address space. */
  public MemorySlot backing(int addressSpace, long gfn) {
    if (lastHit != null && lastHit.addressSpace == addressSpace && lastHit.holds(gfn)) {
      return lastHit;
    }
    var entry = byGfn.get(addressSpace).floorEntry(gfn);
    if (entry == null || !entry.getValue().holds(gfn)) {
      return null;
    }
    lastHit = entry.getValue();
    return lastHit;
  }

  /** KVM_SET_USER_MEMORY_REGION(2) after the copy: 0 or a negative errno. */
  public long set(RegionRequest request, MemoryRules rules, Object vm) {
    long error = check(request, rules);
    if (error != 0) {
      return error;
    }
    MemorySlot old = find(request.addressSpace(), request.id());
    if (request.size() == 0) {
      return old == null ? EINVAL.result() : delete(old);
    }
    return old == null ? create(request, rules, vm) : change(request, old, rules);
  }

  private static long check(RegionRequest request, MemoryRules rules) {
    long size = request.size();
    long unaligned = size | request.gpa() | request.userspaceAddress();
    if (request.id() >= Limits.KVM_USER_MEM_SLOTS
        || (request.flags() & ~allowedFlags(request, rules)) != 0
        || (unaligned & Limits.PAGE_SIZE - 1) != 0
        || !accessOk(request.userspaceAddress(), size)
        || request.hasMemfd() && badMemfdRange(request)
        || request.addressSpace() >= rules.addressSpaces()
        || Long.compareUnsigned(request.gpa() + size, request.gpa()) < 0
        || size >>> Limits.PAGE_SHIFT > Limits.KVM_MEM_MAX_NR_PAGES) {
      return EINVAL.result();
    }
    return 0;
  }

  /** Private memory can be neither logged nor read-only. */
  private static int allowedFlags(RegionRequest request, MemoryRules rules) {
    return request.hasMemfd() ? rules.flags() & MemorySlot.KVM_MEM_GUEST_MEMFD : rules.flags();
  }

  private static boolean badMemfdRange(RegionRequest request) {
    long offset = request.memfdOffset();
    return (offset & Limits.PAGE_SIZE - 1) != 0
        || Long.compareUnsigned(offset + request.size(), offset) < 0;
  }

  private static boolean accessOk(long address, long size) {
    return address >= 0
        && size >= 0
        && address <= Limits.TASK_SIZE_MAX
        && size <= Limits.TASK_SIZE_MAX - address;
  }

  private long delete(MemorySlot old) {
    remove(old);
    if (old.memfd != null) {
      old.memfd.unbind(old);
    }
    return 0;
  }

  private long create(RegionRequest request, MemoryRules rules, Object vm) {
    MemorySlot slot = slotOf(request);
    long error = checkPlace(slot, null, rules);
    if (error != 0) {
      return error;
    }
    if (request.hasMemfd()) {
      error = bind(slot, request, vm);
    }
    if (error == 0) {
      insert(slot);
    }
    return error;
  }

  private long bind(MemorySlot slot, RegionRequest request, Object vm) {
    KernelFile file = files.find(request.memfd());
    if (file == null) {
      return EBADF.result();
    }
    if (!(file instanceof GuestMemfd memfd)) {
      return EINVAL.result();
    }
    long error = memfd.bind(vm, slot, request.memfdOffset());
    if (error == 0) {
      slot.memfd = memfd;
      slot.memfdPage = request.memfdOffset() >>> Limits.PAGE_SHIFT;
    }
    return error;
  }

  private long change(RegionRequest request, MemorySlot old, MemoryRules rules) {
    int fixed = MemorySlot.KVM_MEM_READONLY | MemorySlot.KVM_MEM_GUEST_MEMFD;
    MemorySlot slot = slotOf(request);
    if (request.hasMemfd()
        || slot.userspaceAddress != old.userspaceAddress
        || slot.pages != old.pages
        || ((slot.flags ^ old.flags) & fixed) != 0) {
      return EINVAL.result();
    }
    boolean moved = slot.baseGfn != old.baseGfn;
    if (!moved && slot.flags == old.flags) {
      return 0;
    }
    long error = moved ? checkPlace(slot, old, rules) : 0;
    if (error != 0) {
      return error;
    }
    if (slot.logsDirty() && old.logsDirty()) {
      slot.dirty = old.dirty;
    }
    remove(old);
    insert(slot);
    return 0;
  }

  private static MemorySlot slotOf(RegionRequest request) {
    return new MemorySlot(
        request.addressSpace(),
        request.id(),
        request.gpa() >>> Limits.PAGE_SHIFT,
        request.size() >>> Limits.PAGE_SHIFT,
        request.userspaceAddress(),
        request.flags());
  }

  private long checkPlace(MemorySlot slot, MemorySlot except, MemoryRules rules) {
    if (overlaps(slot, except)) {
      return EEXIST.result();
    }
    return slot.baseGfn + slot.pages - 1 > rules.maxGfn() ? EINVAL.result() : 0;
  }

  private boolean overlaps(MemorySlot slot, MemorySlot except) {
    TreeMap<Long, MemorySlot> slots = byGfn.get(slot.addressSpace);
    long end = slot.baseGfn + slot.pages;
    var entry = slots.lowerEntry(end);
    while (entry != null && entry.getValue().baseGfn + entry.getValue().pages > slot.baseGfn) {
      if (entry.getValue() != except) {
        return true;
      }
      entry = slots.lowerEntry(entry.getKey());
    }
    return false;
  }

  private void insert(MemorySlot slot) {
    used = true;
    if (slot.logsDirty() && slot.dirty == null && useBitmap) {
      slot.dirty = new DirtyBitmap(slot.pages, initiallySet);
    }
    byId.get(slot.addressSpace).put(slot.id, slot);
    byGfn.get(slot.addressSpace).put(slot.baseGfn, slot);
  }

  private void remove(MemorySlot slot) {
    lastHit = null;
    byId.get(slot.addressSpace).remove(slot.id);
    byGfn.get(slot.addressSpace).remove(slot.baseGfn);
  }

  /** Unbinds what guest_memfds are bound; the VM ends. */
  public void release() {
    for (TreeMap<Integer, MemorySlot> slots : byId) {
      for (MemorySlot slot : slots.values()) {
        if (slot.memfd != null) {
          slot.memfd.unbind(slot);
        }
      }
    }
  }
}
