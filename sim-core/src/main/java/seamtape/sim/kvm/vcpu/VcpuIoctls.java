package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;

import seamtape.catalog.KvmIoctl;
import seamtape.sim.kvm.UserCopy;

/**
 * The ioctls of a vCPU fd (kvm_vcpu_ioctl and kvm_arch_vcpu_ioctl) but KVM_RUN and
 * KVM_GET_STATS_FD, which need more than the vCPU. An ioctl that the profile's kernel does not
 * dispatch is EINVAL.
 */
public final class VcpuIoctls {
  private VcpuIoctls() {}

  /**
   * Answers one ioctl; the checks on the fd, the process and the mutex are the caller's.
   *
   * @return result or negative errno
   */
  public static long handle(KvmIoctl row, Vcpu vcpu, long arg, UserCopy user) {
    return vcpu.guestStateProtected && outOfReach(row, vcpu)
        ? EINVAL.result()
        : dispatch(row, vcpu, arg, user);
  }

  /** Registers of a vCPU whose state is encrypted. */
  private static boolean outOfReach(KvmIoctl row, Vcpu vcpu) {
    return switch (row) {
      case KVM_SET_GUEST_DEBUG -> true;
      case KVM_GET_REGS,
          KVM_SET_REGS,
          KVM_GET_SREGS,
          KVM_SET_SREGS,
          KVM_GET_SREGS2,
          KVM_SET_SREGS2,
          KVM_GET_DEBUGREGS,
          KVM_SET_DEBUGREGS,
          KVM_GET_FPU,
          KVM_SET_FPU,
          KVM_GET_XSAVE,
          KVM_GET_XSAVE2,
          KVM_SET_XSAVE,
          KVM_GET_XCRS,
          KVM_SET_XCRS ->
          vcpu.vm().hasProtectedState();
      case KVM_TRANSLATE, KVM_GET_LAPIC, KVM_SET_LAPIC, KVM_SET_VAPIC_ADDR, KVM_SET_TSC_KHZ ->
          vcpu.vm().hasProtectedApic();
      default -> false;
    };
  }

