package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.sim.kvm.UserCopy;

/** KVM_XEN_VCPU_SET_ATTR and _GET_ATTR. */
final class XenIoctls {
  private static final int SIZE = 72;
  private static final int VALUE = 8;
  private static final int VCPU_INFO = 0;
  private static final int VCPU_TIME_INFO = 1;
  private static final int RUNSTATE_ADDR = 2;
  private static final int RUNSTATE_CURRENT = 3;
  private static final int RUNSTATE_DATA = 4;
  private static final int RUNSTATE_ADJUST = 5;
  private static final int VCPU_ID = 6;
  private static final int TIMER = 7;
  private static final int UPCALL_VECTOR = 8;
  private static final int VCPU_INFO_HVA = 9;
  private static final int PRIORITY_2LEVEL = -1;
  private static final int MAX_VCPUS = 4096;
  private static final int FIRST_VECTOR = 0x10;

  private final Vcpu vcpu;
  private final XenVcpu xen;
  private final ByteBuffer attr;

  private XenIoctls(Vcpu vcpu, ByteBuffer attr) {
    this.vcpu = vcpu;
    this.xen = vcpu.xen;
    this.attr = attr;
  }

  static long getAttr(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer attr = user.struct(arg, SIZE);
    if (attr == null) {
      return EFAULT.result();
    }
    if (!new XenIoctls(vcpu, attr).get()) {
      return EINVAL.result();
    }
    return user.out(arg, attr.array()) ? 0 : EFAULT.result();
  }

  private boolean get() {
    switch (type()) {
      case VCPU_INFO -> attr.putLong(VALUE, xen.info(false));
      case VCPU_INFO_HVA -> attr.putLong(VALUE, Math.max(xen.info(true), 0));
      case VCPU_TIME_INFO -> attr.putLong(VALUE, xen.timeInfo);
      case RUNSTATE_ADDR -> attr.putLong(VALUE, xen.runstateAddress);
      case RUNSTATE_CURRENT -> attr.putLong(VALUE, xen.runstate);
      case RUNSTATE_DATA -> {
        attr.putLong(VALUE, xen.runstate).putLong(VALUE + 8, xen.runstateSince);
        for (int i = 0; i < xen.times.length; i++) {
          attr.putLong(VALUE + 16 + 8 * i, xen.times[i]);
        }
      }
      case VCPU_ID -> attr.putInt(VALUE, xen.id);
      case TIMER -> {
        attr.putInt(VALUE, xen.timerPort).putInt(VALUE + 4, PRIORITY_2LEVEL);
        attr.putLong(VALUE + 8, xen.timerExpires);
      }
      case UPCALL_VECTOR -> attr.put(VALUE, (byte) xen.upcallVector);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** VCPU_INFO by an address of user space is as old as the shared info by one. */
  private int type() {
    int type = Bytes.u16(attr, 0);
    return type == VCPU_INFO_HVA && !vcpu.vm().profile().xenInfoByUserAddress() ? -1 : type;
  }

  static long setAttr(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer attr = user.struct(arg, SIZE);
    return attr == null ? EFAULT.result() : new XenIoctls(vcpu, attr).set();
  }

  private long set() {
    long value = attr.getLong(VALUE);
    return switch (type()) {
      case VCPU_INFO -> setInfo(value, false);
      case VCPU_INFO_HVA -> setInfo(value == 0 ? XenVcpu.UNSET : value, true);
      case VCPU_TIME_INFO -> setTimeInfo(value);
      case RUNSTATE_ADDR -> setRunstateAddress(value);
      case RUNSTATE_CURRENT -> setRunstate(value);
      case RUNSTATE_DATA -> setRunstateData(value);
      case RUNSTATE_ADJUST -> adjustRunstate(value);
      case VCPU_ID -> setId((int) value);
      case TIMER -> setTimer((int) value);
      case UPCALL_VECTOR -> setUpcallVector((int) value & 0xff);
      default -> EINVAL.result();
    };
  }

  private long setInfo(long address, boolean byUser) {
    if (!XenVcpu.infoFits(address)) {
      return EINVAL.result();
    }
    return xen.setInfo(address, byUser) ? 0 : EFAULT.result();
  }

  private long setTimeInfo(long address) {
    if (!XenVcpu.timeFits(address)) {
      return EINVAL.result();
    }
    xen.timeInfo = address;
    return backed(address, 1);
  }

  /** The one area that may lie on two pages. */
  private long setRunstateAddress(long address) {
    xen.runstateAddress = address;
    long error = backed(address, xen.runstateSize());
    if (error == 0) {
      xen.storeRunstate();
    }
    return error;
  }

  private long backed(long gpa, int length) {
    boolean none = gpa != XenVcpu.UNSET && vcpu.vm().slotBytes(gpa, length) < length;
    return none ? EFAULT.result() : 0;
  }

  private long setRunstate(long state) {
    if (Long.compareUnsigned(state, XenVcpu.RUNSTATE_OFFLINE) > 0) {
      return EINVAL.result();
    }
    xen.changeRunstate((int) state, vcpu.vm().guestNanos());
    return 0;
  }

  private long sum() {
    long sum = 0;
    for (int i = 0; i < xen.times.length; i++) {
      sum += attr.getLong(VALUE + 16 + 8 * i);
    }
    return sum;
  }

  private long setRunstateData(long state) {
    long since = attr.getLong(VALUE + 8);
    if (Long.compareUnsigned(state, XenVcpu.RUNSTATE_OFFLINE) > 0
        || since != sum()
        || Long.compareUnsigned(vcpu.vm().guestNanos(), since) < 0) {
      return EINVAL.result();
    }
    xen.runstate = (int) state;
    xen.runstateSince = since;
    for (int i = 0; i < xen.times.length; i++) {
      xen.times[i] = attr.getLong(VALUE + 16 + 8 * i);
    }
    return 0;
  }

  /** -1 leaves the state as it is. */
  private long adjustRunstate(long state) {
    long by = attr.getLong(VALUE + 8);
    long now = vcpu.vm().guestNanos();
    if (state != -1 && Long.compareUnsigned(state, XenVcpu.RUNSTATE_OFFLINE) > 0
        || by != sum()
        || Long.compareUnsigned(now, xen.runstateSince + by) < 0) {
      return EINVAL.result();
    }
    xen.runstateSince += by;
    for (int i = 0; i < xen.times.length; i++) {
      xen.times[i] += attr.getLong(VALUE + 16 + 8 * i);
    }
    if (state == -1) {
      xen.storeRunstate();
    } else {
      xen.changeRunstate((int) state, now);
    }
    return 0;
  }

  private long setId(int id) {
    if (Integer.compareUnsigned(id, MAX_VCPUS) >= 0) {
      return EINVAL.result();
    }
    xen.id = id;
    return 0;
  }

  private long setTimer(int port) {
    if (port != 0 && attr.getInt(VALUE + 4) != PRIORITY_2LEVEL) {
      return EINVAL.result();
    }
    xen.timerPort = port;
    xen.timerExpires = port == 0 ? 0 : attr.getLong(VALUE + 8);
    return 0;
  }

  private long setUpcallVector(int vector) {
    if (vector != 0 && vector < FIRST_VECTOR) {
      return EINVAL.result();
    }
    xen.upcallVector = vector;
    return 0;
  }
}
