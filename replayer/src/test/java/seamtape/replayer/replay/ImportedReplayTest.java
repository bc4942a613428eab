package seamtape.replayer.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.sim.Simulator;

/** Logs of real VMMs, asked again of the simulator. */
class ImportedReplayTest {
  private static final Path LOGS =
      Path.of(System.getProperty("seamtape.root"), "fixtures", "corpus", "strace");

  @TempDir Path dir;

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

  @Test
  void aDifferenceIsExplainedByARowOrWrong() throws Exception {
    String log =
        """
        openat(AT_FDCWD, "/dev/kvm", O_RDWR|O_CLOEXEC) = 3
        ioctl(3, KVM_GET_API_VERSION, 0) = 11
        ioctl(3, KVM_CHECK_EXTENSION, KVM_CAP_DISABLE_QUIRKS2) = 127
        ioctl(3, KVM_CREATE_VM, 0) = 4
        ioctl(4, KVM_ENABLE_CAP, 0x7ffd00001000) = 0
        """;
    try (Tape tape = Recordings.log(dir, "explained", log)) {
      ReplayReport report = Replay.run(tape, ReplayOptions.keepGoing(new Simulator()));
      Agreement score = report.agreement();
      assertEquals(1, score.wrong());
      assertEquals(1, score.explained());
      assertEquals(1, score.pointerSkipped());
      assertEquals(1, score.visibleAgreed());
      assertEquals(2, score.rows().size());
      assertTrue(report.kept().get(1).reason().startsWith("kernel version: "));
    }
  }
}
