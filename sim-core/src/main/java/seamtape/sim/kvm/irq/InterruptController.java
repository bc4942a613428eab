package seamtape.sim.kvm.irq;

import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import java.util.function.IntBinaryOperator;
import java.util.function.ToIntFunction;

/**
 * The interrupt side of a VM: which chips the kernel has, where GSIs lead, and how an interrupt
 * reaches the LAPICs.
 */
public final class InterruptController {
  /** Who holds a line: user space, or an irqfd that waits for its end of interrupt. */
  public static final int USERSPACE_SOURCE = 0;

  public static final int IRQFD_RESAMPLE_SOURCE = 1;
  public static final int PIT_SOURCE = 2;

  /** The irqchip mode of a VM. */
  public enum Mode {
    /** User space emulates all. */
    NONE,
    /** PIC, IOAPIC and LAPICs in the kernel. */
    KERNEL,
    /** LAPICs only. */
    SPLIT
  }

  private final ToIntFunction<Msi> lapics;
  private final IntBinaryOperator eventChannels;
  private Mode mode = Mode.NONE;
  private IrqRouting routing = new IrqRouting();
  private Pic pic;
  private Ioapic ioapic;

  /** Routes below this number belong to the IOAPIC that user space emulates. */
  private int reservedPins;

  /** MSI addresses carry 32-bit destinations: KVM_X2APIC_API_USE_32BIT_IDS. */
  private boolean x2apicFormat;

  /**
   * @param lapics gives a message to the vCPUs it is for: -1 none, else how many took it
   * @param eventChannels makes a port of a Xen guest pending for a vCPU: negative where it cannot
   */
  public InterruptController(ToIntFunction<Msi> lapics, IntBinaryOperator eventChannels) {
    this.lapics = lapics;
    this.eventChannels = eventChannels;
  }

  public Mode mode() {
    return mode;
  }

  public boolean inKernel() {
    return mode != Mode.NONE;
  }

  /** The PIC in the kernel; null without one. */
  public Pic pic() {
    return pic;
  }

  /** The IOAPIC in the kernel; null without one. */
  public Ioapic ioapic() {
    return ioapic;
  }

  public void createChips() {
    mode = Mode.KERNEL;
    pic = new Pic();
    ioapic = new Ioapic(lapics);
    routing = IrqRouting.defaults();
  }

  public void split(int pins) {
    mode = Mode.SPLIT;
    reservedPins = pins;
  }

  /** True for the vector of a level-triggered route to the IOAPIC that user space emulates. */
  public boolean userIoapicHandles(int vector) {
    for (int gsi = 0; gsi < reservedPins; gsi++) {
      for (IrqRoute route : routing.routes(gsi)) {
        boolean level = (route.data() & 1 << 15) != 0;
        if (!route.isChip() && level && (route.data() & 0xff) == vector) {
          return true;
        }
      }
    }
    return false;
  }

  /** kvm_ioapic_handles_vector: the end of this interrupt matters to an IOAPIC. */
  public boolean ioapicHandles(int vector) {
    return ioapic == null ? userIoapicHandles(vector) : ioapic.handles(vector);
  }

  public void useX2apicFormat() {
    x2apicFormat = true;
  }

  public boolean x2apicFormat() {
    return x2apicFormat;
  }

  /** Replaces the routing table: 0 or EINVAL. */
  public long route(ByteBuffer entries, int count, RoutingRules rules) {
    IrqRouting next = IrqRouting.parse(entries, count, rules);
    if (next == null) {
      return EINVAL.result();
    }
    routing = next;
    return 0;
  }

  /**
   * kvm_set_irq: a GSI changes level.
   *
   * @return -1 not routed or masked everywhere, 0 coalesced, else how many took it
   */
  public int setIrq(int gsi, int source, boolean level) {
    int result = -1;
    for (IrqRoute route : routing.routes(gsi)) {
      int taken = set(route, source, level);
      if (taken >= 0) {
        result = taken + Math.max(result, 0);
      }
    }
    return result;
  }

  private int set(IrqRoute route, int source, boolean level) {
    if (route.isChip()) {
      boolean toIoapic = route.chip() == IrqRoute.KVM_IRQCHIP_IOAPIC;
      if (mode != Mode.KERNEL) {
        return -1;
      }
      return toIoapic
          ? ioapic.setIrq(route.pin(), source, level)
          : pic.setIrq(route.pin(), source, level);
    }
    if (level && route.type() == IrqRoute.KVM_IRQ_ROUTING_XEN_EVTCHN) {
      return eventChannels.applyAsInt(route.addressLow(), route.addressHigh());
    }
    if (!level || route.type() != IrqRoute.KVM_IRQ_ROUTING_MSI) {
      return -1;
    }
    return lapics.applyAsInt(
        Msi.of(route.addressLow(), route.addressHigh(), route.data(), x2apicFormat));
  }

  /** Delivers a message that user space or a vCPU sends. */
  public int send(Msi msi) {
    return lapics.applyAsInt(msi);
  }
}
