package seamtape.sim.kvm;

import static seamtape.catalog.Errno.ENOTTY;

import seamtape.catalog.FdKind;

/** A file that has nothing to do with KVM and that every host has: empty, and no ioctl is its. */
final class OrdinaryFile extends KernelFile {
  private final String path;

  OrdinaryFile(String path) {
    this.path = path;
  }

  @Override
  public FdKind kind() {
    return null;
  }

  @Override
  public String link() {
    return path;
  }

  @Override
  public long ioctl(int request, long arg) {
    return ENOTTY.result();
  }

  @Override
  public long read(byte[] buffer) {
    return 0;
  }
}
