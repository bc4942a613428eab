package seamtape.replayer.diff;

import java.util.HashSet;
import java.util.Set;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.replayer.symbols.Arguments;

/**
 * Tells causes from consequences: what is called beneath a call that differs, what happens on a
 * vCPU whose KVM_RUN went another way, and what repeats a difference already told, follows from
 * another change.
 */
final class Causes {
  private final Set<Long> differing;
  private final Set<Long> divergedVcpus = new HashSet<>();
  private final Set<String> told = new HashSet<>();

  /**
   * @param differing enter events of all calls that differ: of the first recording as they are, of
   *     the second negated
   */
  Causes(Set<Long> differing) {
    this.differing = differing;
  }

  /** The name of a call of the second recording in the set. */
  static long ofB(long enter) {
    return -enter;
  }

  /**
   * True for a cause; differences in order.
   *
   * @param inA true where the enter event is one of the first recording
   */
  boolean isCause(Event enter, boolean inA, String field, Object valueA, Object valueB) {
    boolean follows = nested(enter) ? beneathADifference(enter, inA) : onADivergedVcpu(enter);
    String what =
        enter.call.name() + Arguments.of(enter) + "|" + field + "|" + valueA + "|" + valueB;
    boolean repeated = field != null && !told.add(what);
    return !follows && !repeated;
  }

  private static boolean nested(Event enter) {
    return switch (enter.call.family()) {
      case KVM_IOCTL, FILE_OPERATION, INPUT -> false;
      default -> enter.link > 0;
    };
  }

  private boolean beneathADifference(Event enter, boolean inA) {
    long parent = enter.number - enter.link;
    return differing.contains(inA ? parent : ofB(parent));
  }

  private boolean onADivergedVcpu(Event enter) {
    boolean diverged = divergedVcpus.contains(enter.link);
    if (enter.call == KvmIoctl.KVM_RUN && Subject.vcpu(enter.link) >= 0) {
      divergedVcpus.add(enter.link);
    }
    return diverged;
  }
}
