package seamtape.replayer.replay;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import seamtape.catalog.Errno;
import seamtape.catalog.FileOperation;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.event.Subject;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.EventDigest;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.explain.Explanation;
import seamtape.replayer.explain.Explanations;
import seamtape.replayer.replay.Outcomes.Difference;
import seamtape.replayer.symbols.Arguments;

/** One replay of one recording: drives the machine and compares what it answers. */
public final class Replay {
  private static final int PROGRESS_EVERY = 1 << 14;

  private final Path path;
  private final ReplayOptions options;
  private final boolean imported;
  private final Driver driver;
  private final Outcomes outcomes;
  private final ImportedCalls importedCalls;
  private final EventDigest digest;
  private final String profile;
  private final String recordedDigest;
  private final Map<Long, ReplayedCall> recordedOpen = new HashMap<>();
  private final Set<Long> brokenSubjects = new HashSet<>();
  private final Set<String> seenCauses = new HashSet<>();
  private final List<Divergence> kept = new ArrayList<>();
  private Divergence first;
  private long calls;
  private long divergences;
  private long roots;

  Replay(Tape tape, ReplayOptions options) throws TapeException {
    path = tape.path();
    Manifest manifest = tape.manifest();
    this.options = options;
    this.imported = ReplaySpec.imported(manifest);
    this.profile = options.profile() == null ? ReplaySpec.profile(manifest) : options.profile();
    boolean sameMachine =
        profile.equals(manifest.profile())
            && options.simulator().build().equals(manifest.simulator())
            && manifest.state() == Manifest.State.SEALED;
    this.recordedDigest = sameMachine ? manifest.digest() : null;
    this.digest = new EventDigest();
    Explanations explanations = Explanations.bundled();
    HostFacts facts =
        imported ? ReplaySpec.hostFacts(tape, explanations) : new HostFacts(explanations);
    this.driver =
        new Driver(
            options,
            ReplaySpec.of(manifest, profile, imported, facts),
            new Tee(digest, options.out()));
    this.outcomes = new Outcomes(imported);
    this.importedCalls = imported ? new ImportedCalls(tape, driver, facts, explanations) : null;
  }

