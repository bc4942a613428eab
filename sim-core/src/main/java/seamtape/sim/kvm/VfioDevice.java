package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EBADF;
import static seamtape.catalog.Errno.EBUSY;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENODEV;
import static seamtape.catalog.Errno.ENOTTY;
import static seamtape.catalog.Errno.ENXIO;
import static seamtape.catalog.Errno.EPERM;

import java.nio.ByteBuffer;
import seamtape.catalog.FdKind;
import seamtape.catalog.KvmIoctl;

/**
 * The KVM-VFIO device, the only one that KVM_CREATE_DEVICE makes on x86. The simulated host has no
 * VFIO files to add to it.
 */
final class VfioDevice extends KernelFile {
  private static final int KVM_DEV_TYPE_VFIO = 4;
  private static final int KVM_CREATE_DEVICE_TEST = 1;
  private static final int ATTR_SIZE = 24;
  private static final int KVM_DEV_VFIO_FILE = 1;
  private static final int KVM_DEV_VFIO_FILE_DEL = 2;

  private final Vm vm;

  private VfioDevice(Vm vm) {
    this.vm = vm;
  }

  /** KVM_CREATE_DEVICE after the copy; the fd goes into the struct. */
  static long create(Vm vm, ByteBuffer argument) {
    if (argument.getInt(0) != KVM_DEV_TYPE_VFIO) {
      return ENODEV.result();
    }
    if ((argument.getInt(8) & KVM_CREATE_DEVICE_TEST) != 0) {
      return 0;
    }
    if (vm.hasVfio()) {
      return EBUSY.result();
    }
    if (vm.host.files.nextFree() < 0) {
      return vm.host.files.nextFree();
    }
    vm.hold();
    vm.vfio(true);
    argument.putInt(4, (int) vm.host.files.install(new VfioDevice(vm)));
    return 0;
  }

  @Override
  public long ioctl(int request, long arg) {
    KvmIoctl row = KvmIoctl.byNumber(request).orElse(null);
    if (row == null) {
      return ENOTTY.result();
    }
    return switch (row) {
      case KVM_SET_DEVICE_ATTR -> setAttribute(vm.host.user.struct(arg, ATTR_SIZE));
      case KVM_GET_DEVICE_ATTR -> EPERM.result();
      case KVM_HAS_DEVICE_ATTR -> hasAttribute(vm.host.user.struct(arg, ATTR_SIZE));
      default -> ENOTTY.result();
    };
  }

  private static boolean known(ByteBuffer attribute) {
    long number = attribute.getLong(8);
    return attribute.getInt(4) == KVM_DEV_VFIO_FILE
        && number >= 1
        && number <= KVM_DEV_VFIO_FILE_DEL;
  }

  private static long hasAttribute(ByteBuffer attribute) {
    if (attribute == null) {
      return EFAULT.result();
    }
    return known(attribute) ? 0 : ENXIO.result();
  }

  private long setAttribute(ByteBuffer attribute) {
    if (attribute == null) {
      return EFAULT.result();
    }
    if (!known(attribute)) {
      return ENXIO.result();
    }
    ByteBuffer fd = vm.host.user.struct(attribute.getLong(16), Integer.BYTES);
    if (fd == null) {
      return EFAULT.result();
    }
    return vm.host.files.find(fd.getInt(0)) == null ? EBADF.result() : EINVAL.result();
  }

  @Override
  protected void release() {
    vm.vfio(false);
    vm.drop();
  }

  @Override
  public FdKind kind() {
    return FdKind.DEVICE;
  }

  @Override
  public String link() {
    return "anon_inode:kvm-vfio";
  }

  @Override
  public long subject() {
    return vm.subject();
  }
}
