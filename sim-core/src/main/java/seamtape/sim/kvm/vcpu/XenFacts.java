package seamtape.sim.kvm.vcpu;

/** What a vCPU asks of the Xen side of its VM. */
public interface XenFacts {
  /** A VM that is no Xen guest. */
  XenFacts NONE = new XenFacts() {};

  /** The guest has 64-bit structures. */
  default boolean longMode() {
    return false;
  }

  /** Xen's hypercalls come first: those of Hyper-V carry a mark. */
  default boolean interceptsHypercalls() {
    return false;
  }

  /** A write of user space to this MSR makes the page of hypercalls, as one of the guest does. */
  default boolean hostWritesPage(int index) {
    return false;
  }

  /** kvm_xen_write_hypercall_page: false for a value that is refused. */
  default boolean writePage(long value, Vcpu vcpu) {
    return false;
  }
}
