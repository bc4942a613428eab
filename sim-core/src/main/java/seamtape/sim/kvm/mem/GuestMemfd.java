package seamtape.sim.kvm.mem;

import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENODEV;
import static seamtape.catalog.Errno.ENOTTY;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import seamtape.catalog.FdKind;
import seamtape.sim.kvm.KernelFile;
import seamtape.sim.kvm.Limits;
import seamtape.sim.tdx.PhysicalMemory;

/** A guest_memfd: memory that only its VM's slots, and mmap where it was allowed, can reach. */
public final class GuestMemfd extends KernelFile {
  public static final long GUEST_MEMFD_FLAG_MMAP = 1;
  public static final long GUEST_MEMFD_FLAG_INIT_SHARED = 2;

  private record Binding(MemorySlot slot, long firstPage, long endPage) {}

  private final Object vm;
  private final long size;
  private final long flags;
  private final long subject;
  private final Runnable onRelease;
  private final List<Binding> bindings = new ArrayList<>();
  private final TreeMap<Long, byte[]> pages = new TreeMap<>();

  /** Page of the file to its entry in the RMP; of an SNP guest's memory only. */
  private final TreeMap<Long, RmpEntry> owned = new TreeMap<>();

  /** Page of the file to host page; of a TD's memory only. */
  private final TreeMap<Long, Long> hostPages = new TreeMap<>();

  private PhysicalMemory memory;
  private Invalidation invalidation;

  /** Told that guest frames lose the memory behind them. */
  public interface Invalidation {
    void invalidate(long firstGfn, long endGfn);
  }

  public GuestMemfd(Object vm, long size, long flags, long subject, Runnable onRelease) {
    this.vm = vm;
    this.size = size;
    this.flags = flags;
    this.subject = subject;
    this.onRelease = onRelease;
  }

  long bind(Object slotsVm, MemorySlot slot, long offset) {
    long bytes = slot.pages << Limits.PAGE_SHIFT;
    if (slotsVm != vm || offset < 0 || bytes > size || offset > size - bytes) {
      return EINVAL.result();
    }
    long first = offset >>> Limits.PAGE_SHIFT;
    long end = first + slot.pages;
    for (Binding other : bindings) {
      if (other.firstPage < end && first < other.endPage) {
        return EINVAL.result();
      }
    }
    bindings.add(new Binding(slot, first, end));
    return 0;
  }

  /** Makes this the memory of a TD: pages of the host, whose translations end before they do. */
  public void backWith(PhysicalMemory hostMemory, Invalidation told) {
    memory = hostMemory;
    invalidation = told;
  }

  /**
   * The host page behind a page of the file, from now on.
   *
   * @return {@link PhysicalMemory#NONE} when the host has none left
   */
  public long physicalPage(long index) {
    Long known = hostPages.get(index);
    if (known != null) {
      return known;
    }
    long page = memory.allocate();
    if (page != PhysicalMemory.NONE) {
      hostPages.put(index, page);
    }
    return page;
  }

  private void invalidate(MemorySlot slot) {
    if (invalidation != null) {
      invalidation.invalidate(slot.baseGfn, slot.baseGfn + slot.pages);
    }
  }

  void unbind(MemorySlot slot) {
    invalidate(slot);
    bindings.removeIf(binding -> binding.slot == slot);
  }

  @Override
  protected void release() {
    for (Binding binding : bindings) {
      invalidate(binding.slot);
      binding.slot.memfd = null;
    }
    for (long page : hostPages.values()) {
      memory.free(page);
    }
    onRelease.run();
  }

  @Override
  public FdKind kind() {
    return FdKind.GUEST_MEMFD;
  }

  @Override
  public String link() {
    return "anon_inode:[kvm-gmem]";
  }

  @Override
  public long ioctl(int request, long arg) {
    return ENOTTY.result();
  }

  @Override
  public long checkMmap(long prot, long mapFlags, long length, long offset) {
    boolean shared = (mapFlags & 1) != 0;
    if ((flags & GUEST_MEMFD_FLAG_MMAP) == 0) {
      return ENODEV.result();
    }
    return shared ? 0 : EINVAL.result();
  }

  @Override
  public byte[] page(long index) {
    boolean inside = index >= 0 && index < size >>> Limits.PAGE_SHIFT;
    boolean shared = (flags & GUEST_MEMFD_FLAG_INIT_SHARED) != 0;
    return inside && shared ? pages.computeIfAbsent(index, n -> new byte[Limits.PAGE_SIZE]) : null;
  }

  /** The RMP's entries of all its pages. */
  public Collection<RmpEntry> owned() {
    return owned.values();
  }

  /** The RMP's entry of a page; null for one that is no guest's. */
  public RmpEntry owner(long index) {
    return owned.get(index);
  }

  /** The RMP's entry of a page, which becomes a guest's at a frame unless it is one already. */
  public RmpEntry assign(long index, long gfn) {
    return owned.computeIfAbsent(index, n -> new RmpEntry(gfn));
  }

  /** The bytes of a page as the guest that it belongs to sees them. */
  public byte[] privatePage(long index) {
    return pages.computeIfAbsent(index, n -> new byte[Limits.PAGE_SIZE]);
  }

  @Override
  public long subject() {
    return subject;
  }
}
