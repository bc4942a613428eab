package seamtape.catalog;

/**
 * The kinds of calls; each but {@link #INPUT} is an enum of rows. The order is the order of ids.
 */
public enum Family {
  FILE_OPERATION("file"),
  KVM_IOCTL("ioctl"),
  SEAMCALL("seamcall"),
  TDCALL("tdcall"),
  TDVMCALL("tdvmcall"),
  KVM_HYPERCALL("hypercall"),
  HYPERV_HYPERCALL("hyperv"),
  XEN_HYPERCALL("xen"),
  /** What is neither call nor answer, but shapes behaviour; one event instead of a pair. */
  INPUT("input");

  private final String label;

  Family(String label) {
    this.label = label;
  }

  /** The word shown to people and used in filters. */
  public String label() {
    return label;
  }

  /** True for calls made inside another call, whose enter event names its parent. */
  public boolean nests() {
    return this != FILE_OPERATION && this != KVM_IOCTL && this != INPUT;
  }
}
