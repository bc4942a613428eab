package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;

/** The x86 layer of VM ioctls (kvm_arch_vm_ioctl), and the way down to the vendor's op table. */
final class VmArchIoctls {
  private static final int ENC_REGION_SIZE = 16;

  /** Three pages below 4 GiB. */
  private static final long LAST_TSS_ADDRESS = 0xffff_d000L;

  /** Guests' TSC frequencies must be below, in kHz. */
  private static final long MAX_GUEST_TSC_KHZ = 0x7fff_ffff;

  private final Vm vm;
  private final UserCopy user;
  private final VmInterruptIoctls interrupts;
  private final PmuEventFilter pmuEventFilter = new PmuEventFilter();

  VmArchIoctls(Vm vm) {
    this.vm = vm;
    this.user = vm.host.user;
    this.interrupts = new VmInterruptIoctls(vm);
  }

  long handle(KvmIoctl row, long arg) {
    return switch (row) {
      case KVM_SET_TSS_ADDR -> setTssAddress(arg);
      case KVM_SET_IDENTITY_MAP_ADDR -> setIdentityMapAddress(arg);
      case KVM_SET_NR_MMU_PAGES -> setMmuPages(arg);
      case KVM_CREATE_IRQCHIP -> interrupts.createIrqchip();
      case KVM_GET_IRQCHIP -> interrupts.getIrqchip(arg);
      case KVM_SET_IRQCHIP -> interrupts.setIrqchip(arg);
      case KVM_CREATE_PIT -> interrupts.createPit();
      case KVM_CREATE_PIT2 -> interrupts.createPit2(arg);
      case KVM_GET_PIT -> interrupts.getPit(arg);
      case KVM_SET_PIT -> interrupts.setPit(arg);
      case KVM_GET_PIT2 -> interrupts.getPit2(arg);
      case KVM_SET_PIT2 -> interrupts.setPit2(arg);
      case KVM_REINJECT_CONTROL -> interrupts.reinjectControl(arg);
      case KVM_SET_BOOT_CPU_ID -> setBootCpuId(arg);
      case KVM_XEN_HVM_CONFIG,
          KVM_XEN_HVM_GET_ATTR,
          KVM_XEN_HVM_SET_ATTR,
          KVM_XEN_HVM_EVTCHN_SEND ->
          vm.has(KvmCapability.KVM_CAP_XEN_HVM) ? vm.xen.handle(row, arg) : ENOTTY.result();
      case KVM_SET_CLOCK -> setClock(arg);
      case KVM_GET_CLOCK -> getClock(arg);
      case KVM_SET_TSC_KHZ -> setTscKhz(arg);
      case KVM_GET_TSC_KHZ -> vm.settings.tscKhz;
      case KVM_MEMORY_ENCRYPT_OP -> memoryEncryptOp(arg);
      case KVM_TDX_SHM -> tdxShm(arg);
      case KVM_MEMORY_ENCRYPT_REG_REGION ->
          encryptedRegion(arg, vm.host.ops.memEncRegisterRegion());
      case KVM_MEMORY_ENCRYPT_UNREG_REGION ->
          encryptedRegion(arg, vm.host.ops.memEncUnregisterRegion());
      case KVM_HYPERV_EVENTFD ->
          vm.has(KvmCapability.KVM_CAP_HYPERV_EVENTFD)
              ? vm.hypervEventFds.set(arg, user)
              : ENOTTY.result();
      case KVM_SET_PMU_EVENT_FILTER -> pmuEventFilter.set(arg, vm);
      case KVM_X86_SET_MSR_FILTER -> setMsrFilter(arg);
      default -> ENOTTY.result();
    };
  }

  private long setTssAddress(long address) {
    if (Long.compareUnsigned(address, LAST_TSS_ADDRESS) > 0) {
      return EINVAL.result();
    }
    vm.settings.tssAddress = address;
    return 0;
  }

  private long setIdentityMapAddress(long arg) {
    if (vm.createdVcpus() > 0) {
      return EINVAL.result();
    }
    ByteBuffer address = user.struct(arg, Long.BYTES);
    if (address == null) {
      return EFAULT.result();
    }
    vm.settings.identityMapAddress = address.getLong(0);
    return 0;
  }

  private long setMmuPages(long pages) {
    if (Long.compareUnsigned(pages, Limits.KVM_MIN_ALLOC_MMU_PAGES) < 0) {
      return EINVAL.result();
    }
    vm.settings.mmuPages = pages;
    return 0;
  }

  private long setBootCpuId(long id) {
    int fixed = vm.settings.maxVcpuIds;
    if (vm.createdVcpus() > 0) {
      return EBUSY.result();
    }
    if (id < 0 || id > Limits.KVM_MAX_VCPU_IDS || fixed != 0 && id > fixed) {
      return EINVAL.result();
    }
    vm.settings.bootCpuId = (int) id;
    return 0;
  }

  private long setClock(long arg) {
    ByteBuffer data = user.struct(arg, VmClock.SIZE);
    return data == null ? EFAULT.result() : vm.clock.load(data);
  }

  private long getClock(long arg) {
    ByteBuffer data = ByteBuffer.allocate(VmClock.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    vm.clock.save(data);
    return user.out(arg, data.array()) ? 0 : EFAULT.result();
  }

  private long setTscKhz(long arg) {
    long khz = arg & 0xffff_ffffL;
    boolean tooLate = vm.createdVcpus() > 0 && vm.host.profile.vmTscKhzFixedByVcpus();
    if (khz >= MAX_GUEST_TSC_KHZ || tooLate) {
      return EINVAL.result();
    }
    vm.settings.tscKhz = khz == 0 ? vm.host.time.tscKhz() : khz;
    return 0;
  }

  private long memoryEncryptOp(long arg) {
    VendorOps.VmOp op = vm.host.ops.memEncIoctl();
    return op == null ? ENOTTY.result() : op.ioctl(vm, arg);
  }

  private long tdxShm(long arg) {
    VendorOps.VmOp op = vm.host.ops.tdxShmIoctl();
    return op == null ? ENOTTY.result() : op.ioctl(vm, arg);
  }

  private long encryptedRegion(long arg, VendorOps.RegionOp op) {
    ByteBuffer region = user.struct(arg, ENC_REGION_SIZE);
    if (region == null) {
      return EFAULT.result();
    }
    return op == null ? ENOTTY.result() : op.ioctl(vm, region.getLong(0), region.getLong(8));
  }

  private long setMsrFilter(long arg) {
    ByteBuffer filter = user.struct(arg, MsrFilter.SIZE);
    return filter == null ? EFAULT.result() : vm.msrFilter.set(filter, user);
  }
}
