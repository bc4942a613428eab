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
          null,
          null);

  /** In the kernel of a TD, with the operation on shared memory. */
  static final VendorOps WITH_TDX_SHM =
      new VendorOps(
          "kvm_intel",
          0,
          null,
          null,
          null,
          null,
          null,
          null,
          (vm, arg) -> vm.host.tdGuest.shm().ioctl(vm, arg),
          null);

  private KvmIntel() {}
}
