package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import java.util.Optional;
import seamtape.catalog.KvmCapability;
import seamtape.sim.kvm.UserCopy;

/** KVM_ENABLE_CAP on a vCPU, and faulting memory in ahead of use. */
final class CapabilityIoctls {
  private static final int ENABLE_CAP_SIZE = 104;
  private static final int ARGS = 8;

  /** Versions 1 to 1 of the enlightened VMCS: highest and lowest in one 16-bit word. */
  private static final short EVMCS_VERSIONS = 0x101;

  private static final int PRE_FAULT_SIZE = 64;
  private static final long PAGE_MASK = 0xfff;

  private CapabilityIoctls() {}

  static long enableCap(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, ENABLE_CAP_SIZE);
    if (in == null) {
      return EFAULT.result();
    }
    Optional<KvmCapability> capability = KvmCapability.byNumber(in.getInt(0));
    if (in.getInt(4) != 0 || capability.isEmpty()) {
      return EINVAL.result();
    }
    long first = in.getLong(ARGS);
    return switch (capability.get()) {
      case KVM_CAP_HYPERV_SYNIC2 -> first != 0 ? EINVAL.result() : activateSynic(vcpu);
      case KVM_CAP_HYPERV_SYNIC -> activateSynic(vcpu);
      case KVM_CAP_HYPERV_ENLIGHTENED_VMCS -> enlightenedVmcs(vcpu, first, user);
      case KVM_CAP_HYPERV_DIRECT_TLBFLUSH -> ENOTTY.result();
      case KVM_CAP_HYPERV_ENFORCE_CPUID -> {
        vcpu.enforceHypervCpuid = first != 0;
        yield 0;
      }
      case KVM_CAP_ENFORCE_PV_FEATURE_CPUID -> {
        vcpu.enforcePvCpuid = first != 0;
        yield 0;
      }
      default -> EINVAL.result();
    };
  }

  private static long activateSynic(Vcpu vcpu) {
    if (!vcpu.vm().irqchipInKernel()) {
      return EINVAL.result();
    }
    vcpu.synicActive = true;
    return 0;
  }

  private static long enlightenedVmcs(Vcpu vcpu, long address, UserCopy user) {
    if (!vcpu.vm().cpuModel().intel()) {
      return ENOTTY.result();
    }
    byte[] versions = Bytes.zeroed(2).putShort(0, EVMCS_VERSIONS).array();
    return user.out(address, versions) ? 0 : EFAULT.result();
  }

  /** Maps from the start of the range as far as slots reach; what is left is written back. */
  static long preFaultMemory(Vcpu vcpu, long arg, UserCopy user) {
    if (!vcpu.vm().profile().preFaultMemory()) {
      return EINVAL.result();
    }
    ByteBuffer range = user.struct(arg, PRE_FAULT_SIZE);
    if (range == null) {
      return EFAULT.result();
    }
    long result = preFault(vcpu, range);
    return user.out(arg, range.array()) ? result : EFAULT.result();
  }

  private static long preFault(Vcpu vcpu, ByteBuffer range) {
    long gpa = range.getLong(0);
    long size = range.getLong(8);
    boolean aligned = ((gpa | size) & PAGE_MASK) == 0;
    boolean forward = Long.compareUnsigned(gpa + size, gpa) > 0;
    if (range.getLong(16) != 0 || !aligned || !forward) {
      return EINVAL.result();
    }
    long mapped = vcpu.vm().preFault(gpa, size);
    if (mapped < 0) {
      return mapped;
    }
    range.putLong(0, gpa + mapped);
    range.putLong(8, size - mapped);
    return mapped == 0 ? ENOENT.result() : 0;
  }
}
