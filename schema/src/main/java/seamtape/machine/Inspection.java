package seamtape.machine;

/** A machine that can be asked between two calls without being disturbed by it. */
public interface Inspection {
  /**
   * Makes an ioctl that only reads, outside of time: the clock stands still and nothing waits.
   *
   * @return as {@code Machine.ioctl}; -EAGAIN where a call in flight holds the vCPU
   */
  long inspect(int fd, int request, long arg);
}
