package seamtape.sim.kvm;

import seamtape.sim.kvm.tdx.TdxVcpuCommands;
import seamtape.sim.kvm.tdx.TdxVmCommands;

/** kvm_intel: memory encryption is TDX, and an op on a VM that is no TD answers ENOTTY. */
final class KvmIntel {
  static final VendorOps OPS =
      new VendorOps(
          "kvm_intel",
          0,
          TdxVmCommands::ioctl,
          null,
          null,
          (vcpu, arg) -> TdxVcpuCommands.ioctl(vcpu.vm(), vcpu.tdx(), arg),
          null,
          null,
          null);

  private KvmIntel() {}
}
