package seamtape.sim.kvm.irq;

import java.util.ArrayList;
import java.util.List;

/** The local APICs of a VM, in the order of its vCPUs, and the bus between them. */
public final class LocalApics {
  private final List<LocalApic> apics = new ArrayList<>();

  public void add(LocalApic apic) {
    apics.add(apic);
  }

  /** Delivers a message: -1 when its destination names nobody, else how many took it. */
  public int deliver(Msi msi) {
    if (msi.deliveryMode() == Msi.LOWEST_PRIORITY) {
      return deliverToLowest(msi);
    }
    int taken = -1;
    for (LocalApic apic : apics) {
      if (apic.isDestination(msi)) {
        taken = Math.max(taken, 0) + apic.accept(msi);
      }
    }
    return taken;
  }

  private int deliverToLowest(Msi msi) {
    LocalApic lowest = null;
    for (LocalApic apic : apics) {
      boolean candidate = apic.isDestination(msi) && apic.takesLowestPriority();
      if (candidate
          && (lowest == null || apic.arbitrationPriority() < lowest.arbitrationPriority())) {
        lowest = apic;
      }
    }
    return lowest == null ? -1 : lowest.accept(msi);
  }

  /** Delivers by shorthand. */
  public void deliver(Msi msi, LocalApic sender, boolean toSelf, boolean toOthers) {
    for (LocalApic apic : apics) {
      if (apic == sender ? toSelf : toOthers) {
        apic.accept(msi);
      }
    }
  }
}
