package seamtape.replayer.state;

import seamtape.catalog.FdKind;

/**
 * An fd that is open.
 *
 * @param fd number in the recorded process
 * @param subject packed as {@code seamtape.event.Subject}
 * @param event the enter event of the call that made it
 */
public record OpenFd(long fd, FdKind kind, long subject, long event) {}
