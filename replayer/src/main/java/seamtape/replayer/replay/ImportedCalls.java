package seamtape.replayer.replay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import seamtape.catalog.Errno;
import seamtape.catalog.FileOperation;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.explain.Explanation;
import seamtape.replayer.explain.Explanation.Use;
import seamtape.replayer.explain.Explanations;
import seamtape.replayer.replay.Outcomes.Difference;
import seamtape.replayer.symbols.DecodedFields;

/**
 * What is special about calls taken from a log: arguments that the log shows only as pointers get
 * neutral ones, guests do not execute but exit as recorded, and the score is kept by what was
 * visible.
 */
final class ImportedCalls {
  /** Memory for arguments whose address the log does not show; a piece for each thread. */
  private static final long SCRATCH = 0x7a00_0000_0000L;

  private final Driver driver;
  private final HostFacts facts;
  private final Lookahead lookahead;
  private final NeutralArguments neutral;
  private final Set<Long> ranSubjects = new HashSet<>();
  private final Set<Long> haveCpuid = new HashSet<>();
  private final Score score = new Score();
  private final Explanations explanations;

  /** The last call on a VM or vCPU that was explained: what comes after may follow from it. */
  private final Map<Long, String> lastExplained = new HashMap<>();

  ImportedCalls(Tape tape, Driver driver, HostFacts facts, Explanations explanations)
      throws TapeException {
    this.driver = driver;
    this.facts = facts;
    this.explanations = explanations;
    this.lookahead = new Lookahead(tape);
    this.neutral = new NeutralArguments(driver);
  }

  /** Makes a call ready to be replayed; false when it cannot be. */
  boolean prepare(ReplayedCall call) throws TapeException {
    Event enter = call.enter;
    Lookahead.Ending ending = lookahead.of(enter.number);
    if (enter.call instanceof FileOperation operation) {
      return prepareFile(operation, enter);
    }
    if (!(enter.call instanceof KvmIoctl row)) {
      return true;
    }
    guaranteeFd(row, enter);
    if (row == KvmIoctl.KVM_RUN) {
      script(enter, ending);
      // A run that the log does not see end would keep its thread for ever.
      return ending != null;
    }
    if (row == KvmIoctl.KVM_SET_CPUID2) {
      haveCpuid.add(enter.link);
    }
    if (!row.pointer()) {
      return true;
    }
    boolean faults = ending != null && ending.ret() == Errno.EFAULT.result();
    return faults || readable(row, call, ending);
  }

  /** Memory of the log is not ours; only what is mapped of KVM's fds matters to the machine. */
  private static boolean prepareFile(FileOperation operation, Event enter) {
    boolean memory = operation == FileOperation.MMAP || operation == FileOperation.MUNMAP;
    return !memory || (operation == FileOperation.MMAP && (int) enter.fields[4] != -1);
  }

  /** A log may begin after the open: the first system ioctl on an unknown fd implies it. */
  private void guaranteeFd(KvmIoctl row, Event enter) {
    boolean system = row.on().contains(seamtape.catalog.FdKind.SYSTEM);
    if (system && enter.link == 0 && !driver.fds().knows(enter.fields[0])) {
      long fd = driver.vmm().open(Actor.tid(enter.actor), "/dev/kvm", 0x80002);
      driver.fds().put(enter.fields[0], fd);
    }
  }

  private void script(Event enter, Lookahead.Ending ending) {
    score.run();
    ranSubjects.add(enter.link);
    if (ending != null) {
      int exit = (int) ending.exitReason();
      driver.vmm().nextExit(Actor.tid(enter.actor), ending.ret(), exit);
    }
  }

