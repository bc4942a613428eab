package seamtape.sim;

/** What a machine can say of its fds beyond the calls that are recorded. */
public interface Descriptors {
  /** read(2), as with O_NONBLOCK: bytes read or a negative errno. */
  long read(int fd, byte[] buffer);

  /** The text of the link in /proc/self/fd; null when the fd is not open. */
  String link(int fd);
}
