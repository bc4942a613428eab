package seamtape.replayer.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.recorder.tape.Tape;
import seamtape.replayer.Recordings;

/** Metadata fields of the TDX module are found by the names of tdx-metadata.csv. */
class MetadataFilterTest {
  @TempDir Path dir;

  private static int count(CallReader reader, String filter) throws Exception {
    Matches matches = new Matches(Filter.parse(filter));
    while (!matches.complete()) {
      matches.advance(reader, System.nanoTime());
    }
    return matches.count();
  }

  /** What Linux reads at bring-up: 12 configurable CPUID leaves, each an element of one field. */
  @Test
  void aFieldIsFoundByItsNameAndEachElementByItsOwn() throws Exception {
    try (Tape tape = Recordings.bundled(dir, "td-errors", "linux-7.3");
        CallReader reader = new CallReader(tape)) {
      assertEquals(1, count(reader, "TDH.SYS.RD and in.rdx == NUM_CPUID_CONFIG"));
      assertEquals(12, count(reader, "TDH.SYS.RD and in.rdx == CPUID_CONFIG_LEAVES"));
      assertEquals(1, count(reader, "in.rdx == \"CPUID_CONFIG_LEAVES[3]\""));
      assertEquals(0, count(reader, "in.rdx == NOTIFY_ENABLES"));
    }
  }
}
