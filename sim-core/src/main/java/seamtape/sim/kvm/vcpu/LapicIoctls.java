package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.sim.kvm.UserCopy;

/** The local APIC's page and the TPR helpers of old guests. */
final class LapicIoctls {
  private static final int TPR_ACCESS_CTL_SIZE = 40;

  private LapicIoctls() {}

  static long getLapic(Vcpu vcpu, long arg, UserCopy user) {
    if (vcpu.lapic == null) {
      return EINVAL.result();
    }
    return user.out(arg, vcpu.lapic.copyOut()) ? 0 : EFAULT.result();
  }

  static long setLapic(Vcpu vcpu, long arg, UserCopy user) {
    if (vcpu.lapic == null) {
      return EINVAL.result();
    }
    byte[] state = user.in(arg, Lapic.STATE_SIZE);
    if (state == null) {
      return EFAULT.result();
    }
    return vcpu.lapic.copyIn(state) ? 0 : EINVAL.result();
  }

  static long setVapicAddr(Vcpu vcpu, long arg, UserCopy user) {
    if (vcpu.lapic == null) {
      return EINVAL.result();
    }
    ByteBuffer in = user.struct(arg, 8);
    if (in == null) {
      return EFAULT.result();
    }
    long address = in.getLong(0);
    if (address != 0 && vcpu.vm().slotBytes(address, 4) < 4) {
      return EINVAL.result();
    }
    vcpu.vapicAddress = address;
    return 0;
  }

  static long tprAccessReporting(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, TPR_ACCESS_CTL_SIZE);
    if (in == null) {
      return EFAULT.result();
    }
    if (in.getInt(4) != 0) {
      return EINVAL.result();
    }
    vcpu.tprAccessReporting = in.getInt(0) != 0;
    return user.out(arg, in.array()) ? 0 : EFAULT.result();
  }
}
