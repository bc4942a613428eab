package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOENT;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.Errno.ENXIO;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.catalog.KvmCapability;
import seamtape.sim.kvm.irq.InterruptController;
import seamtape.sim.kvm.irq.Msi;
import seamtape.sim.kvm.irq.Pit;
import seamtape.sim.kvm.irq.RoutingRules;

/** VM ioctls on interrupt chips, lines, messages, routing and the i8254. */
final class VmInterruptIoctls {
  private static final int IRQ_LEVEL_SIZE = 8;
  private static final int MSI_SIZE = 32;
  private static final int KVM_MSI_VALID_DEVID = 1;
  private static final int ROUTING_HEADER_SIZE = 8;
  private static final int ROUTING_ENTRY_SIZE = 48;
  private static final int IRQCHIP_SIZE = 520;
  private static final int CHIP_STATE = 8;
  private static final int KVM_IRQCHIP_IOAPIC = 2;
  private static final int PIT_CONFIG_SIZE = 64;
  private static final int KVM_PIT_SPEAKER_DUMMY = 1;
  private static final int REINJECT_SIZE = 32;

  private final Vm vm;
  private final UserCopy user;
  private final InterruptController interrupts;

  VmInterruptIoctls(Vm vm) {
    this.vm = vm;
    this.user = vm.host.user;
    this.interrupts = vm.interrupts;
  }

  long createIrqchip() {
    if (interrupts.inKernel()) {
      return EEXIST.result();
    }
    if (vm.tdx != null) {
      // The end of an interrupt is the TD's secret: has_protected_eoi.
      return ENOTTY.result();
    }
    if (vm.createdVcpus() > 0) {
      return EINVAL.result();
    }
    interrupts.createChips();
    return 0;
  }

  long irqLine(long arg, boolean status) {
    ByteBuffer level = user.struct(arg, IRQ_LEVEL_SIZE);
    if (level == null) {
      return EFAULT.result();
    }
    if (!interrupts.inKernel()) {
      return ENXIO.result();
    }
    int source = InterruptController.USERSPACE_SOURCE;
    int taken = interrupts.setIrq(level.getInt(0), source, level.getInt(4) != 0);
    if (!status) {
      return 0;
    }
    level.putInt(0, taken);
    return user.out(arg, level.array()) ? 0 : EFAULT.result();
  }

  /** Returns how many vCPUs took it; -1, which is EPERM, when there is none at the destination. */
  long signalMsi(long arg) {
    ByteBuffer msi = user.struct(arg, MSI_SIZE);
    if (msi == null) {
      return EFAULT.result();
    }
    boolean x2apic = interrupts.x2apicFormat();
    if (!interrupts.inKernel()
        || (msi.getInt(12) & ~KVM_MSI_VALID_DEVID) != 0
        || x2apic && (msi.getInt(4) & 0xff) != 0) {
      return EINVAL.result();
    }
    return interrupts.send(Msi.of(msi.getInt(0), msi.getInt(4), msi.getInt(8), x2apic));
  }

  long setRouting(long arg) {
    ByteBuffer routing = user.struct(arg, ROUTING_HEADER_SIZE);
    if (routing == null) {
      return EFAULT.result();
    }
    int count = routing.getInt(0);
    boolean tooMany = Integer.compareUnsigned(count, Limits.KVM_MAX_IRQ_ROUTES) > 0;
    if (!interrupts.inKernel() || tooMany || routing.getInt(4) != 0) {
      return EINVAL.result();
    }
    ByteBuffer entries = user.struct(arg + ROUTING_HEADER_SIZE, count * ROUTING_ENTRY_SIZE);
    if (entries == null) {
      return EFAULT.result();
    }
    return interrupts.route(
        entries,
        count,
        new RoutingRules(
            vm.splitIrqchip(),
            interrupts.x2apicFormat(),
            vm.has(KvmCapability.KVM_CAP_HYPERV_SYNIC),
            vm.has(KvmCapability.KVM_CAP_XEN_HVM)));
  }

  long getIrqchip(long arg) {
    ByteBuffer chip = user.struct(arg, IRQCHIP_SIZE);
    long error = checkChip(chip);
    if (error != 0) {
      return error;
    }
    if (chip.getInt(0) == KVM_IRQCHIP_IOAPIC) {
      interrupts.ioapic().save(chip, CHIP_STATE);
    } else {
      interrupts.pic().save(chip.getInt(0), chip, CHIP_STATE);
    }
    return user.out(arg, chip.array()) ? 0 : EFAULT.result();
  }

  long setIrqchip(long arg) {
    ByteBuffer chip = user.struct(arg, IRQCHIP_SIZE);
    long error = checkChip(chip);
    if (error != 0) {
      return error;
    }
    if (chip.getInt(0) == KVM_IRQCHIP_IOAPIC) {
      interrupts.ioapic().load(chip, CHIP_STATE);
    } else {
      interrupts.pic().load(chip.getInt(0), chip, CHIP_STATE);
    }
    return 0;
  }

  private long checkChip(ByteBuffer chip) {
    if (chip == null) {
      return EFAULT.result();
    }
    if (interrupts.mode() != InterruptController.Mode.KERNEL) {
      return ENXIO.result();
    }
    boolean unknown = Integer.compareUnsigned(chip.getInt(0), KVM_IRQCHIP_IOAPIC) > 0;
    return unknown ? EINVAL.result() : 0;
  }

  long createPit2(long arg) {
    ByteBuffer config = user.struct(arg, PIT_CONFIG_SIZE);
    return config == null ? EFAULT.result() : createPit(config.getInt(0));
  }

  long createPit() {
    return createPit(KVM_PIT_SPEAKER_DUMMY);
  }

  private long createPit(int flags) {
    if (vm.pit() != null) {
      return EEXIST.result();
    }
    if (interrupts.pic() == null) {
      return ENOENT.result();
    }
    vm.createPit((flags & KVM_PIT_SPEAKER_DUMMY) != 0);
    return 0;
  }

  long getPit(long arg) {
    if (user.in(arg, Pit.STATE_SIZE) == null) {
      return EFAULT.result();
    }
    if (vm.pit() == null) {
      return ENXIO.result();
    }
    ByteBuffer state = zeroed(Pit.STATE_SIZE);
    vm.pit().save(state);
    return user.out(arg, state.array()) ? 0 : EFAULT.result();
  }

  long setPit(long arg) {
    ByteBuffer state = user.struct(arg, Pit.STATE_SIZE);
    if (state == null) {
      return EFAULT.result();
    }
    if (vm.pit() == null) {
      return ENXIO.result();
    }
    vm.pit().load(state, vm.host.time.nanos());
    return 0;
  }

  long getPit2(long arg) {
    if (vm.pit() == null) {
      return ENXIO.result();
    }
    ByteBuffer state = zeroed(Pit.STATE2_SIZE);
    vm.pit().save2(state);
    return user.out(arg, state.array()) ? 0 : EFAULT.result();
  }

  long setPit2(long arg) {
    ByteBuffer state = user.struct(arg, Pit.STATE2_SIZE);
    if (state == null) {
      return EFAULT.result();
    }
    if (vm.pit() == null) {
      return ENXIO.result();
    }
    vm.pit().load2(state, vm.host.time.nanos());
    return 0;
  }

  long reinjectControl(long arg) {
    if (user.in(arg, REINJECT_SIZE) == null) {
      return EFAULT.result();
    }
    return vm.pit() == null ? ENXIO.result() : 0;
  }

  private static ByteBuffer zeroed(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
