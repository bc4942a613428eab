package seamtape.sim.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.SevCommand;

/** docs/COVERAGE.md says what the machines do, and misses no call. */
final class CoverageTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("seamtape.root"), "docs", "COVERAGE.md");

  @Test
  void theDocumentIsWhatTheMachinesAnswer() throws IOException {
    String text = CoverageDocument.text();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(DOCUMENT, text);
    }
    assertEquals(Files.readString(DOCUMENT), text, "-Dgolden=update rewrites it");
  }

  @Test
  void aCallThatAKernelLacksIsAbsentAndOneWithBehaviourModelled() {
    Coverage old = Coverage.of("linux-6.2");
    assertEquals(Status.ABSENT, old.status(KvmIoctl.KVM_CREATE_GUEST_MEMFD));
    assertEquals(Status.ABSENT, old.status(SevCommand.KVM_SEV_INIT2));
    assertEquals(Status.MODELLED, old.status(SevCommand.KVM_SEV_LAUNCH_START));
    Coverage current = Coverage.of("linux-7.3");
    assertEquals(Status.MODELLED, current.status(KvmIoctl.KVM_CREATE_GUEST_MEMFD));
    assertEquals(Status.MODELLED, current.status(KvmIoctl.KVM_RUN));
    assertEquals(Status.MODELLED, current.status(KvmIoctl.KVM_MEMORY_ENCRYPT_OP));
  }
}
