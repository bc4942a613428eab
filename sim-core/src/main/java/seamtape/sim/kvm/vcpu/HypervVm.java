package seamtape.sim.kvm.vcpu;

/** The MSRs of Hyper-V that a VM has once: the guest's id and its hypercall page. */
public final class HypervVm {
  private static final long ENABLE = 1;
  private static final long PAGE = -4096L;
  private static final int OR_EAX = 0x0d;

  private long guestOsId;
  private long hypercall;

  public boolean hypercallsEnabled() {
    return guestOsId != 0 && (hypercall & ENABLE) != 0;
  }

  long guestOsId() {
    return guestOsId;
  }

  /** An id of 0 takes the page away. */
  void guestOsId(long value) {
    guestOsId = value;
    if (value == 0) {
      hypercall &= ~ENABLE;
    }
  }

  long hypercall() {
    return hypercall;
  }

  /**
   * Sets the page up with the vendor's instruction; without an id it stays disabled.
   *
   * @return false where no memory lies there
   */
  boolean hypercall(long value, VmFacts vm) {
    if (guestOsId == 0) {
      return true;
    }
    if ((value & ENABLE) != 0) {
      byte[] page = vm.guestPage(value & PAGE);
      if (page == null) {
        return false;
      }
      write(page, vm.cpuModel().intel() ? 0xc1 : 0xd9, vm.xen().interceptsHypercalls());
    }
    hypercall = value;
    return true;
  }

  private static void write(byte[] page, int modrm, boolean marked) {
    int at = 0;
    if (marked) {
      page[at++] = OR_EAX;
      page[at] = 0;
      page[at + 1] = 0;
      page[at + 2] = 0;
      page[at + 3] = (byte) 0x80;
      at += 4;
    }
    page[at++] = 0x0f;
    page[at++] = 0x01;
    page[at++] = (byte) modrm;
    page[at] = (byte) 0xc3;
  }
}