  private boolean readable(KvmIoctl row, ReplayedCall call, Lookahead.Ending ending) {
    Event enter = call.enter;
    if (call.arg == Event.UNKNOWN) {
      // strace prints the struct in place of its address.
      call.arg = SCRATCH + (long) Actor.tid(enter.actor) * NeutralArguments.ROOM;
    }
    long arg = call.arg;
    StructLayout layout = Structs.of(row.struct());
    driver.map(arg, Math.max(layout.size(), NeutralArguments.ROOM));
    if (!row.readsMemory() || knownBytes(enter) > 0) {
      neutral.roomForArray(row, call, ending);
      return true;
    }
    call.neutral = true;
    call.skipRow = explanations.of(Use.SKIP, row.label(), Map.of("logged", "no")).orElse(null);
    if (call.skipRow == null) {
      neutral.prepare(row, call, ending);
    }
    return call.skipRow == null;
  }

  private static int knownBytes(Event enter) {
    int bytes = 0;
    for (int i = 0; i < enter.copyCount(); i++) {
      bytes += enter.copyLength(i);
    }
    return bytes;
  }

  /** State that a guest changed is unknown after its first run; its struct is not compared then. */
  boolean comparesMemory(ReplayedCall call, Event returns) {
    return returns.copyCount() > 0
        && returns.call != KvmIoctl.KVM_RUN
        && !ranSubjects.contains(call.enter.link);
  }

  /** Why the recorded kernel may have answered otherwise; empty where nothing says so. */
  Optional<Explanation> explanation(ReplayedCall call, Event returns, Difference found) {
    Map<String, Object> known = new HashMap<>();
    DecodedFields.of(call.enter, null)
        .forEach((name, value) -> known.put(name.substring(name.indexOf('.') + 1), value));
    long arg = call.enter.fields[1];
    boolean capability = call.enter.call == KvmIoctl.KVM_CHECK_EXTENSION;
    known.put("arg", capability ? KvmCapability.text(arg) : (Object) arg);
    known.put("recorded", String.valueOf(found.recorded()));
    known.put("replayed", String.valueOf(found.replayed()));
    known.put("logged", logged(call, returns) ? "yes" : "no");
    known.put("cpuid", haveCpuid.contains(call.enter.link) ? "set" : "unset");
    CpuidLeaves.facts(found.field(), known);
    known.put("after", lastExplained.getOrDefault(call.enter.link, ""));
    Optional<Explanation> row = explanations.of(call.enter.call.label(), found.field(), known);
    row.filter(why -> !why.rule().contains("after="))
        .ifPresent(why -> lastExplained.put(call.enter.link, why.call()));
    return row;
  }

  /** Counts rows that a call needs beside the one it is judged by. */
  void alsoNeeds(Set<Explanation> rows) {
    rows.forEach(score::count);
  }

  private static boolean logged(ReplayedCall call, Event returns) {
    return knownBytes(call.enter) > 0 || knownBytes(returns) > 0;
  }

  /**
   * Keeps the score.
   *
   * @return true when a difference is a divergence to report
   */
  boolean judge(ReplayedCall call, Event returns, boolean agrees, Optional<Explanation> why) {
    if (returns.call == FileOperation.KVM_UNKNOWN_IOCTL) {
      score.visible(agrees, false, why);
      return !agrees;
    }
    if (!(returns.call instanceof KvmIoctl row) || row == KvmIoctl.KVM_RUN) {
      return false;
    }
    if (facts.isSource(call.enter.number)) {
      return !agrees;
    }
    if (row.pointer() && !logged(call, returns)) {
      return judgePointer(call, returns, why);
    }
    score.visible(agrees, true, why);
    return !agrees;
  }

  /** Of a call with an unknown argument only success or failure can be the same. */
  private boolean judgePointer(ReplayedCall call, Event returns, Optional<Explanation> why) {
    if (call.skipped && call.skipRow != null) {
      score.skipped(call.skipRow);
      return false;
    }
    boolean same =
        call.returned
            && Errno.isError(returns.fields[0]) == Errno.isError(call.replayedReturn.fields[0]);
    score.pointer(same, why);
    return !same;
  }

  Agreement agreement() {
    lookahead.close();
    return score.agreement(facts);
  }
}
