package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.sim.kvm.UserCopy;

/** The Xen attributes of a vCPU that no Xen guest uses: addresses unset, id and upcall vector. */
final class XenIoctls {
  private static final int SIZE = 72;
  private static final int VALUE = 8;
  private static final int VCPU_INFO = 0;
  private static final int VCPU_TIME_INFO = 1;
  private static final int RUNSTATE_ADDR = 2;
  private static final int VCPU_ID = 6;
  private static final int TIMER = 7;
  private static final int UPCALL_VECTOR = 8;
  private static final int PRIORITY_2LEVEL = -1;
  private static final long UNSET = -1;
  private static final int MAX_VCPUS = 4096;

  private XenIoctls() {}

  static long getAttr(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer attr = user.struct(arg, SIZE);
    if (attr == null) {
      return EFAULT.result();
    }
    switch (Bytes.u16(attr, 0)) {
      case VCPU_INFO, VCPU_TIME_INFO, RUNSTATE_ADDR -> attr.putLong(VALUE, UNSET);
      case VCPU_ID -> attr.putInt(VALUE, vcpu.xenVcpuId);
      case TIMER -> {
        attr.putInt(VALUE, vcpu.xenTimerPort).putInt(VALUE + 4, vcpu.xenTimerPort == 0 ? 0 : -1);
        attr.putLong(VALUE + 8, 0);
      }
      case UPCALL_VECTOR -> attr.put(VALUE, (byte) vcpu.xenUpcallVector);
      default -> {
        return EINVAL.result();
      }
    }
    return user.out(arg, attr.array()) ? 0 : EFAULT.result();
  }

  static long setAttr(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer attr = user.struct(arg, SIZE);
    if (attr == null) {
      return EFAULT.result();
    }
    boolean accepted =
        switch (Bytes.u16(attr, 0)) {
          case VCPU_INFO, VCPU_TIME_INFO, RUNSTATE_ADDR -> attr.getLong(VALUE) == UNSET;
          case VCPU_ID -> {
            int id = attr.getInt(VALUE);
            boolean known = Integer.compareUnsigned(id, MAX_VCPUS) < 0;
            vcpu.xenVcpuId = known ? id : vcpu.xenVcpuId;
            yield known;
          }
          case TIMER -> {
            int port = attr.getInt(VALUE);
            boolean valid = port == 0 || attr.getInt(VALUE + 4) == PRIORITY_2LEVEL;
            vcpu.xenTimerPort = valid ? port : vcpu.xenTimerPort;
            yield valid;
          }
          case UPCALL_VECTOR -> {
            int vector = Bytes.u8(attr, VALUE);
            boolean valid = vector == 0 || vector >= 0x10;
            vcpu.xenUpcallVector = valid ? vector : vcpu.xenUpcallVector;
            yield valid;
          }
          default -> false;
        };
    return accepted ? 0 : EINVAL.result();
  }
}
