package seamtape.replayer.replay;

import java.util.function.LongConsumer;
import seamtape.event.EventSink;
import seamtape.machine.MachineFactory;

/**
 * @param simulator what replays
 * @param profile of the machine; null for the recorded one
 * @param keepGoing false to stop at the first divergence
 * @param maxDivergences kept in the report; all are counted
 * @param out takes the replay's own events as well; null for none
 * @param progress told how many events were replayed; for long work
 */
public record ReplayOptions(
    MachineFactory simulator,
    String profile,
    boolean keepGoing,
    int maxDivergences,
    EventSink out,
    LongConsumer progress) {

  public static ReplayOptions strict(MachineFactory simulator) {
    return new ReplayOptions(simulator, null, false, 10_000, null, events -> {});
  }

  public static ReplayOptions keepGoing(MachineFactory simulator) {
    return new ReplayOptions(simulator, null, true, 10_000, null, events -> {});
  }

  public ReplayOptions on(String newProfile) {
    return new ReplayOptions(simulator, newProfile, keepGoing, maxDivergences, out, progress);
  }

  public ReplayOptions into(EventSink sink) {
    return new ReplayOptions(simulator, profile, keepGoing, maxDivergences, sink, progress);
  }
}
