package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.sim.kvm.UserCopy;
import seamtape.sim.profile.CpuFeature;

/**
 * Nested virtualization state of a vCPU that never runs a nested guest: the header, with the
 * pointers of VMX operation.
 */
final class NestedIoctls {
  static final int SIZE = 128;
  static final int FORMAT = 2;
  static final int TOTAL_SIZE = 4;
  static final int VMXON_PA = 8;
  static final int VMCS12_PA = 16;
  static final int VMX_SMM_FLAGS = 24;
  private static final int FORMAT_VMX = 0;
  private static final int FORMAT_SVM = 1;
  private static final int GUEST_MODE = 1;
  private static final int RUN_PENDING = 2;
  private static final int EVMCS = 4;
  private static final int MTF_PENDING = 8;
  private static final int GIF_SET = 0x100;
  private static final int KNOWN = GUEST_MODE | RUN_PENDING | EVMCS | MTF_PENDING | GIF_SET;
  private static final long NO_POINTER = -1;

  private NestedIoctls() {}

  static long getNestedState(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer size = user.struct(arg + TOTAL_SIZE, 4);
    if (size == null) {
      return EFAULT.result();
    }
    if (Integer.compareUnsigned(size.getInt(0), SIZE) < 0) {
      size.putInt(0, SIZE);
      return user.out(arg + TOTAL_SIZE, size.array()) ? E2BIG.result() : EFAULT.result();
    }
    ByteBuffer out = Bytes.zeroed(SIZE);
    boolean intel = vcpu.vm().cpuModel().intel();
    out.putShort(0, (short) (intel ? 0 : GIF_SET));
    out.putShort(FORMAT, (short) (intel ? FORMAT_VMX : FORMAT_SVM));
    out.putInt(TOTAL_SIZE, SIZE);
    if (intel) {
      out.putLong(VMXON_PA, vcpu.vmxonPointer);
      out.putLong(VMCS12_PA, vcpu.vmcs12Pointer);
    }
    return user.out(arg, out.array()) ? 0 : EFAULT.result();
  }

  static long setNestedState(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, SIZE);
    if (in == null) {
      return EFAULT.result();
    }
    int flags = Bytes.u16(in, 0);
    boolean small = Integer.compareUnsigned(in.getInt(TOTAL_SIZE), SIZE) < 0;
    boolean pendingOutside = (flags & RUN_PENDING) != 0 && (flags & GUEST_MODE) == 0;
    if (small || (flags & ~KNOWN) != 0 || pendingOutside || (flags & GUEST_MODE) != 0) {
      return EINVAL.result();
    }
    boolean accepted = vcpu.vm().cpuModel().intel() ? setVmx(vcpu, in, flags) : setSvm(in, flags);
    return accepted ? 0 : EINVAL.result();
  }

  private static boolean setVmx(Vcpu vcpu, ByteBuffer in, int flags) {
    long vmxon = in.getLong(VMXON_PA);
    long vmcs12 = in.getLong(VMCS12_PA);
    if (in.getShort(FORMAT) != FORMAT_VMX) {
      return false;
    }
    boolean outside = vmxon == NO_POINTER;
    boolean nothingElse =
        vmcs12 == NO_POINTER && in.getShort(VMX_SMM_FLAGS) == 0 && (flags & ~EVMCS) == 0;
    if (outside ? !nothingElse : !pointersValid(vcpu, vmxon, vmcs12)) {
      return false;
    }
    vcpu.vmxonPointer = vmxon;
    vcpu.vmcs12Pointer = vmcs12;
    return true;
  }

  private static boolean pointersValid(Vcpu vcpu, long vmxon, long vmcs12) {
    long reserved = vcpu.cpuid.reservedGpaBits() | 0xfff;
    boolean vmcs = vmcs12 == NO_POINTER || vmcs12 != vmxon && (vmcs12 & reserved) == 0;
    return vcpu.cpuid.has(CpuFeature.VMX) && (vmxon & reserved) == 0 && vmcs;
  }

  private static boolean setSvm(ByteBuffer in, int flags) {
    return in.getShort(FORMAT) == FORMAT_SVM && (flags & ~GIF_SET) == 0;
  }
}
