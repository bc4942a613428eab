package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;

import seamtape.sim.kvm.VmType;
import seamtape.sim.kvm.vcpu.Vcpu;

/** KVM_SEV_LAUNCH_UPDATE_VMSA: the registers of every vCPU are measured and encrypted. */
final class SevVmsa {
  private static final long DR7_FIXED = 0x400;

  private SevVmsa() {}

  static long updateAll(SevCall call) {
    if (!call.sev.esGuest()) {
      return ENOTTY.result();
    }
    if (call.sev.vcpusBusy()) {
      return EBUSY.result();
    }
    for (int i = 0; i < call.vm.createdVcpus(); i++) {
      Vcpu vcpu = call.vm.vcpuState(i);
      long error = check(call.sev, vcpu);
      if (error == 0) {
        byte[] vmsa = page(call.sev, vcpu);
        error = call.issue(() -> LaunchFirmware.updateVmsa(call.sev.firmwareGuest(), vmsa));
      }
      if (error != 0) {
        return error;
      }
      vcpu.guestStateProtected = true;
    }
    return 0;
  }

  /** A vCPU that is debugged, or whose state is encrypted already, cannot be synchronised. */
  static long check(SevVm sev, Vcpu vcpu) {
    boolean again = vcpu.guestStateProtected && sev.module.profile().sevVmsaOnce();
    boolean debugged = vcpu.cpu.guestDebug != 0 || vcpu.cpu.dr7 != DR7_FIXED;
    return again || debugged ? EINVAL.result() : 0;
  }

  static byte[] page(SevVm sev, Vcpu vcpu) {
    return Vmsa.of(vcpu, sev.vmsaFeatures, sev.vm.type != VmType.DEFAULT);
  }
}
