package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.sim.kvm.UserCopy;

/** FPU, XSAVE area and extended control registers. */
final class FpuIoctls {
  /** struct kvm_fpu: eight registers, then control, status and tag words. */
  static final int FPU_SIZE = 416;

  static final int FPR = 0;
  static final int FCW = 128;
  static final int FSW = 130;
  static final int FTWX = 132;
  static final int LAST_OPCODE = 134;
  static final int LAST_IP = 136;
  static final int LAST_DP = 144;
  static final int XMM = 152;
  private static final int FPR_BYTES = 128;
  private static final int XMM_BYTES = 256;

  static final int XCRS_SIZE = 392;
  static final int XCRS = 8;
  static final int XCR_SIZE = 16;
  private static final int MAX_XCRS = 16;

  private FpuIoctls() {}

  static long getFpu(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer from = vcpu.fpu.fields();
    ByteBuffer out = Bytes.zeroed(FPU_SIZE);
    System.arraycopy(from.array(), FpuState.ST, out.array(), FPR, FPR_BYTES);
    out.putShort(FCW, from.getShort(FpuState.FCW));
    out.putShort(FSW, from.getShort(FpuState.FSW));
    out.put(FTWX, from.get(FpuState.FTW));
    out.putShort(LAST_OPCODE, from.getShort(FpuState.FOP));
    out.putLong(LAST_IP, from.getLong(FpuState.FIP));
    out.putLong(LAST_DP, from.getLong(FpuState.FDP));
    System.arraycopy(from.array(), FpuState.XMM, out.array(), XMM, XMM_BYTES);
    return user.out(arg, out.array()) ? 0 : EFAULT.result();
  }

  static long setFpu(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, FPU_SIZE);
    if (in == null) {
      return EFAULT.result();
    }
    ByteBuffer to = vcpu.fpu.fields();
    System.arraycopy(in.array(), FPR, to.array(), FpuState.ST, FPR_BYTES);
    to.putShort(FpuState.FCW, in.getShort(FCW));
    to.putShort(FpuState.FSW, in.getShort(FSW));
    to.putShort(FpuState.FTW, (short) Bytes.u8(in, FTWX));
    to.putShort(FpuState.FOP, in.getShort(LAST_OPCODE));
    to.putLong(FpuState.FIP, in.getLong(LAST_IP));
    to.putLong(FpuState.FDP, in.getLong(LAST_DP));
    System.arraycopy(in.array(), XMM, to.array(), FpuState.XMM, XMM_BYTES);
    vcpu.fpu.legacyChanged();
    return 0;
  }

  static long getXsave(Vcpu vcpu, long arg, UserCopy user) {
    long guest = vcpu.cpuid.supportedXcr0() | FpuState.FP | FpuState.SSE;
    return user.out(arg, vcpu.fpu.copyOut(guest)) ? 0 : EFAULT.result();
  }

  static long setXsave(Vcpu vcpu, long arg, UserCopy user) {
    byte[] area = user.in(arg, FpuState.SIZE);
    if (area == null) {
      return EFAULT.result();
    }
    long supported = vcpu.vm().profile().supportedXcr0(vcpu.vm().cpuModel());
    return vcpu.fpu.copyIn(area, supported) ? 0 : EINVAL.result();
  }

  static long getXcrs(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer out = Bytes.zeroed(XCRS_SIZE);
    out.putInt(0, 1);
    out.putLong(XCRS + 8, vcpu.xcr0);
    return user.out(arg, out.array()) ? 0 : EFAULT.result();
  }

  /** Only XCR0 counts, and of several values for it the first. */
  static long setXcrs(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, XCRS_SIZE);
    if (in == null) {
      return EFAULT.result();
    }
    int count = in.getInt(0);
    if (Integer.compareUnsigned(count, MAX_XCRS) > 0 || in.getInt(4) != 0) {
      return EINVAL.result();
    }
    for (int i = 0; i < count; i++) {
      int at = XCRS + XCR_SIZE * i;
      if (in.getInt(at) == 0) {
        boolean accepted = ControlRegisters.setXcr0(vcpu, in.getLong(at + 8));
        return accepted ? 0 : EINVAL.result();
      }
    }
    return 0;
  }
}
