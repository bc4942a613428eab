package seamtape.machine;

/**
 * What a machine may offer beyond the calls that are recorded: a look at its fds, and calls of a
 * second process. A recording has none of these.
 */
public interface Descriptors {
  /** read(2), as with O_NONBLOCK: bytes read or a negative errno. */
  long read(int fd, byte[] buffer);

  /** The text of the link in /proc/self/fd; null when the fd is not open. */
  String link(int fd);

  /**
   * ioctl(2) made by a child of fork(2) that exits after it: the child has the caller's fds and
   * another mm. What it writes to memory is its own copy's: the caller restores the bytes.
   */
  long ioctlInChild(int tid, int fd, int request, long arg);
}