  /**
   * Replays a recording.
   *
   * @throws TapeException where the recording is damaged
   * @throws IllegalArgumentException for a profile that the simulator does not know
   */
  public static ReplayReport run(Tape tape, ReplayOptions options) throws TapeException {
    Replay replay = new Replay(tape, options);
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next() && replay.goesOn()) {
        replay.step(cursor.event());
      }
    }
    return replay.finish();
  }

  Driver driver() {
    return driver;
  }

  long divergences() {
    return divergences;
  }

  private boolean goesOn() {
    return options.keepGoing() || divergences == 0;
  }

  void step(Event event) throws TapeException {
    if (event.number % PROGRESS_EVERY == 0) {
      options.progress().accept(event.number);
    }
    if (event.call.family().nests()) {
      nested(event);
      return;
    }
    if (event.row().index < 0) {
      throw TapeException.otherCatalog(path, event, "replay");
    }
    if (event.phase == Phase.INPUT) {
      driver.input(event);
    } else if (event.phase == Phase.ENTER) {
      enter(event);
    } else {
      returns(event);
    }
  }

  private void nested(Event event) {
    long opener = event.number - event.link;
    ReplayedCall outer =
        event.phase == Phase.ENTER ? recordedOpen.get(opener) : recordedOpen.remove(opener);
    if (outer != null) {
      outer.recordedInside(event);
      if (event.phase == Phase.ENTER) {
        recordedOpen.put(event.number, outer);
      }
    }
  }

  private void enter(Event event) throws TapeException {
    ReplayedCall call = driver.begin(event);
    recordedOpen.put(event.number, call);
    boolean onMissingFd = usesFd(event) && driver.fds().missing(event.fields[0]);
    if (onMissingFd || (imported && !importedCalls.prepare(call))) {
      call.skipped = true;
      return;
    }
    driver.make(call);
  }

  private static boolean usesFd(Event event) {
    return event.call instanceof KvmIoctl
        || event.call == FileOperation.CLOSE
        || event.call == FileOperation.DUP
        || event.call == FileOperation.KVM_UNKNOWN_IOCTL;
  }

  private void returns(Event event) {
    ReplayedCall call = recordedOpen.remove(event.number - event.link);
    if (call == null) {
      return;
    }
    calls++;
    if (!call.skipped && !call.returned) {
      driver.forceEnd(Actor.tid(event.actor), call);
    }
    noteFd(call, event);
    if (call.skipped && !imported) {
      diverge(call, new Difference("ret", shown(event.fields[0]), "EBADF"), true, Optional.empty());
    } else if (imported) {
      judgeImported(call, event);
    } else {
      difference(call, event, true)
          .ifPresent(found -> diverge(call, found, false, Optional.empty()));
    }
    call.open = false;
  }

  /** Every difference must have an explanation of its own; the first that has none is told. */
  private void judgeImported(ReplayedCall call, Event event) {
    List<Difference> all = differences(call, event);
    Difference found = all.isEmpty() ? null : all.get(0);
    Optional<Explanation> why = Optional.empty();
    Set<Explanation> needed = new LinkedHashSet<>();
    for (Difference each : all) {
      found = each;
      why = importedCalls.explanation(call, event, each);
      if (why.isEmpty()) {
        break;
      }
      needed.add(why.get());
    }
    why.ifPresent(needed::remove);
    importedCalls.alsoNeeds(needed);
    if (importedCalls.judge(call, event, all.isEmpty(), why) && found != null) {
      diverge(call, found, false, why);
    }
  }

  private List<Difference> differences(ReplayedCall call, Event event) {
    if (call.skipped) {
      boolean meant = call.skipRow != null || !(event.call instanceof KvmIoctl);
      return meant ? List.of() : List.of(new Difference("ret", shown(event.fields[0]), "EBADF"));
    }
    boolean memoryToo = importedCalls.comparesMemory(call, event);
    if (!call.returned || Outcomes.compareNested(call).isPresent()) {
      return difference(call, event, memoryToo).map(List::of).orElse(List.of());
    }
    return outcomes.compareAll(call.enter, event, call.replayedReturn, memoryToo);
  }

  private Optional<Difference> difference(ReplayedCall call, Event event, boolean memoryToo) {
    if (!call.returned) {
      return Optional.of(new Difference("ret", shown(event.fields[0]), "still running"));
    }
    Optional<Difference> inside = Outcomes.compareNested(call);
    Optional<Difference> own = outcomes.compare(call.enter, event, call.replayedReturn, memoryToo);
    return inside.isPresent() ? inside : own;
  }

  /** Where the recording got an fd, the replay's own number stands for it from now on. */
  private void noteFd(ReplayedCall call, Event event) {
    boolean ioctlMakes = event.call instanceof KvmIoctl ioctl && ioctl.makes().isPresent();
    boolean fileMakes =
        event.call == FileOperation.OPEN
            || event.call == FileOperation.DUP
            || event.call == FileOperation.EVENTFD;
    if ((ioctlMakes || fileMakes) && event.fields[0] >= 0) {
      boolean made = call.returned && call.replayedReturn.fields[0] >= 0;
      driver.fds().put(event.fields[0], made ? call.replayedReturn.fields[0] : FdMap.MISSING);
    }
  }

  private static Object shown(long ret) {
    return Errno.isError(ret) ? Errno.text(ret) : (Object) ret;
  }

  private void diverge(
      ReplayedCall call, Difference found, boolean consequence, Optional<Explanation> why) {
    Event enter = call.enter;
    String cause = enter.call.label() + Arguments.of(enter) + "|" + found;
    boolean root = !consequence && !brokenSubjects.contains(enter.link) && seenCauses.add(cause);
    if (enter.call == KvmIoctl.KVM_RUN && enter.link != Subject.SYSTEM) {
      brokenSubjects.add(enter.link);
    }
    Divergence divergence =
        new Divergence(
            enter.number,
            Actor.text(enter.actor),
            enter.call.label(),
            found.field(),
            found.recorded(),
            found.replayed(),
            root,
            why.map(Explanation::text).orElse(null),
            DivergenceWords.of(enter, found));
    divergences++;
    roots += root ? 1 : 0;
    first = first == null ? divergence : first;
    if (kept.size() < options.maxDivergences()) {
      kept.add(divergence);
    }
  }

  private ReplayReport finish() {
    driver.vmm().finish();
    driver.vmm().close();
    String own = digest.digest();
    boolean sameDigest = imported || recordedDigest == null || own.equals(recordedDigest);
    return new ReplayReport(
        divergences == 0 && sameDigest,
        profile,
        calls,
        divergences,
        roots,
        first,
        List.copyOf(kept),
        own,
        imported ? importedCalls.agreement() : null);
  }
}
