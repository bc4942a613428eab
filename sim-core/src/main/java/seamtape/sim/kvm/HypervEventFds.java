package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;

import java.nio.ByteBuffer;
import java.util.TreeMap;

/** KVM_HYPERV_EVENTFD: the eventfds of Hyper-V connection ids. */
final class HypervEventFds {
  private static final int SIZE = 24;
  private static final int DEASSIGN = 1;
  private static final int CONN_ID_MASK = 0x00ff_ffff;

  private final FdTable files;
  private final TreeMap<Integer, EventFd> byConnection = new TreeMap<>();

  HypervEventFds(FdTable files) {
    this.files = files;
  }

  long set(long arg, UserCopy user) {
    ByteBuffer argument = user.struct(arg, SIZE);
    if (argument == null) {
      return EFAULT.result();
    }
    int connection = argument.getInt(0);
    int flags = argument.getInt(8);
    if ((flags & ~DEASSIGN) != 0 || (connection & ~CONN_ID_MASK) != 0) {
      return EINVAL.result();
    }
    return flags == DEASSIGN
        ? deassign(connection)
        : assign(connection, files.find(argument.getInt(4)));
  }

  /** Signals the eventfd of a connection; false where none is bound. */
  boolean signal(int connection) {
    EventFd bound = byConnection.get(connection);
    if (bound != null) {
      bound.write(1);
    }
    return bound != null;
  }

  private long deassign(int connection) {
    EventFd removed = byConnection.remove(connection);
    if (removed == null) {
      return ENOENT.result();
    }
    removed.drop();
    return 0;
  }

  private long assign(int connection, KernelFile file) {
    if (file == null) {
      return EBADF.result();
    }
    if (!(file instanceof EventFd eventFd)) {
      return EINVAL.result();
    }
    if (byConnection.containsKey(connection)) {
      return EEXIST.result();
    }
    eventFd.hold();
    byConnection.put(connection, eventFd);
    return 0;
  }
}
