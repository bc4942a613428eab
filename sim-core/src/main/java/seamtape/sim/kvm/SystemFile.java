package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.EMFILE;
import static seamtape.catalog.Errno.EOPNOTSUPP;

import seamtape.catalog.FdKind;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.sim.kvm.vcpu.SystemIoctls;

/** /dev/kvm, the system fd: kvm_dev_ioctl, then the architecture's kvm_arch_dev_ioctl. */
public final class SystemFile extends KernelFile {
  private static final long RUN_BYTES = (long) Limits.RUN_PAGES * Limits.PAGE_SIZE;
  private static final int KVM_X86_DEFAULT_VM = 0;
  private static final int MAX_VM_TYPE = 63;

  private final Host host;

  public SystemFile(Host host) {
    this.host = host;
  }

  @Override
  public long ioctl(int request, long arg) {
    KvmIoctl row = KvmIoctl.byNumber(request).orElse(null);
    if (row == null || !row.on().contains(FdKind.SYSTEM)) {
      return EINVAL.result();
    }
    return switch (row) {
      case KVM_GET_API_VERSION -> arg != 0 ? EINVAL.result() : Limits.KVM_API_VERSION;
      case KVM_GET_VCPU_MMAP_SIZE -> arg != 0 ? EINVAL.result() : RUN_BYTES;
      case KVM_CREATE_VM -> createVm(arg);
      case KVM_CHECK_EXTENSION -> host.capability(arg, false);
      case KVM_TRACE_ENABLE, KVM_TRACE_PAUSE, KVM_TRACE_DISABLE ->
          host.profile.traceIoctlsKnown() ? EOPNOTSUPP.result() : EINVAL.result();
      default -> SystemIoctls.handle(row, arg, host.user, host.profile, host.cpuModel);
    };
  }

  private long createVm(long type) {
    if (host.files.nextFree() < 0) {
      return EMFILE.result();
    }
    if (!typeSupported(type)) {
      return EINVAL.result();
    }
    return host.files.install(new VmFile(new Vm(host, type)));
  }

  private boolean typeSupported(long type) {
    if (type == KVM_X86_DEFAULT_VM) {
      return true;
    }
    long types = host.capability(KvmCapability.KVM_CAP_VM_TYPES.number(), false);
    return host.profile.vmTypes() && type > 0 && type <= MAX_VM_TYPE && (types >>> type & 1) != 0;
  }

  @Override
  public FdKind kind() {
    return FdKind.SYSTEM;
  }

  @Override
  public String link() {
    return "/dev/kvm";
  }
}
