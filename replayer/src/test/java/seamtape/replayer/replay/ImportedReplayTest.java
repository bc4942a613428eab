package seamtape.replayer.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.sim.Simulator;

/** Logs of real VMMs, asked again of the simulator. */
class ImportedReplayTest {
  private static final Path LOGS =
      Path.of(System.getProperty("seamtape.root"), "fixtures", "corpus", "strace");

  @TempDir Path dir;

  static List<String> logs() throws IOException {
    try (Stream<Path> files = Files.list(LOGS)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("logs")
  void everyRealLogReplaysToItsEnd(String log) throws Exception {
    try (Tape tape = Recordings.log(dir, LOGS.resolve(log))) {
      ReplayReport report = Replay.run(tape, ReplayOptions.keepGoing(new Simulator()));
      Agreement score = report.agreement();
      long judged =
          score.visibleAgreed()
              + score.visibleDiffered()
              + score.pointerAgreed()
              + score.pointerDiffered()
              + score.pointerSkipped()
              + score.hostFacts()
              + score.runs();
      long ioctls = tape.manifest().totals().ioctls();
      long neverReturned = tape.index().callCount() * 2 - tape.eventCount();
      assertTrue(
          judged <= ioctls && judged >= ioctls - Math.max(neverReturned, 0),
          judged + " of " + ioctls);
    }
  }

  @Test
  void aRealQemuRunIsAnsweredAsTheRealKernelDid() throws Exception {
    try (Tape tape = Recordings.log(dir, LOGS.resolve("qemu-pc-seabios.strace.gz"))) {
      ReplayReport report = Replay.run(tape, ReplayOptions.keepGoing(new Simulator()));
      Agreement score = report.agreement();
      assertTrue(score.visibleShare() >= 0.95, () -> score + " " + report.kept());
      assertEquals(4908, score.runs());
      for (Divergence divergence : report.kept()) {
        assertTrue(divergence.reason() != null, divergence.words());
      }
    }
  }

  @Test
  void factsOfTheHostAreGivenNotCompared() throws Exception {
    String log =
        """
        openat(AT_FDCWD, "/dev/kvm", O_RDWR|O_CLOEXEC) = 3
        ioctl(3, KVM_CHECK_EXTENSION, KVM_CAP_X86_SMM) = 0
        ioctl(3, KVM_CHECK_EXTENSION, KVM_CAP_X86_SMM) = 0
        ioctl(3, KVM_CHECK_EXTENSION, KVM_CAP_MULTI_ADDRESS_SPACE) = 0
        ioctl(3, KVM_CHECK_EXTENSION, KVM_CAP_USER_MEMORY) = 1
        """;
    try (Tape tape = Recordings.log(dir, "facts", log)) {
      Agreement score = Replay.run(tape, ReplayOptions.keepGoing(new Simulator())).agreement();
      assertEquals(1, score.hostFacts());
      assertEquals(3, score.visibleAgreed());
      assertEquals(0, score.visibleDiffered());
    }
  }

  @Test
  void aWrongAnswerIsADivergence() throws Exception {
    String log =
        """
        openat(AT_FDCWD, "/dev/kvm", O_RDWR|O_CLOEXEC) = 3
        ioctl(3, KVM_GET_API_VERSION, 0) = 11
        ioctl(3, KVM_CREATE_VM, 0) = 4
        ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=0, flags=0, guest_phys_addr=0x100, memory_size=4096, userspace_addr=0x7f0000000000}) = 0
        """;
    try (Tape tape = Recordings.log(dir, "wrong", log)) {
      ReplayReport report = Replay.run(tape, ReplayOptions.keepGoing(new Simulator()));
      assertEquals(2, report.divergences());
      assertEquals(11L, report.kept().get(0).recorded());
      assertEquals(12L, report.kept().get(0).replayed());
      assertEquals("EINVAL", report.kept().get(1).replayed());
    }
  }

  @Test
  void aLogThatBeginsAfterTheOpenReplays() throws Exception {
    String log =
        """
        ioctl(3, KVM_GET_API_VERSION, 0) = 12
        ioctl(3, KVM_CREATE_VM, 0) = 7
        ioctl(7, KVM_CREATE_VCPU, 0) = 9
        ioctl(9, KVM_RUN, 0) = 0
        """;
    try (Tape tape = Recordings.log(dir, "late", log)) {
      ReplayReport report = Replay.run(tape, ReplayOptions.keepGoing(new Simulator()));
      assertEquals(0, report.divergences(), () -> String.valueOf(report.kept()));
      assertEquals(3, report.agreement().visibleAgreed());
    }
  }
}
