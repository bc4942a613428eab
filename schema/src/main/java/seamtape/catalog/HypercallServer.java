package seamtape.catalog;

/** Who answers a hypercall of another hypervisor's interface under KVM. */
public enum HypercallServer {
  KERNEL,
  /** The kernel where its conditions hold, else user space through an exit. */
  KERNEL_OR_USER,
  USER_SPACE,
  NONE
}
