package seamtape.sim.kvm;

import static seamtape.catalog.Errno.ENOENT;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import seamtape.sim.kvm.sev.SevDevice;
import seamtape.sim.kvm.tdx.SeamcallDevice;

/**
 * What open(2) finds: the device files that modules have registered (misc_register), that of a
 * module for tests, and a few files of no interest that every host has.
 */
public final class MiscDevices {
  private static final List<String> ORDINARY =
      List.of("/dev/null", "/dev/zero", "/etc/passwd", "/etc/group", "/etc/hosts");

  private final Map<String, Supplier<KernelFile>> byPath = new TreeMap<>();

  public MiscDevices() {
    ORDINARY.forEach(path -> byPath.put(path, () -> new OrdinaryFile(path)));
  }

  /** kvm_init, when the vendor module is loaded: from now on /dev/kvm can be opened. */
  public void registerKvm(Host host) {
    byPath.put("/dev/kvm", () -> new SystemFile(host));
    if (host.sev != null) {
      byPath.put("/dev/sev", SevDevice::new);
    }
    if (host.tdx != null) {
      byPath.put("/dev/seamcall", () -> new SeamcallDevice(host.tdx, host.user));
    }
  }

  /** open(2): the new fd, or ENOENT for a path that nothing is at. */
  public long open(FdTable files, String path) {
    Supplier<KernelFile> device = byPath.get(path);
    return device == null ? ENOENT.result() : files.install(device.get());
  }
}
