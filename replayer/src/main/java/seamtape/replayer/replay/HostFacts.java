package seamtape.replayer.replay;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.replayer.explain.Explanation;
import seamtape.replayer.explain.Explanations;

/**
 * What an imported recording says of its host: the first answer for each capability that depends on
 * CPU, kernel configuration or module parameters. The replaying machine is built with them, as a
 * machine in another rack would be; later answers are compared.
 */
final class HostFacts {
  /** Offset of ebx of the first entry of struct kvm_cpuid2. */
  private static final int VENDOR_EBX = 24;

  private final SortedMap<Integer, Long> values = new TreeMap<>();
  private final Set<Long> sources = new HashSet<>();
  private final Explanations explanations;
  private final Map<Explanation, Long> used = new LinkedHashMap<>();
  private long asking;
  private int askedFor = -1;
  private String vendor = "";

  /**
   * @param explanations which capabilities depend on the host: their rows say "give"
   */
  HostFacts(Explanations explanations) {
    this.explanations = explanations;
  }

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
    } else if (event.fields[0] >= 0 && event.number - event.link == asking) {
      depends(askedFor).ifPresent(row -> answer(row, event.fields[0]));
    }
  }

  private void answer(Explanation row, long value) {
    if (values.putIfAbsent(askedFor, value) == null) {
      sources.add(asking);
      used.merge(row, 1L, Long::sum);
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

  private Optional<Explanation> depends(int capability) {
    Map<String, Object> facts = Map.of("arg", KvmCapability.text(capability));
    return explanations.of(Explanation.Use.GIVE, KvmIoctl.KVM_CHECK_EXTENSION.label(), facts);
  }

  /** How many facts each row gave. */
  Map<Explanation, Long> used() {
    return used;
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
