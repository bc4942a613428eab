package seamtape.sim.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.catalog.SevCommand;
import seamtape.sim.profile.Fixture;
import seamtape.sim.tdx.TdxModuleVersion;

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

  /** Every row of tdx-seamcall-leaves.csv: absent before its module version, and only there. */
  @ParameterizedTest
  @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aLeafIsAbsentInTheModulesForWhichItsRowIsTooNew(TdxModuleVersion module) throws IOException {
    List<Map<String, String>> rows = Fixture.csv("tdx-seamcall-leaves.csv");
    for (Map<String, String> row : rows) {
      String name = row.get("name").replace("P-SEAMLDR ", "");
      boolean has =
          switch (row.get("module_since")) {
            case "1.0" -> true;
            case "1.5" -> module.is15();
            default -> false;
          };
      Status status = Coverage.of("linux-7.3").status(leaf(name), module);
      assertEquals(has, status != Status.ABSENT, name + " in " + module.label());
    }
    assertEquals(74, rows.size());
  }

  private static Seamcall leaf(String label) {
    return Arrays.stream(Seamcall.values())
        .filter(leaf -> leaf.label().equals(label))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no leaf " + label));
  }

  /** With no module the instruction fails, whatever the leaf (S12). */
  @Test
  void noLeafIsAnsweredWithoutAModule() {
    Coverage coverage = Coverage.of("linux-7.3");
    for (Seamcall leaf : Seamcall.values()) {
      boolean unknown = leaf == Seamcall.SEAMCALL_UNKNOWN;
      Status expected = unknown ? Status.REGULAR : Status.ABSENT;
      assertEquals(expected, coverage.status(leaf, TdxModuleVersion.NONE), leaf.label());
    }
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
