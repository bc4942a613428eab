package seamtape.sim.kvm;

import static seamtape.catalog.Errno.E2BIG;
import static seamtape.catalog.Errno.EEXIST;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EMFILE;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import java.util.function.ToLongFunction;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.sim.kvm.io.CoalescedMmio;
import seamtape.sim.kvm.io.IoEventFds;
import seamtape.sim.kvm.irq.Irqfds;
import seamtape.sim.kvm.mem.DirtyLog;
import seamtape.sim.kvm.mem.GuestMemfd;
import seamtape.sim.kvm.mem.MemoryAttributes;
import seamtape.sim.kvm.mem.RegionRequest;

/**
 * The generic layer of VM ioctls (kvm_vm_ioctl); what it does not know goes to the architecture.
 */
final class VmIoctls {
  private static final int CREATE_DEVICE_SIZE = 12;
  private static final int GUEST_MEMFD_SIZE = 64;
  private static final int MEMORY_ATTRIBUTES_SIZE = 32;

  private final Vm vm;
  private final Host host;
  private final UserCopy user;
  private final VmArchIoctls arch;
  private final VmInterruptIoctls interrupts;
  private final EnableCap enableCap;

  VmIoctls(Vm vm) {
    this.vm = vm;
    this.host = vm.host;
    this.user = host.user;
    this.arch = new VmArchIoctls(vm);
    this.interrupts = new VmInterruptIoctls(vm);
    this.enableCap = new EnableCap(vm);
  }

  long handle(KvmIoctl row, long arg) {
    return switch (row) {
      case KVM_CREATE_VCPU -> createVcpu(arg);
      case KVM_ENABLE_CAP -> with(arg, EnableCap.SIZE, enableCap::enable);
      case KVM_CHECK_EXTENSION -> vm.capability(arg);
      case KVM_SET_USER_MEMORY_REGION ->
          with(arg, RegionRequest.SIZE, r -> setRegion(RegionRequest.version1(r), false));
      case KVM_SET_USER_MEMORY_REGION2 -> setRegion2(arg);
      case KVM_GET_DIRTY_LOG ->
          with(arg, DirtyLog.GET_SIZE, log -> vm.dirtyLog.get(log, vm.addressSpaces()));
      case KVM_CLEAR_DIRTY_LOG ->
          with(arg, DirtyLog.CLEAR_SIZE, log -> vm.dirtyLog.clear(log, vm.addressSpaces()));
      case KVM_RESET_DIRTY_RINGS -> resetDirtyRings();
      case KVM_REGISTER_COALESCED_MMIO -> with(arg, CoalescedMmio.SIZE, vm.coalesced::register);
      case KVM_UNREGISTER_COALESCED_MMIO -> with(arg, CoalescedMmio.SIZE, vm.coalesced::unregister);
      case KVM_IRQFD -> with(arg, Irqfds.SIZE, vm.irqfds::set);
      case KVM_IOEVENTFD -> with(arg, IoEventFds.SIZE, vm.ioEventFds::set);
      case KVM_SIGNAL_MSI -> interrupts.signalMsi(arg);
      case KVM_IRQ_LINE -> interrupts.irqLine(arg, false);
      case KVM_IRQ_LINE_STATUS -> interrupts.irqLine(arg, true);
      case KVM_SET_GSI_ROUTING -> interrupts.setRouting(arg);
      case KVM_SET_MEMORY_ATTRIBUTES -> setMemoryAttributes(arg);
      case KVM_CREATE_GUEST_MEMFD -> createGuestMemfd(arg);
      case KVM_CREATE_DEVICE -> createDevice(arg);
      case KVM_GET_STATS_FD -> host.files.install(StatsFile.ofVm(vm));
      case KVM_GET_NR_MMU_PAGES ->
          host.profile.mmuPagesReadable() ? vm.mmuPages() : ENOTTY.result();
      default -> row.gone() ? ENOTTY.result() : arch.handle(row, arg);
    };
  }

  private long with(long arg, int size, ToLongFunction<ByteBuffer> handler) {
    ByteBuffer struct = user.struct(arg, size);
    return struct == null ? EFAULT.result() : handler.applyAsLong(struct);
  }

