package seamtape.sim.kvm;

/** kvm_intel, loaded without TDX: none of the memory encryption ops exist. */
final class KvmIntel {
  static final VendorOps OPS =
      new VendorOps("kvm_intel", 0, null, null, null, null, null, null, null);

  private KvmIntel() {}
}
