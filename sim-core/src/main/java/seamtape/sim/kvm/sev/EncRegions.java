package seamtape.sim.kvm.sev;

import static seamtape.catalog.Errno.EINVAL;
import static seamtape.catalog.Errno.ENOTTY;

import java.util.ArrayList;
import java.util.List;

/** KVM_MEMORY_ENCRYPT_REG_REGION and _UNREG_REGION: user memory that stays where it is. */
final class EncRegions {
  private record Region(long address, long size) {}

  private final List<Region> regions = new ArrayList<>();

  /** Pages that registered regions hold. */
  long lockedPages;

  static long register(SevVm sev, long address, long size) {
    if (!sev.guest()) {
      return ENOTTY.result();
    }
    if (sev.mirror()) {
      return EINVAL.result();
    }
    long error = Pinning.pin(sev, address, size);
    if (error != 0) {
      return error;
    }
    sev.regions.regions.add(new Region(address, size));
    sev.regions.lockedPages += Pinning.pages(address, size);
    return 0;
  }

  static long unregister(SevVm sev, long address, long size) {
    if (sev.mirror()) {
      return EINVAL.result();
    }
    if (!sev.guest()) {
      return ENOTTY.result();
    }
    if (!sev.regions.regions.remove(new Region(address, size))) {
      return EINVAL.result();
    }
    sev.regions.lockedPages -= Pinning.pages(address, size);
    return 0;
  }

  /** Takes over the regions of a VM whose context moves. */
  void takeFrom(EncRegions other) {
    regions.addAll(other.regions);
    lockedPages += other.lockedPages;
    other.clear();
  }

  void clear() {
    regions.clear();
    lockedPages = 0;
  }

  int count() {
    return regions.size();
  }
}
