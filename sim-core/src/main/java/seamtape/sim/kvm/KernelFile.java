package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENODEV;

import seamtape.catalog.FdKind;
import seamtape.event.Subject;

/**
 * An open file description: what one or more fds refer to. It is released when its last reference
 * goes, be that an fd or a user in the kernel (an irqfd holds its eventfd).
 */
public abstract class KernelFile {
  private int references = 1;

  /** The kind of fd; null for none of KVM's. */
  public abstract FdKind kind();

  /** The text of the link in /proc/self/fd. */
  public abstract String link();

  /**
   * The ioctl handler.
   *
   * @param request the full 32-bit number
   */
  public abstract long ioctl(int request, long arg);

  /** The last reference is gone. */
  protected void release() {}

  /** read(2) into a buffer: bytes read or a negative errno. */
  public long read(byte[] buffer) {
    return EINVAL.result();
  }

  /** Whether {@link #page} backs a mapping; others refuse mmap. */
  public long checkMmap(long prot, long flags, long length, long offset) {
    return ENODEV.result();
  }

  /** The page of this file at an index of pages; null beyond its end (SIGBUS when touched). */
  public byte[] page(long index) {
    return null;
  }

  /** The VM and vCPU behind it, packed as {@link Subject}. */
  public long subject() {
    return Subject.SYSTEM;
  }

  public final void hold() {
    references++;
  }

  public final void drop() {
    if (--references == 0) {
      release();
    }
  }
}
