package seamtape.sim;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOMEM;

import seamtape.machine.UserMemory;
import seamtape.sim.kvm.Host;
import seamtape.sim.kvm.KernelFile;
import seamtape.sim.kvm.Limits;

/** mmap(2) and munmap(2) of the VMM: anonymous memory, or the pages of an fd. */
final class Mappings {
  private static final int ANONYMOUS = -1;

  /**
   * Pages of one fd's mapping that are looked at: guest_memfds may be larger than can be touched.
   */
  private static final long MAX_FILE_PAGES = 1 << 16;

  private final Host host;

  Mappings(Host host) {
    this.host = host;
  }

  long map(long address, long length, long prot, long flags, int fd, long offset) {
    long bytes = pageAligned(length);
    if (length <= 0 || bytes <= 0 || ((address | offset) & Limits.PAGE_SIZE - 1) != 0) {
      return EINVAL.result();
    }
    if (address < 0 || address > Limits.TASK_SIZE_MAX - bytes) {
      return ENOMEM.result();
    }
    if (fd == ANONYMOUS) {
      host.user.memory().map(address, bytes);
      return address;
    }
    KernelFile file = host.files.find(fd);
    if (file == null) {
      return EBADF.result();
    }
    long error = file.checkMmap(prot, flags, bytes, offset);
    return error != 0 ? error : mapFile(file, address, bytes, offset >>> Limits.PAGE_SHIFT);
  }

  private static long pageAligned(long length) {
    return length + Limits.PAGE_SIZE - 1 & -Limits.PAGE_SIZE;
  }

  /** Pages beyond the file's end stay unmapped: an access to them fails as to no memory. */
  private long mapFile(KernelFile file, long address, long bytes, long firstPage) {
    UserMemory memory = host.user.memory();
    memory.unmap(address, bytes);
    long count = Math.min(bytes >>> Limits.PAGE_SHIFT, MAX_FILE_PAGES);
    for (long i = 0; i < count; i++) {
      byte[] page = file.page(firstPage + i);
      if (page != null) {
        memory.mapPage(address + (i << Limits.PAGE_SHIFT), page);
      }
    }
    return address;
  }

  long unmap(long address, long length) {
    long bytes = pageAligned(length);
    boolean outside = address < 0 || address > Limits.TASK_SIZE_MAX - bytes;
    if (length <= 0 || bytes <= 0 || (address & Limits.PAGE_SIZE - 1) != 0 || outside) {
      return EINVAL.result();
    }
    host.user.memory().unmap(address, bytes);
    return 0;
  }
}
