package seamtape.replayer.diff;

import java.util.HashSet;
import java.util.Set;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.replayer.symbols.Arguments;

/**
 * Tells causes from consequences: what happens on a vCPU whose KVM_RUN went another way, and what
 * repeats a difference already told, follows from an earlier change.
 */
final class Causes {
  private final Set<Long> divergedVcpus = new HashSet<>();
  private final Set<String> told = new HashSet<>();

  /** True for a cause; differences in order. */
  boolean isCause(Event enter, String field, Object valueA, Object valueB) {
    boolean onDiverged = divergedVcpus.contains(enter.link);
    boolean runs = enter.call == KvmIoctl.KVM_RUN && Subject.vcpu(enter.link) >= 0;
    if (runs) {
      divergedVcpus.add(enter.link);
    }
    String what =
        enter.call.name() + Arguments.of(enter) + "|" + field + "|" + valueA + "|" + valueB;
    boolean repeated = field != null && !told.add(what);
    return !onDiverged && !repeated;
  }
}
