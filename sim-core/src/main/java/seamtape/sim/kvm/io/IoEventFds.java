package seamtape.sim.kvm.io;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENOSPC;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import seamtape.sim.kvm.EventFd;
import seamtape.sim.kvm.FdTable;
import seamtape.sim.kvm.KernelFile;
import seamtape.sim.kvm.Limits;

/** The ioeventfds of a VM (KVM_IOEVENTFD). */
public final class IoEventFds {
  /** sizeof(struct kvm_ioeventfd). */
  public static final int SIZE = 64;

  private static final int DATAMATCH = 1;
  private static final int PIO = 2;
  private static final int DEASSIGN = 4;
  private static final int VIRTIO_CCW_NOTIFY = 8;
  private static final int VALID_FLAGS = DATAMATCH | PIO | DEASSIGN | VIRTIO_CCW_NOTIFY;

  private final FdTable files;
  private final List<IoEventFd> entries = new ArrayList<>();

  public IoEventFds(FdTable files) {
    this.files = files;
  }

  /** KVM_IOEVENTFD after the copy. */
  public long set(ByteBuffer argument) {
    int flags = argument.getInt(24);
    return (flags & DEASSIGN) != 0 ? deassign(argument) : assign(argument);
  }

  private long assign(ByteBuffer argument) {
    long address = argument.getLong(8);
    int length = argument.getInt(16);
    int flags = argument.getInt(24);
    boolean knownLength = length == 0 || length == 1 || length == 2 || length == 4 || length == 8;
    if (!knownLength
        || Long.compareUnsigned(address + length, address) < 0
        || (flags & ~VALID_FLAGS) != 0
        || length == 0 && (flags & DATAMATCH) != 0) {
      return EINVAL.result();
    }
    long error = checkEventFd(argument.getInt(20));
    return error != 0 ? error : add(entry(argument));
  }

  private long checkEventFd(int fd) {
    KernelFile file = files.find(fd);
    if (file == null) {
      return EBADF.result();
    }
    return file instanceof EventFd ? 0 : EINVAL.result();
  }

  private IoEventFd entry(ByteBuffer argument) {
    int flags = argument.getInt(24);
    return new IoEventFd(
        (flags & PIO) != 0,
        argument.getLong(8),
        argument.getInt(16),
        (EventFd) files.find(argument.getInt(20)),
        (flags & DATAMATCH) == 0,
        argument.getLong(0));
  }

  private long add(IoEventFd entry) {
    for (IoEventFd other : entries) {
      if (other.collides(entry)) {
        return EEXIST.result();
      }
    }
    if (entries.size() >= Limits.NR_IOBUS_DEVS) {
      return ENOSPC.result();
    }
    entry.eventFd().hold();
    entries.add(entry);
    return 0;
  }

  private long deassign(ByteBuffer argument) {
    long error = checkEventFd(argument.getInt(20));
    if (error != 0) {
      return error;
    }
    IoEventFd wanted = entry(argument);
    for (IoEventFd entry : entries) {
      if (entry.sameAs(wanted)) {
        entries.remove(entry);
        entry.eventFd().drop();
        return 0;
      }
    }
    return ENOENT.result();
  }

  /** A guest write: true when an eventfd took it. */
  public boolean write(boolean pio, long address, int length, long value) {
    for (int i = 0; i < entries.size(); i++) {
      IoEventFd entry = entries.get(i);
      if (entry.matches(pio, address, length, value)) {
        entry.eventFd().signal();
        return true;
      }
    }
    return false;
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** The VM ends: eventfds are let go. */
  public void release() {
    entries.forEach(entry -> entry.eventFd().drop());
    entries.clear();
  }
}
