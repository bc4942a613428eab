package seamtape.replayer.state;

import seamtape.catalog.FdKind;

/**
 * An fd that is open.
 *
 * @param fd number in the recorded process
 * @param subject packed as {@code seamtape.event.Subject}
 * @param event the enter event of the call that made it
 */
public record OpenFd(long fd, FdKind kind, long subject, long event) {
  void write(StateWriter to) {
    to.put(fd);
    to.constant(kind);
    to.put(subject);
    to.put(event);
  }

  static OpenFd read(StateReader from) {
    return new OpenFd(from.number(), from.constant(FdKind.class), from.number(), from.number());
  }
}
