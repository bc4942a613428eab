package seamtape.replayer.replay;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.Phase;

/**
 * What an imported recording says of its host: the first answer for each capability that depends on
 * CPU, kernel configuration or module parameters. The replaying machine is built with them, as a
 * machine in another rack would be; later answers are compared.
 */
final class HostFacts {
  /** Capabilities whose value is the host's, and on what of it they depend. */
  private static final Map<KvmCapability, String> DEPENDS =
      Map.ofEntries(
          Map.entry(KvmCapability.KVM_CAP_NR_VCPUS, "number of CPUs"),
          Map.entry(KvmCapability.KVM_CAP_MAX_VCPUS, "CONFIG_KVM_MAX_NR_VCPUS"),
          Map.entry(KvmCapability.KVM_CAP_X86_SMM, "CONFIG_KVM_SMM"),
          Map.entry(KvmCapability.KVM_CAP_HYPERV, "CONFIG_KVM_HYPERV"),
          Map.entry(KvmCapability.KVM_CAP_XEN_HVM, "CONFIG_KVM_XEN"),
          Map.entry(KvmCapability.KVM_CAP_NESTED_STATE, "nested virtualization of the CPU"),
          Map.entry(KvmCapability.KVM_CAP_TSC_CONTROL, "TSC scaling of the CPU"),
          Map.entry(KvmCapability.KVM_CAP_X86_NOTIFY_VMEXIT, "notify VM exits of the CPU"),
          Map.entry(KvmCapability.KVM_CAP_XSAVE2, "XSAVE area of the CPU"),
          Map.entry(KvmCapability.KVM_CAP_PMU_CAPABILITY, "PMU of the CPU"),
          Map.entry(KvmCapability.KVM_CAP_VM_TYPES, "VM types of CPU and configuration"));

  /** Offset of ebx of the first entry of struct kvm_cpuid2. */
  private static final int VENDOR_EBX = 24;

  private final SortedMap<Integer, Long> values = new TreeMap<>();
  private final Set<Long> sources = new HashSet<>();
  private long asking;
  private int askedFor = -1;
  private String vendor = "";

  /** Takes note of a call; events in order. */
  void note(Event event) {
    if (event.call == KvmIoctl.KVM_GET_SUPPORTED_CPUID && event.phase == Phase.RETURN) {
      noteCpuid(event);
    }
    if (event.call != KvmIoctl.KVM_CHECK_EXTENSION) {
      return;
    }
    if (event.phase == Phase.ENTER) {
      asking = event.number;
      askedFor = (int) event.fields[1];
    } else if (event.fields[0] >= 0 && event.number - event.link == asking && depends(askedFor)) {
      if (values.putIfAbsent(askedFor, event.fields[0]) == null) {
        sources.add(asking);
      }
    }
  }

  /** Leaf 0 comes first; its EBX begins the vendor's name. */
  private void noteCpuid(Event event) {
    for (int i = 0; i < event.copyCount(); i++) {
      boolean whole =
          event.copyAt(i) <= VENDOR_EBX && event.copyAt(i) + event.copyLength(i) >= VENDOR_EBX + 4;
      if (whole && vendor.isEmpty()) {
        int at = event.copyStart(i) + (int) (VENDOR_EBX - event.copyAt(i));
        vendor =
            new String(event.copyBytes(), at, 4, StandardCharsets.US_ASCII).equals("Auth")
                ? "amd"
                : "intel";
      }
    }
  }

  /** The CPU's vendor where the recording shows it, else the one given. */
  String vendor(String otherwise) {
    return vendor.isEmpty() ? otherwise : vendor;
  }

  private static boolean depends(int capability) {
    return KvmCapability.byNumber(capability).map(DEPENDS::containsKey).orElse(false);
  }

  SortedMap<Integer, Long> values() {
    return values;
  }

  /** True for the enter event of the call whose answer became a fact. */
  boolean isSource(long enterEvent) {
    return sources.contains(enterEvent);
  }

  long count() {
    return sources.size();
  }
}
