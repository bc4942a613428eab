package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import java.util.TreeMap;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;

/** The Xen side of a VM: configuration and the attributes that are plain values. */
final class XenVm {
  private static final int CONFIG_SIZE = 56;
  private static final int ATTRIBUTE_SIZE = 72;
  private static final int EVTCHN_SIZE = 12;
  private static final int INTERCEPT_HCALL = 2;
  private static final int EVTCHN_SEND = 1 << 5;
  private static final int EVTCHN_INTERDOMAIN = 2;
  private static final int EVTCHN_DEASSIGN = 1;
  private static final int EVTCHN_RESET = 4;

  /** INTERCEPT_HCALL, EVTCHN_SEND and PVCLOCK_TSC_UNSTABLE; the other bits only report. */
  private static final long SETTABLE = INTERCEPT_HCALL | 1 << 5 | 1 << 7;

  private static final int ATTR_LONG_MODE = 0;
  private static final int ATTR_UPCALL_VECTOR = 2;
  private static final int ATTR_EVTCHN = 3;
  private static final int ATTR_XEN_VERSION = 4;
  private static final int VALUE = 8;

  /** Vectors below are exceptions. */
  private static final int FIRST_VECTOR = 0x10;

  private final Vm vm;
  private final UserCopy user;
  private final TreeMap<Integer, EventFd> ports = new TreeMap<>();
  private int flags;
  private int longMode;
  private int upcallVector;
  private int xenVersion;

  XenVm(Vm vm) {
    this.vm = vm;
    this.user = vm.host.user;
  }

  long handle(KvmIoctl row, long arg) {
    return switch (row) {
      case KVM_XEN_HVM_CONFIG -> configure(user.struct(arg, CONFIG_SIZE));
      case KVM_XEN_HVM_SET_ATTR -> setAttribute(user.struct(arg, ATTRIBUTE_SIZE));
      case KVM_XEN_HVM_GET_ATTR -> getAttribute(arg);
      case KVM_XEN_HVM_EVTCHN_SEND ->
          user.in(arg, EVTCHN_SIZE) == null ? EFAULT.result() : EINVAL.result();
      default -> ENOTTY.result();
    };
  }

  /** KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL is set. */
  boolean interceptsHypercalls() {
    return (flags & INTERCEPT_HCALL) != 0;
  }

  boolean sendsEvents() {
    return (flags & EVTCHN_SEND) != 0;
  }

  int version() {
    return xenVersion;
  }

  /** Ports of the shared info page: a bit each in as many words as a word has bits. */
  int maxPort() {
    return longMode != 0 ? 4096 : 1024;
  }

  /** Signals what a port is bound to; false where nothing is. */
  boolean signal(int port) {
    EventFd bound = ports.get(port);
    if (bound != null) {
      bound.write(1);
    }
    return bound != null;
  }

  private long configure(ByteBuffer config) {
    if (config == null) {
      return EFAULT.result();
    }
    long known = vm.host.capability(KvmCapability.KVM_CAP_XEN_HVM.number(), true) & SETTABLE;
    int wanted = config.getInt(0);
    boolean blob = config.getLong(8) != 0 || config.getLong(16) != 0 || config.getShort(24) != 0;
    boolean blobAndIntercept = (wanted & INTERCEPT_HCALL) != 0 && blob;
    if ((wanted & ~known) != 0 || blobAndIntercept) {
      return EINVAL.result();
    }
    flags = wanted;
    return 0;
  }

  private long setAttribute(ByteBuffer attribute) {
    if (attribute == null) {
      return EFAULT.result();
    }
    int value = attribute.getInt(VALUE);
    switch (attribute.getShort(0)) {
      case ATTR_LONG_MODE -> longMode = (value & 0xff) != 0 ? 1 : 0;
      case ATTR_UPCALL_VECTOR -> {
        int vector = value & 0xff;
        if (vector != 0 && vector < FIRST_VECTOR) {
          return EINVAL.result();
        }
        upcallVector = vector;
      }
      case ATTR_EVTCHN -> {
        return setEventChannel(attribute);
      }
      case ATTR_XEN_VERSION -> xenVersion = value;
      default -> {
        return ENOENT.result();
      }
    }
    return 0;
  }

  /** Binds a port that the guest sends on to an eventfd, or unbinds it. */
  private long setEventChannel(ByteBuffer attribute) {
    int port = attribute.getInt(VALUE);
    int change = attribute.getInt(VALUE + 8);
    if (change == EVTCHN_RESET) {
      ports.values().forEach(EventFd::drop);
      ports.clear();
      return 0;
    }
    if (port <= 0 || port >= maxPort() || (change & ~EVTCHN_DEASSIGN) != 0) {
      return EINVAL.result();
    }
    if (change == EVTCHN_DEASSIGN) {
      EventFd unbound = ports.remove(port);
      if (unbound != null) {
        unbound.drop();
      }
      return unbound == null ? ENOENT.result() : 0;
    }
    boolean toEventFd = attribute.getInt(VALUE + 12) == 0;
    if (attribute.getInt(VALUE + 4) != EVTCHN_INTERDOMAIN || !toEventFd) {
      return EINVAL.result();
    }
    return bind(port, vm.host.files.find(attribute.getInt(VALUE + 16)));
  }

  private long bind(int port, KernelFile file) {
    if (file == null) {
      return EBADF.result();
    }
    if (!(file instanceof EventFd eventFd)) {
      return EINVAL.result();
    }
    if (ports.containsKey(port)) {
      return EEXIST.result();
    }
    eventFd.hold();
    ports.put(port, eventFd);
    return 0;
  }

  private long getAttribute(long arg) {
    ByteBuffer attribute = user.struct(arg, ATTRIBUTE_SIZE);
    if (attribute == null) {
      return EFAULT.result();
    }
    switch (attribute.getShort(0)) {
      case ATTR_LONG_MODE -> attribute.put(VALUE, (byte) longMode);
      case ATTR_UPCALL_VECTOR -> attribute.put(VALUE, (byte) upcallVector);
      case ATTR_XEN_VERSION -> attribute.putInt(VALUE, xenVersion);
      default -> {
        return ENOENT.result();
      }
    }
    return user.out(arg, attribute.array()) ? 0 : EFAULT.result();
  }
}
