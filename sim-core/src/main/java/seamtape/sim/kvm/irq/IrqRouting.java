package seamtape.sim.kvm.irq;

import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import seamtape.sim.kvm.Limits;

/** The GSI routing table of a VM. A new table is built whole and then takes the old one's place. */
final class IrqRouting {
  /** sizeof(struct kvm_irq_routing_entry). */
  static final int ENTRY_SIZE = 48;

  private static final int KVM_MSI_VALID_DEVID = 1;
  private static final int PIC_PINS = 8;

  private final TreeMap<Integer, List<IrqRoute>> bySource = new TreeMap<>();

  /** GSIs 0 to 15 to PIC and IOAPIC, 16 to 23 to the IOAPIC. */
  static IrqRouting defaults() {
    IrqRouting routing = new IrqRouting();
    for (int gsi = 0; gsi < Ioapic.PINS; gsi++) {
      routing.add(IrqRoute.chip(gsi, IrqRoute.KVM_IRQCHIP_IOAPIC, gsi));
      if (gsi < 2 * PIC_PINS) {
        routing.add(IrqRoute.chip(gsi, gsi / PIC_PINS, gsi));
      }
    }
    return routing;
  }

  /** The routes of a GSI, in the order they were given. */
  List<IrqRoute> routes(int gsi) {
    return bySource.getOrDefault(gsi, List.of());
  }

  private void add(IrqRoute route) {
    bySource.computeIfAbsent(route.gsi(), g -> new ArrayList<>(2)).add(route);
  }

  /** Reads a user's table; null when an entry is not valid (EINVAL). */
  static IrqRouting parse(ByteBuffer entries, int count, RoutingRules rules) {
    IrqRouting routing = new IrqRouting();
    for (int i = 0; i < count; i++) {
      if (Integer.compareUnsigned(entries.getInt(i * ENTRY_SIZE), Limits.KVM_MAX_IRQ_ROUTES) >= 0) {
        return null;
      }
    }
    for (int i = 0; i < count; i++) {
      if (routing.addEntry(entries, i * ENTRY_SIZE, rules) != 0) {
        return null;
      }
    }
    return routing;
  }

  private long addEntry(ByteBuffer entries, int at, RoutingRules rules) {
    int type = entries.getInt(at + 4);
    int flags = entries.getInt(at + 8);
    int known = type == IrqRoute.KVM_IRQ_ROUTING_MSI ? KVM_MSI_VALID_DEVID : 0;
    if ((flags & ~known) != 0) {
      return EINVAL.result();
    }
    IrqRoute route =
        switch (type) {
          case IrqRoute.KVM_IRQ_ROUTING_IRQCHIP -> chipRoute(entries, at, rules);
          case IrqRoute.KVM_IRQ_ROUTING_MSI -> msiRoute(entries, at, rules);
          case IrqRoute.KVM_IRQ_ROUTING_HV_SINT -> rules.hyperv() ? plain(entries, at) : null;
          case IrqRoute.KVM_IRQ_ROUTING_XEN_EVTCHN -> rules.xen() ? eventRoute(entries, at) : null;
          default -> null;
        };
    if (route == null || conflicts(route)) {
      return EINVAL.result();
    }
    add(route);
    return 0;
  }

  private static IrqRoute chipRoute(ByteBuffer entries, int at, RoutingRules rules) {
    int chip = entries.getInt(at + 16);
    int pin = entries.getInt(at + 20);
    int pins = chip == IrqRoute.KVM_IRQCHIP_IOAPIC ? Ioapic.PINS : PIC_PINS;
    boolean known = chip >= 0 && chip <= IrqRoute.KVM_IRQCHIP_IOAPIC;
    if (rules.split() || !known || Integer.compareUnsigned(pin, pins) >= 0) {
      return null;
    }
    boolean slave = chip == IrqRoute.KVM_IRQCHIP_PIC_SLAVE;
    return IrqRoute.chip(entries.getInt(at), chip, slave ? pin + PIC_PINS : pin);
  }

  private static IrqRoute msiRoute(ByteBuffer entries, int at, RoutingRules rules) {
    IrqRoute route = plain(entries, at);
    return rules.x2apicFormat() && (route.addressHigh() & 0xff) != 0 ? null : route;
  }

  /** kvm_xen_setup_evtchn: only channels of the 2-level kind. */
  private static IrqRoute eventRoute(ByteBuffer entries, int at) {
    IrqRoute route = plain(entries, at);
    return route.data() == IrqRoute.PRIORITY_2LEVEL ? route : null;
  }

  private static IrqRoute plain(ByteBuffer entries, int at) {
    return new IrqRoute(
        entries.getInt(at),
        entries.getInt(at + 4),
        0,
        0,
        entries.getInt(at + 16),
        entries.getInt(at + 20),
        entries.getInt(at + 24));
  }

  /** One route a GSI, except that a GSI may lead to several chips, once to each. */
  private boolean conflicts(IrqRoute route) {
    for (IrqRoute other : routes(route.gsi())) {
      if (!route.isChip() || !other.isChip() || route.chip() == other.chip()) {
        return true;
      }
    }
    return false;
  }
}
