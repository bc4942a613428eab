package seamtape.sim.kvm;

import static seamtape.catalog.Errno.ENOTTY;

/** kvm_amd on a host whose firmware does not offer SEV: the ops exist and find it not enabled. */
final class KvmAmd {
  static final VendorOps OPS =
      new VendorOps(
          "kvm_amd",
          0,
          (vm, arg) -> ENOTTY.result(),
          (vm, address, size) -> ENOTTY.result(),
          (vm, address, size) -> ENOTTY.result(),
          null,
          vm -> {
            // Nothing is cached for a VM without encrypted memory.
          });

  private KvmAmd() {}
}
