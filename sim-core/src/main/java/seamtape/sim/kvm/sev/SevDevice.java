package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.ENOTTY;

import seamtape.catalog.FdKind;
import seamtape.sim.kvm.KernelFile;

/** /dev/sev: the fd by which KVM's commands reach the firmware. Its own ioctls are not modelled. */
public final class SevDevice extends KernelFile {
  @Override
  public FdKind kind() {
    return null;
  }

  @Override
  public String link() {
    return "/dev/sev";
  }

  @Override
  public long ioctl(int request, long arg) {
    return ENOTTY.result();
  }
}
