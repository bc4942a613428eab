package seamtape.machine;

import java.util.List;

/** A machine that can be asked between two calls without being disturbed by it. */
public interface Inspection {
  /**
   * Makes an ioctl that only reads, outside of time: the clock stands still and nothing waits.
   *
   * @return as {@code Machine.ioctl}; -EAGAIN where a call in flight holds the vCPU
   */
  long inspect(int fd, int request, long arg);

  /**
   * What the reverse map table says of the pages that a VM's guest_memfds give its guest, by guest
   * physical address; null for a VM without SNP, and from a machine that does not tell.
   */
  default List<RmpRange> reverseMap(int vmFd) {
    return null;
  }
}
