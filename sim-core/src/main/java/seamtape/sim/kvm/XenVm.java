package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;

/** The Xen side of a VM: configuration and the attributes that are plain values. */
final class XenVm {
  private static final int CONFIG_SIZE = 56;
  private static final int ATTRIBUTE_SIZE = 72;
  private static final int EVTCHN_SIZE = 12;
  private static final int INTERCEPT_HCALL = 2;

  /** INTERCEPT_HCALL, EVTCHN_SEND and PVCLOCK_TSC_UNSTABLE; the other bits only report. */
  private static final long SETTABLE = INTERCEPT_HCALL | 1 << 5 | 1 << 7;

  private static final int ATTR_LONG_MODE = 0;
  private static final int ATTR_UPCALL_VECTOR = 2;
  private static final int ATTR_XEN_VERSION = 4;
  private static final int VALUE = 8;

  /** Vectors below are exceptions. */
  private static final int FIRST_VECTOR = 0x10;

  private final Vm vm;
  private final UserCopy user;
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

  private long configure(ByteBuffer config) {
    if (config == null) {
      return EFAULT.result();
    }
    long known = vm.host.capability(KvmCapability.KVM_CAP_XEN_HVM.number(), true) & SETTABLE;
    int flags = config.getInt(0);
    boolean blob = config.getLong(8) != 0 || config.getLong(16) != 0 || config.getShort(24) != 0;
    boolean blobAndIntercept = (flags & INTERCEPT_HCALL) != 0 && blob;
    return (flags & ~known) != 0 || blobAndIntercept ? EINVAL.result() : 0;
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
      case ATTR_XEN_VERSION -> xenVersion = value;
      default -> {
        return ENOENT.result();
      }
    }
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
