package seamtape.replayer.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.catalog.Input;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeWriter;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.Recordings;
import seamtape.sim.Simulator;

class ReplayTest {
  @TempDir Path dir;

  static List<String> bundled() {
    return WorkloadFile.bundled();
  }

  @ParameterizedTest
  @MethodSource("bundled")
  void aSimulatedRecordingReplaysIdenticallyOnItsOwnProfile(String workload) throws Exception {
    boolean runs = WorkloadFile.read(workload, Map.of()).runsOn("linux-6.12");
    try (Tape tape = Recordings.bundled(dir, workload, runs ? "linux-6.12" : "linux-7.3")) {
      ReplayReport report = Replay.run(tape, ReplayOptions.strict(new Simulator()));
      assertTrue(report.identical(), () -> String.valueOf(report.first()));
      assertEquals(tape.manifest().digest(), report.digest());
      assertEquals(topLevelCalls(tape), report.calls());
    }
  }

  private static long topLevelCalls(Tape tape) throws Exception {
    long calls = 0;
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        calls += event.phase == Phase.ENTER && !event.call.family().nests() ? 1 : 0;
      }
    }
    return calls;
  }

  @Test
  void stopsAtTheFirstDivergenceUnlessToldToGoOn() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "profile-differences", "linux-6.2")) {
      ReplayReport strict = Replay.run(tape, ReplayOptions.strict(new Simulator()).on("linux-7.3"));
      assertEquals(1, strict.divergences());
      ReplayReport all = Replay.run(tape, ReplayOptions.keepGoing(new Simulator()).on("linux-7.3"));
      assertTrue(all.divergences() > 5, "divergences: " + all.divergences());
      assertEquals(strict.first(), all.first());
      assertFalse(all.identical());
    }
  }

  @Test
  void aTurnThatClaimsInstructionsWithoutEndIsNotWaitedFor() throws Exception {
    Path forged = dir.resolve("forged.tape");
    try (Tape tape = Recordings.bundled(dir, "immediate-exit-and-signal", "linux-7.3");
        Cursor cursor = tape.cursor();
        TapeWriter writer = TapeWriter.create(forged, tape.manifest())) {
      long turns = 0;
      while (cursor.next()) {
        Event event = Event.copyOf(cursor.event());
        if (event.call == Input.SCHEDULE) {
          event.fields[1] = Long.MAX_VALUE;
          turns++;
        }
        writer.append(event);
      }
      writer.seal();
      assertTrue(turns > 0);
    }
    try (Tape tape = Tape.open(forged)) {
      assertTimeoutPreemptively(
          Duration.ofMinutes(1), () -> Replay.run(tape, ReplayOptions.keepGoing(new Simulator())));
    }
  }

  @Test
  void namesCallFieldAndBothValuesOfADivergence() throws Exception {
    String steps =
        """
        - kvm: open /dev/kvm
        - vm: KVM_CREATE_VM {type: 0}
        - KVM_TRACE_PAUSE: {on: kvm}
        """;
    try (Tape tape = Recordings.steps(dir, "trace", "linux-6.2", steps)) {
      Divergence first =
          Replay.run(tape, ReplayOptions.strict(new Simulator()).on("linux-7.3")).first();
      assertEquals("KVM_TRACE_PAUSE", first.call());
      assertEquals("ret", first.field());
      assertEquals("EOPNOTSUPP", first.recorded());
      assertEquals("EINVAL", first.replayed());
      assertTrue(first.root());
      assertTrue(
          first
              .words()
              .endsWith(
                  "returned -1 EOPNOTSUPP (Operation not supported), replay: -1 EINVAL (Invalid argument)"),
          first.words());
    }
  }

  @Test
  void whatFollowsFromAMissingFdIsNoCauseOfItsOwn() throws Exception {
    String steps =
        """
        - kvm: open /dev/kvm
        - vm: KVM_CREATE_VM {type: 0}
        - vcpu: KVM_CREATE_VCPU {vcpu_id: 0x100000000}
        - KVM_GET_REGS: {on: vcpu}
        - KVM_GET_SREGS: {on: vcpu}
        """;
    try (Tape tape = Recordings.steps(dir, "cut-id", "linux-6.2", steps)) {
      ReplayReport report =
          Replay.run(tape, ReplayOptions.keepGoing(new Simulator()).on("linux-7.3"));
      assertEquals(1, report.roots(), () -> String.valueOf(report.kept()));
      assertEquals(3, report.divergences());
    }
  }

  @Test
  void recordsTheReplayItself() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "pio-echo", "linux-7.3")) {
      seamtape.recorder.tape.EventDigest own = new seamtape.recorder.tape.EventDigest();
      ReplayReport report = Replay.run(tape, ReplayOptions.strict(new Simulator()).into(own));
      assertTrue(report.identical());
      assertEquals(tape.manifest().digest(), own.digest());
    }
  }

  @Test
  void refusesAProfileThatTheSimulatorDoesNotHave() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "minimal", "linux-7.3")) {
      ReplayOptions options = ReplayOptions.strict(new Simulator()).on("linux-2.4");
      assertThrows(IllegalArgumentException.class, () -> Replay.run(tape, options));
    }
  }
}
