package seamtape.sim.profile;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import seamtape.catalog.KvmCapability;

/**
 * Capability values of one host, where they are not those of profile and CPU: a kernel built
 * without SMM or Hyper-V, a CPU without nested virtualization, another number of CPUs.
 */
final class HostCapabilities {
  /** Nothing is known of the host. */
  static final HostCapabilities NONE = new HostCapabilities(Collections.emptySortedMap());

  private final SortedMap<Integer, Long> values;

  HostCapabilities(SortedMap<Integer, Long> measured) {
    values = new TreeMap<>(measured);
    if (absent(KvmCapability.KVM_CAP_X86_SMM)) {
      // KVM_MAX_NR_ADDRESS_SPACES is 1 without CONFIG_KVM_SMM, and the capability is not compiled
      // in.
      values.putIfAbsent(KvmCapability.KVM_CAP_MULTI_ADDRESS_SPACE.number(), 0L);
    }
    if (absent(KvmCapability.KVM_CAP_HYPERV)) {
      for (KvmCapability capability : KvmCapability.values()) {
        if (capability.name().startsWith("KVM_CAP_HYPERV")) {
          values.putIfAbsent(capability.number(), 0L);
        }
      }
    }
  }

  private boolean absent(KvmCapability capability) {
    return values.getOrDefault(capability.number(), 1L) == 0;
  }

  /** The host's value, or the one that profile and CPU give. */
  long value(int number, long otherwise) {
    return values.getOrDefault(number, otherwise);
  }
}
