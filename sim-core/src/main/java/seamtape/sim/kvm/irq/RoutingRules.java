package seamtape.sim.kvm.irq;

/** What the checks of a GSI routing table depend on. */
public record RoutingRules(boolean split, boolean x2apicFormat, boolean hyperv, boolean xen) {}
