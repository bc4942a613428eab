package seamtape.sim.kvm;

import seamtape.sim.kvm.sev.SevContexts;
import seamtape.sim.kvm.sev.SevIoctl;
import seamtape.sim.kvm.sev.SevVm;

/** kvm_amd, with SEV, SEV-ES and SNP where CPU and kernel have them. */
final class KvmAmd {
  private static final long ENCRYPTED_TYPES =
      1L << VmType.SEV | 1L << VmType.SEV_ES | 1L << VmType.SNP;

  static final VendorOps OPS =
      new VendorOps(
          "kvm_amd",
          ENCRYPTED_TYPES,
          SevIoctl::handle,
          SevVm::registerRegion,
          SevVm::unregisterRegion,
          null,
          SevContexts::copy,
          SevContexts::move,
          null,
          vm -> vm.sev.memoryReclaimed());

  private KvmAmd() {}
}