  private long createVcpu(long arg) {
    long id = host.profile.vcpuIdTruncated() ? arg & 0xffff_ffffL : arg;
    if (id < 0 || id >= Limits.KVM_MAX_VCPU_IDS || vm.createdVcpus() >= vm.maxVcpus()) {
      return EINVAL.result();
    }
    boolean duplicate = vm.vcpu((int) id) != null;
    if (duplicate && host.profile.duplicateVcpuCheckedFirst()) {
      return EEXIST.result();
    }
    if (vm.settings.maxVcpuIds == 0) {
      vm.settings.maxVcpuIds = Limits.KVM_MAX_VCPU_IDS;
    }
    if (id >= vm.settings.maxVcpuIds) {
      return EINVAL.result();
    }
    if (duplicate) {
      return EEXIST.result();
    }
    if (host.files.nextFree() < 0) {
      return EMFILE.result();
    }
    long refused = vm.tdx == null ? 0 : vm.tdx.checkCreateVcpu();
    if (refused != 0) {
      return refused;
    }
    VcpuRunner vcpu = new VcpuRunner(vm, (int) id);
    vm.add(vcpu);
    return host.files.install(new VcpuFile(vcpu));
  }

  private long setRegion(RegionRequest request, boolean version2) {
    return vm.slots.set(request, vm.memoryRules(version2), vm);
  }

  private long setRegion2(long arg) {
    return host.profile.guestMemfd()
        ? with(arg, RegionRequest.SIZE_2, r -> setRegion(RegionRequest.version2(r), true))
        : ENOTTY.result();
  }

  private long resetDirtyRings() {
    if (vm.settings.dirtyRingSize == 0) {
      return EINVAL.result();
    }
    long cleared = 0;
    for (VcpuRunner vcpu : vm.vcpus()) {
      cleared += vcpu.dirtyRing().reset();
    }
    return cleared;
  }

  private long setMemoryAttributes(long arg) {
    return host.profile.guestMemfd()
        ? with(arg, MEMORY_ATTRIBUTES_SIZE, this::setAttributes)
        : ENOTTY.result();
  }

  /** A VM without private memory has no attribute to set: only 0 passes. */
  private long setAttributes(ByteBuffer attributes) {
    long address = attributes.getLong(0);
    long size = attributes.getLong(8);
    long bits = attributes.getLong(16);
    long known = vm.hasPrivateMemory() ? MemoryAttributes.KVM_MEMORY_ATTRIBUTE_PRIVATE : 0;
    boolean wraps = Long.compareUnsigned(address + size, address) < 0;
    boolean unaligned = ((address | size) & Limits.PAGE_SIZE - 1) != 0;
    boolean unknown = (bits & ~known) != 0 || attributes.getLong(24) != 0;
    if (unknown || size == 0 || wraps || unaligned) {
      return EINVAL.result();
    }
    long end = address + size >>> Limits.PAGE_SHIFT;
    vm.attributes.set(address >>> Limits.PAGE_SHIFT, end, bits != 0);
    if (vm.tdx != null && bits == 0) {
      vm.tdx.zap(address >>> Limits.PAGE_SHIFT, end);
    }
    return 0;
  }

  private long createGuestMemfd(long arg) {
    return host.profile.guestMemfd()
        ? with(arg, GUEST_MEMFD_SIZE, this::createGuestMemfd)
        : ENOTTY.result();
  }

  private long createGuestMemfd(ByteBuffer argument) {
    long size = argument.getLong(0);
    long flags = argument.getLong(8);
    long known = host.capability(KvmCapability.KVM_CAP_GUEST_MEMFD_FLAGS.number(), true);
    if ((flags & ~known) != 0 || size <= 0 || (size & Limits.PAGE_SIZE - 1) != 0) {
      return EINVAL.result();
    }
    vm.hold();
    GuestMemfd memfd = new GuestMemfd(vm, size, flags, vm.subject(), vm::drop);
    if (vm.tdx != null) {
      memfd.backWith(host.tdx.memory(), vm.tdx::zap);
    }
    return host.files.install(memfd);
  }

  private long createDevice(long arg) {
    ByteBuffer device = user.struct(arg, CREATE_DEVICE_SIZE);
    if (device == null) {
      return EFAULT.result();
    }
    long error = VfioDevice.create(vm, device);
    if (error == 0 && !user.out(arg, device.array())) {
      return EFAULT.result();
    }
    return error;
  }

  /** Errors that argument arrays share: too many elements for their limit. */
  static long checkCount(int count, int limit) {
    return Integer.compareUnsigned(count, limit) > 0 ? E2BIG.result() : 0;
  }
}
