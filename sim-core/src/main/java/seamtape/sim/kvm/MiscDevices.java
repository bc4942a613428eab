package seamtape.sim.kvm;

import static seamtape.catalog.Errno.ENOENT;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The device files that modules have registered (misc_register): what open(2) finds. */
public final class MiscDevices {
  private final Map<String, Supplier<KernelFile>> byPath = new TreeMap<>();

  /** kvm_init, when the vendor module is loaded: from now on /dev/kvm can be opened. */
  public void registerKvm(Host host) {
    byPath.put("/dev/kvm", () -> new SystemFile(host));
  }

  /** open(2): the new fd, or ENOENT for a path that nothing is registered at. */
  public long open(FdTable files, String path) {
    Supplier<KernelFile> device = byPath.get(path);
    return device == null ? ENOENT.result() : files.install(device.get());
  }
}
