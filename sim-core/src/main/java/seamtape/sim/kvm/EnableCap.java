package seamtape.sim.kvm;

import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENXIO;

import java.nio.ByteBuffer;
import seamtape.catalog.KvmCapability;

/** KVM_ENABLE_CAP on a VM: the generic capabilities first, then those of x86. */
final class EnableCap {
  /** sizeof(struct kvm_enable_cap). */
  static final int SIZE = 104;

  private static final int ARGS = 8;
  private static final int MANUAL_PROTECT_ENABLE = 1;
  private static final int MANUAL_PROTECT_INITIALLY_SET = 2;
  private static final long X2APIC_ENABLE_SUPPRESS_EOI = 4;
  private static final long X2APIC_DISABLE_SUPPRESS_EOI = 8;
  private static final long X2APIC_USE_32BIT_IDS = 1;
  private static final long MSR_EXIT_REASONS = 7;
  private static final long BUS_LOCK_OFF = 1;
  private static final long BUS_LOCK_EXIT = 2;

  /** KVM_HC_MAP_GPA_RANGE. */
  private static final long EXITING_HYPERCALLS = 1 << 12;

  /** More would overflow the longest timer. */
  private static final long MAX_BUS_CYCLE_NANOS = -1L >>> 39;

  private final Vm vm;
  private final VmSettings settings;

  EnableCap(Vm vm) {
    this.vm = vm;
    this.settings = vm.settings;
  }

  long enable(ByteBuffer cap) {
    KvmCapability name = KvmCapability.byNumber(cap.getInt(0)).orElse(null);
    if (name == null) {
      return EINVAL.result();
    }
    int flags = cap.getInt(4);
    long arg = cap.getLong(ARGS);
    return switch (name) {
      case KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 -> manualDirtyLog(flags, arg);
      case KVM_CAP_HALT_POLL -> haltPoll(flags, arg);
      case KVM_CAP_DIRTY_LOG_RING, KVM_CAP_DIRTY_LOG_RING_ACQ_REL -> dirtyRing(name, (int) arg);
      default -> flags != 0 ? EINVAL.result() : enableX86(name, arg);
    };
  }

  private long manualDirtyLog(int flags, long options) {
    long known = (options & MANUAL_PROTECT_ENABLE) != 0 ? 3 : MANUAL_PROTECT_ENABLE;
    if (flags != 0 || (options & ~known) != 0) {
      return EINVAL.result();
    }
    boolean initiallySet = (options & MANUAL_PROTECT_INITIALLY_SET) != 0;
    vm.dirtyLog.mode(options != 0, initiallySet, settings.dirtyRingSize != 0);
    return 0;
  }

  private long haltPoll(int flags, long nanos) {
    if (flags != 0 || nanos != (nanos & 0xffff_ffffL)) {
      return EINVAL.result();
    }
    settings.maxHaltPollNanos = nanos;
    return 0;
  }

  private long dirtyRing(KvmCapability name, int size) {
    int reserved = Limits.KVM_DIRTY_RING_RSVD_ENTRIES;
    if (vm.host.cpuModel.intel()) {
      reserved += Limits.PML_ENTRIES;
    }
    int least = Math.max(reserved * Limits.DIRTY_GFN_SIZE, Limits.PAGE_SIZE);
    long most = (long) Limits.KVM_DIRTY_RING_MAX_ENTRIES * Limits.DIRTY_GFN_SIZE;
    boolean powerOfTwo = Integer.bitCount(size) == 1;
    if (!vm.has(name) || !powerOfTwo || Integer.compareUnsigned(size, least) < 0) {
      return EINVAL.result();
    }
    if (Integer.toUnsignedLong(size) > most) {
      return E2BIG.result();
    }
    if (settings.dirtyRingSize != 0 || vm.createdVcpus() > 0) {
      return EINVAL.result();
    }
    settings.dirtyRingSize = size;
    vm.dirtyLog.mode(false, false, true);
    return 0;
  }

  private long enableX86(KvmCapability name, long arg) {
    return switch (name) {
      case KVM_CAP_DISABLE_QUIRKS2 -> disableQuirks(arg, true);
      case KVM_CAP_DISABLE_QUIRKS -> disableQuirks(arg, false);
      case KVM_CAP_SPLIT_IRQCHIP -> splitIrqchip(arg);
      case KVM_CAP_X2APIC_API -> x2apicApi(arg);
      case KVM_CAP_X86_DISABLE_EXITS -> disableExits(arg);
      case KVM_CAP_MSR_PLATFORM_INFO -> commit(() -> settings.platformInfoReadable = arg != 0);
      case KVM_CAP_EXCEPTION_PAYLOAD -> commit(() -> settings.exceptionPayload = arg != 0);
      case KVM_CAP_X86_TRIPLE_FAULT_EVENT -> commit(() -> settings.tripleFaultEvent = arg != 0);
      case KVM_CAP_X86_USER_SPACE_MSR ->
          within(arg, MSR_EXIT_REASONS, () -> settings.userSpaceMsrs = arg);
      case KVM_CAP_X86_BUS_LOCK_EXIT -> busLockExit(arg);
      case KVM_CAP_EXIT_HYPERCALL ->
          within(arg, EXITING_HYPERCALLS, () -> settings.exitingHypercalls = arg);
      case KVM_CAP_EXIT_ON_EMULATION_FAILURE ->
          within(arg, 1, () -> settings.exitOnEmulationFailure = arg != 0);
      case KVM_CAP_PMU_CAPABILITY -> pmuCapability(arg);
      case KVM_CAP_MAX_VCPU_ID -> maxVcpuId(arg);
      case KVM_CAP_X86_NOTIFY_VMEXIT -> notifyVmexit((int) arg);
      case KVM_CAP_VM_DISABLE_NX_HUGE_PAGES ->
          arg != 0 || vm.createdVcpus() > 0 ? EINVAL.result() : 0;
      case KVM_CAP_X86_APIC_BUS_CYCLES_NS -> apicBusCycles(arg);
      case KVM_CAP_VM_COPY_ENC_CONTEXT_FROM -> encContext(vm.host.ops.vmCopyEncContextFrom(), arg);
      case KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM -> encContext(vm.host.ops.vmMoveEncContextFrom(), arg);
      default -> EINVAL.result();
    };
  }

