package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;

import java.nio.ByteBuffer;
import java.util.TreeMap;

/** The ports that a guest sends events on, and where KVM takes them (KVM_XEN_ATTR_TYPE_EVTCHN). */
final class XenPorts {
  /** KVM_IRQ_ROUTING_XEN_EVTCHN_PRIO_2LEVEL, the only kind of channel. */
  static final int PRIORITY_2LEVEL = -1;

  private static final int STATUS_INTERDOMAIN = 2;
  private static final int STATUS_IPI = 5;
  private static final int DEASSIGN = 1;
  private static final int UPDATE = 2;
  private static final int RESET = 4;
  private static final int VALUE = 8;

  /** Where an event goes: a port of this guest, or an eventfd (port 0). */
  private record Target(int type, int port, int vcpu, EventFd eventFd) {}

  private final XenVm xen;
  private final FdTable files;
  private final TreeMap<Integer, Target> ports = new TreeMap<>();

  XenPorts(XenVm xen, FdTable files) {
    this.xen = xen;
    this.files = files;
  }

  /** Binds a port, changes or unbinds it. */
  long set(ByteBuffer attribute) {
    int port = attribute.getInt(VALUE);
    int change = attribute.getInt(VALUE + 8);
    if (change == RESET) {
      release();
      return 0;
    }
    if (port == 0 || !xen.isPort(port)) {
      return EINVAL.result();
    }
    return switch (change) {
      case 0 -> assign(port, attribute);
      case DEASSIGN -> deassign(port);
      case UPDATE -> update(port, attribute);
      default -> EINVAL.result();
    };
  }

  void release() {
    for (Target target : ports.values()) {
      if (target.eventFd != null) {
        target.eventFd.drop();
      }
    }
    ports.clear();
  }

  private long assign(int port, ByteBuffer attribute) {
    int type = attribute.getInt(VALUE + 4);
    int toPort = attribute.getInt(VALUE + 12);
    boolean valid =
        switch (type) {
          case STATUS_IPI -> toPort == port;
          case STATUS_INTERDOMAIN -> toPort == 0 || xen.isPort(toPort);
          default -> false;
        };
    if (!valid) {
      return EINVAL.result();
    }
    EventFd eventFd = null;
    if (toPort == 0) {
      KernelFile file = files.find(attribute.getInt(VALUE + 16));
      if (!(file instanceof EventFd found)) {
        return file == null ? EBADF.result() : EINVAL.result();
      }
      eventFd = found;
    } else if (attribute.getInt(VALUE + 20) != PRIORITY_2LEVEL) {
      return EINVAL.result();
    }
    if (ports.containsKey(port)) {
      return EEXIST.result();
    }
    if (eventFd != null) {
      eventFd.hold();
    }
    ports.put(port, new Target(type, toPort, attribute.getInt(VALUE + 16), eventFd));
    return 0;
  }

  private long deassign(int port) {
    Target gone = ports.remove(port);
    if (gone != null && gone.eventFd != null) {
      gone.eventFd.drop();
    }
    return gone == null ? ENOENT.result() : 0;
  }

  /** Only the vCPU of a port may change. */
  private long update(int port, ByteBuffer attribute) {
    Target now = ports.get(port);
    if (now == null) {
      return ENOENT.result();
    }
    if (now.type != attribute.getInt(VALUE + 4)
        || now.port == 0
        || now.port != attribute.getInt(VALUE + 12)
        || attribute.getInt(VALUE + 20) != PRIORITY_2LEVEL) {
      return EINVAL.result();
    }
    ports.put(port, new Target(now.type, now.port, attribute.getInt(VALUE + 16), null));
    return 0;
  }

  /** EVTCHNOP_send of the guest; false where user space has to serve it. */
  boolean send(int port) {
    Target target = ports.get(port);
    if (target == null) {
      return false;
    }
    if (target.port == 0) {
      target.eventFd.signal();
      return true;
    }
    long result = xen.raise(target.port, target.vcpu);
    return result >= 0 || result == XenVm.MASKED;
  }
}
