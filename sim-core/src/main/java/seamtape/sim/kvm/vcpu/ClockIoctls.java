package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENXIO;

import java.nio.ByteBuffer;
import seamtape.catalog.KvmIoctl;
import seamtape.sim.kvm.UserCopy;

/** The TSC and kvmclock of a vCPU. */
final class ClockIoctls {
  private static final int DEVICE_ATTR_SIZE = 24;
  private static final int GROUP = 4;
  private static final int ATTR = 8;
  private static final int ADDR = 16;

  /** The largest frequency hardware can scale to, in kHz: VMX by KVM's limit, SVM by its ratio. */
  private static final long MAX_KHZ_INTEL = 0x7fff_ffffL;

  private static final int SVM_MAX_RATIO = 256;

  private ClockIoctls() {}

  /** The frequency that is too high; the argument counts as 32 bits, 0 stands for the host's. */
  static long maxTscKhz(VmFacts vm) {
    int host = vm.cpuModel().tscKhz();
    return vm.cpuModel().intel() ? MAX_KHZ_INTEL : (long) host * SVM_MAX_RATIO;
  }

  /** The offset stays, so that the guest's TSC jumps. */
  static long setTscKhz(Vcpu vcpu, long arg) {
    long khz = arg & 0xffff_ffffL;
    if (khz >= maxTscKhz(vcpu.vm())) {
      return EINVAL.result();
    }
    vcpu.tscKhz = khz == 0 ? vcpu.vm().cpuModel().tscKhz() : (int) khz;
    return 0;
  }

  static long kvmclockCtrl(Vcpu vcpu) {
    if (!vcpu.msrs.pv.clockEnabled()) {
      return EINVAL.result();
    }
    vcpu.guestPaused = true;
    return 0;
  }

  /** KVM_VCPU_TSC_CTRL with KVM_VCPU_TSC_OFFSET is the only attribute. */
  static long deviceAttr(KvmIoctl row, Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer attr = user.struct(arg, DEVICE_ATTR_SIZE);
    if (attr == null) {
      return EFAULT.result();
    }
    if (attr.getInt(GROUP) != 0 || attr.getLong(ATTR) != 0) {
      return ENXIO.result();
    }
    long address = attr.getLong(ADDR);
    if (row == KvmIoctl.KVM_HAS_DEVICE_ATTR) {
      return 0;
    }
    if (row == KvmIoctl.KVM_GET_DEVICE_ATTR) {
      ByteBuffer offset = Bytes.zeroed(8).putLong(0, vcpu.tscOffset);
      return user.out(address, offset.array()) ? 0 : EFAULT.result();
    }
    ByteBuffer offset = user.struct(address, 8);
    if (offset == null) {
      return EFAULT.result();
    }
    vcpu.tscOffset = offset.getLong(0);
    return 0;
  }
}
