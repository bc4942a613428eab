package seamtape.replayer.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;

/** What stats counts. */
final class StatsTest {
  @TempDir private Path dir;

  @Test
  void refusedHypercallsAreErrorsAsTheyAreToFilters() throws Exception {
    Map<String, Long> errors = new HashMap<>();
    try (Tape tape = Recordings.bundled(dir, "hypercall-storm", "linux-7.3", Map.of())) {
      for (Stats.PerCall row : Stats.of(tape, n -> {}).byCall()) {
        errors.put(row.call(), row.errors());
      }
    }
    assertEquals(200, errors.get("KVM_HC_MAP_GPA_RANGE"), "-KVM_ENOSYS");
    assertEquals(200, errors.get("HVCALL_CREATE_PARTITION"), "HV_STATUS_INVALID_HYPERCALL_CODE");
    assertEquals(0, errors.get("KVM_HC_KICK_CPU"));
  }
}
