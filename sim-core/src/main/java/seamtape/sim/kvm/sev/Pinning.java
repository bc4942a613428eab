package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOMEM;

import seamtape.machine.UserMemory;
import seamtape.sim.kvm.Limits;

/** sev_pin_memory: user pages that the firmware is about to work on. */
final class Pinning {
  private Pinning() {}

  static long pages(long address, long size) {
    long first = address >>> Limits.PAGE_SHIFT;
    return (address + size - 1 >>> Limits.PAGE_SHIFT) - first + 1;
  }

  /** 0 when all pages are there and the VMM may lock them. */
  static long pin(SevVm sev, long address, long size) {
    if (size == 0 || Long.compareUnsigned(address + size, address) < 0) {
      return EINVAL.result();
    }
    long pages = pages(address, size);
    if (pages > Integer.MAX_VALUE) {
      return EINVAL.result();
    }
    long limit = Limits.RLIMIT_MEMLOCK >>> Limits.PAGE_SHIFT;
    if (sev.regions.lockedPages + pages > limit) {
      return ENOMEM.result();
    }
    UserMemory memory = sev.vm.host.user.memory();
    long first = address & -Limits.PAGE_SIZE;
    for (long i = 0; i < pages; i++) {
      if (memory.page(first + (i << Limits.PAGE_SHIFT)) == null) {
        return ENOMEM.result();
      }
    }
    return 0;
  }

  /** The error for one page that cannot be pinned: EFAULT, and ENOMEM before Linux 7.3. */
  static long missing(SevVm sev) {
    return sev.module.profile().sevPageFaults() ? EFAULT.result() : ENOMEM.result();
  }

  /** True when one page can be pinned. */
  static boolean pinned(SevVm sev, long address) {
    return sev.vm.host.user.memory().page(address) != null;
  }

  /**
   * Bytes from an address that lie in physically contiguous pages: the VMM's memory is backed by
   * pages of 2 MiB, and no two of them adjoin.
   */
  static int contiguous(long address, long size) {
    long inHugePage = Limits.HUGE_PAGE_SIZE - (address & Limits.HUGE_PAGE_SIZE - 1);
    return (int) Math.min(size, inHugePage);
  }
}
