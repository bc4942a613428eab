package seamtape.replayer.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;
import seamtape.sim.Simulator;

/** A CPUID table of another host is excused leaf by leaf, and only where the CPU decides. */
class CpuidLeavesTest {
  private static final String LEAF_0 =
      "{function=0, index=0, flags=0, eax=0x1c, ebx=0x68747541, ecx=0x444d4163, edx=0x69746e65}";

  @TempDir private Path dir;

  private ReplayReport replay(String kvmLeaf) throws Exception {
    String log =
        """
        openat(AT_FDCWD, "/dev/kvm", O_RDWR|O_CLOEXEC) = 3
        ioctl(3, KVM_GET_SUPPORTED_CPUID, {nent=2, entries=[%s, %s]}) = 0
        """
            .formatted(LEAF_0, kvmLeaf);
    try (Tape tape = Recordings.log(dir, "cpuid", log)) {
      return Replay.run(tape, ReplayOptions.keepGoing(new Simulator()));
    }
  }

  @Test
  void theLeavesOfAnotherCpuAreExplained() throws Exception {
    String signature =
        "{function=0x40000000, index=0, flags=0, eax=0x40000001, ebx=0x4b4d564b, ecx=0x564b4d56, edx=0x4d}";
    ReplayReport report = replay(signature);
    assertEquals(0, report.agreement().wrong(), () -> String.valueOf(report.first()));
    assertEquals(1, report.agreement().explained());
  }

  @Test
  void whatKvmItselfSaysIsNot() throws Exception {
    String signature =
        "{function=0x40000000, index=0, flags=0, eax=0x40000001, ebx=0x4b4d5640, ecx=0x564b4d56, edx=0x4d}";
    ReplayReport report = replay(signature);
    assertEquals(1, report.agreement().wrong());
    assertTrue(report.first().field().startsWith("leaf 0x40000000[0].ebx"));
  }
}