  private static long dispatch(KvmIoctl row, Vcpu vcpu, long arg, UserCopy user) {
    return switch (row) {
      case KVM_GET_REGS -> RegsIoctls.getRegs(vcpu, arg, user);
      case KVM_SET_REGS -> RegsIoctls.setRegs(vcpu, arg, user);
      case KVM_GET_SREGS -> SregsIoctls.getSregs(vcpu, arg, user);
      case KVM_SET_SREGS -> SregsIoctls.setSregs(vcpu, arg, user);
      case KVM_GET_SREGS2 -> SregsIoctls.getSregs2(vcpu, arg, user);
      case KVM_SET_SREGS2 -> SregsIoctls.setSregs2(vcpu, arg, user);
      case KVM_TRANSLATE -> RegsIoctls.translate(vcpu, arg, user);
      case KVM_GET_DEBUGREGS -> RegsIoctls.getDebugregs(vcpu, arg, user);
      case KVM_SET_DEBUGREGS -> RegsIoctls.setDebugregs(vcpu, arg, user);
      case KVM_SET_GUEST_DEBUG -> RegsIoctls.setGuestDebug(vcpu, arg, user);
      case KVM_GET_FPU -> FpuIoctls.getFpu(vcpu, arg, user);
      case KVM_SET_FPU -> FpuIoctls.setFpu(vcpu, arg, user);
      case KVM_GET_XSAVE, KVM_GET_XSAVE2 -> FpuIoctls.getXsave(vcpu, arg, user);
      case KVM_SET_XSAVE -> FpuIoctls.setXsave(vcpu, arg, user);
      case KVM_GET_XCRS -> FpuIoctls.getXcrs(vcpu, arg, user);
      case KVM_SET_XCRS -> FpuIoctls.setXcrs(vcpu, arg, user);
      case KVM_INTERRUPT -> EventIoctls.interrupt(vcpu, arg, user);
      case KVM_NMI -> EventIoctls.nmi(vcpu);
      case KVM_SMI -> EventIoctls.smi(vcpu);
      case KVM_GET_VCPU_EVENTS -> EventIoctls.getVcpuEvents(vcpu, arg, user);
      case KVM_SET_VCPU_EVENTS -> EventIoctls.setVcpuEvents(vcpu, arg, user);
      case KVM_GET_MP_STATE -> EventIoctls.getMpState(vcpu, arg, user);
      case KVM_SET_MP_STATE -> EventIoctls.setMpState(vcpu, arg, user);
      case KVM_X86_SETUP_MCE -> EventIoctls.setupMce(vcpu, arg, user);
      case KVM_X86_SET_MCE -> EventIoctls.setMce(vcpu, arg, user);
      case KVM_SET_SIGNAL_MASK -> EventIoctls.setSignalMask(vcpu, arg, user);
      case KVM_GET_LAPIC -> LapicIoctls.getLapic(vcpu, arg, user);
      case KVM_SET_LAPIC -> LapicIoctls.setLapic(vcpu, arg, user);
      case KVM_SET_VAPIC_ADDR -> LapicIoctls.setVapicAddr(vcpu, arg, user);
      case KVM_TPR_ACCESS_REPORTING -> LapicIoctls.tprAccessReporting(vcpu, arg, user);
      case KVM_GET_MSRS -> MsrIoctls.getMsrs(vcpu, arg, user);
      case KVM_SET_MSRS -> MsrIoctls.setMsrs(vcpu, arg, user);
      case KVM_GET_ONE_REG -> MsrIoctls.oneReg(vcpu, arg, user, false);
      case KVM_SET_ONE_REG -> MsrIoctls.oneReg(vcpu, arg, user, true);
      case KVM_GET_REG_LIST -> MsrIoctls.getRegList(vcpu, arg, user);
      case KVM_SET_CPUID -> CpuidIoctls.setCpuid(vcpu, arg, user);
      case KVM_SET_CPUID2 -> CpuidIoctls.setCpuid2(vcpu, arg, user);
      case KVM_GET_CPUID2 -> CpuidIoctls.getCpuid2(vcpu, arg, user);
      case KVM_GET_SUPPORTED_HV_CPUID ->
          CpuidIoctls.copyOut(vcpu.vm().profile().hypervCpuid(), arg, user);
      case KVM_SET_TSC_KHZ -> ClockIoctls.setTscKhz(vcpu, arg);
      case KVM_GET_TSC_KHZ -> vcpu.tscKhz;
      case KVM_KVMCLOCK_CTRL -> ClockIoctls.kvmclockCtrl(vcpu);
      case KVM_SET_DEVICE_ATTR, KVM_GET_DEVICE_ATTR, KVM_HAS_DEVICE_ATTR ->
          ClockIoctls.deviceAttr(row, vcpu, arg, user);
      case KVM_ENABLE_CAP -> CapabilityIoctls.enableCap(vcpu, arg, user);
      case KVM_GET_NESTED_STATE -> NestedIoctls.getNestedState(vcpu, arg, user);
      case KVM_SET_NESTED_STATE -> NestedIoctls.setNestedState(vcpu, arg, user);
      case KVM_XEN_VCPU_GET_ATTR -> XenIoctls.getAttr(vcpu, arg, user);
      case KVM_XEN_VCPU_SET_ATTR -> XenIoctls.setAttr(vcpu, arg, user);
      case KVM_PRE_FAULT_MEMORY -> CapabilityIoctls.preFaultMemory(vcpu, arg, user);
      case KVM_MEMORY_ENCRYPT_OP ->
          vcpu.vm().profile().vcpuMemoryEncryptOp() ? ENOTTY.result() : EINVAL.result();
      default -> EINVAL.result();
    };
  }
}
