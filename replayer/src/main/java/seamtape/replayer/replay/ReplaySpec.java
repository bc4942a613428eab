package seamtape.replayer.replay;

import seamtape.event.Event;
import seamtape.machine.MachineSpec;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.explain.Explanations;

/** The machine that a recording asks to be replayed on. */
final class ReplaySpec {
  /** What an imported recording is replayed on when nothing else is said. */
  static final String DEFAULT_PROFILE = "linux-7.3";

  /** Host facts are found where a VMM sets itself up; looking further would read it all twice. */
  private static final long FACTS_WITHIN_EVENTS = 200_000;

  private ReplaySpec() {}

  static boolean imported(Manifest manifest) {
    return manifest.source() == Manifest.Source.STRACE
        || manifest.source() == Manifest.Source.FTRACE;
  }

  static String profile(Manifest manifest) {
    String recorded = manifest.profile();
    return imported(manifest) || recorded == null || recorded.isEmpty()
        ? DEFAULT_PROFILE
        : recorded;
  }

  static HostFacts hostFacts(Tape tape, Explanations explanations) throws TapeException {
    HostFacts facts = new HostFacts(explanations);
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next() && cursor.event().number < FACTS_WITHIN_EVENTS) {
        Event event = cursor.event();
        facts.note(event);
      }
    }
    return facts;
  }

  static MachineSpec of(Manifest manifest, String profile, boolean scripted, HostFacts facts) {
    return new MachineSpec(
        profile,
        facts.vendor(manifest.machine().vendor()),
        manifest.machine().tdxModule(),
        manifest.machine().role(),
        manifest.seed(),
        scripted,
        facts.values());
  }
}