  private long encContext(VendorOps.VmOp op, long sourceFd) {
    return op == null ? EINVAL.result() : op.ioctl(vm, sourceFd);
  }

  private static long commit(Runnable change) {
    change.run();
    return 0;
  }

  private static long within(long value, long known, Runnable change) {
    return (value & ~known) != 0 ? EINVAL.result() : commit(change);
  }

  private long disableQuirks(long quirks, boolean strict) {
    long known = vm.host.capability(KvmCapability.KVM_CAP_DISABLE_QUIRKS2.number(), true);
    if (strict && (quirks & ~known) != 0) {
      return EINVAL.result();
    }
    return commit(() -> settings.disabledQuirks |= quirks & known);
  }

  private long splitIrqchip(long pins) {
    if (Long.compareUnsigned(pins, Limits.KVM_MAX_IRQ_ROUTES) > 0) {
      return EINVAL.result();
    }
    if (vm.interrupts.inKernel() || vm.createdVcpus() > 0) {
      return EEXIST.result();
    }
    return commit(() -> vm.interrupts.split((int) pins));
  }

  private long x2apicApi(long flags) {
    long known = vm.host.capability(KvmCapability.KVM_CAP_X2APIC_API.number(), false);
    boolean enables = (flags & X2APIC_ENABLE_SUPPRESS_EOI) != 0;
    boolean disables = (flags & X2APIC_DISABLE_SUPPRESS_EOI) != 0;
    if ((flags & ~known) != 0 || enables && (disables || !vm.splitIrqchip())) {
      return EINVAL.result();
    }
    if ((flags & X2APIC_USE_32BIT_IDS) != 0) {
      vm.interrupts.useX2apicFormat();
    }
    return 0;
  }

  private long disableExits(long exits) {
    long known = vm.host.capability(KvmCapability.KVM_CAP_X86_DISABLE_EXITS.number(), true);
    if (vm.createdVcpus() > 0) {
      return EINVAL.result();
    }
    return within(exits, known, () -> settings.disabledExits |= exits);
  }

  private long busLockExit(long mode) {
    long both = BUS_LOCK_OFF | BUS_LOCK_EXIT;
    if ((mode & ~both) != 0 || (mode & both) == both) {
      return EINVAL.result();
    }
    boolean exits = (mode & BUS_LOCK_EXIT) != 0;
    return commit(
        () -> settings.busLockExits |= exits && vm.has(KvmCapability.KVM_CAP_X86_BUS_LOCK_EXIT));
  }

  private long pmuCapability(long arg) {
    boolean absent = !vm.has(KvmCapability.KVM_CAP_PMU_CAPABILITY);
    return absent || vm.createdVcpus() > 0
        ? EINVAL.result()
        : within(arg, 1, () -> settings.pmuEnabled = arg == 0);
  }

  private long maxVcpuId(long ids) {
    if (ids < 0 || ids > Limits.KVM_MAX_VCPU_IDS || settings.bootCpuId > ids) {
      return EINVAL.result();
    }
    if (settings.maxVcpuIds == ids) {
      return 0;
    }
    return settings.maxVcpuIds != 0
        ? EINVAL.result()
        : commit(() -> settings.maxVcpuIds = (int) ids);
  }

  private long notifyVmexit(int flags) {
    boolean valid = (flags & ~3) == 0 && (flags & 1) != 0;
    boolean present = vm.has(KvmCapability.KVM_CAP_X86_NOTIFY_VMEXIT);
    return valid && present && vm.createdVcpus() == 0 ? 0 : EINVAL.result();
  }

  private long apicBusCycles(long nanos) {
    boolean absent = !vm.has(KvmCapability.KVM_CAP_X86_APIC_BUS_CYCLES_NS);
    if (absent || nanos == 0 || Long.compareUnsigned(nanos, MAX_BUS_CYCLE_NANOS) > 0) {
      return EINVAL.result();
    }
    if (!vm.interrupts.inKernel()) {
      return ENXIO.result();
    }
    return vm.createdVcpus() > 0
        ? EINVAL.result()
        : commit(() -> settings.apicBusCycleNanos = nanos);
  }
}
