package seamtape.sim.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The guest programs of the oracle's run.* cases, straight on the interpreter. */
class OracleTest {
  private static final Path ORACLE =
      Path.of(System.getProperty("seamtape.root", ".."), "fixtures/corpus/oracle.jsonl");

  /** Answers of one host's backend, or of the machine around the interpreter. */
  private static final Set<String> NOT_OURS =
      Set.of(
          "run.arg1",
          "run.kvm_valid_regs_bad",
          "run.kvm_dirty_regs_bad",
          "run.ap_uninitialized_blocks_until_signal",
          "run.coalesced_mmio_no_exit",
          "run.ioeventfd_mmio_no_exit",
          "run.hlt_irqchip_blocks_until_signal",
          "run.irq_line_wakes_hlt",
          "run.irq_line_delivered",
          "run.sync_regs_dirty",
          "run.spin_until_signal");

  private static List<Map<String, Object>> cases() {
    try (Stream<String> lines = Files.lines(ORACLE)) {
      return lines
          .map(Json::object)
          .filter(c -> ((String) c.get("id")).startsWith("run."))
          .filter(c -> !(Boolean) c.get("host_specific"))
          .filter(c -> !NOT_OURS.contains(c.get("id")))
          .filter(OracleTest::runsAGuest)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean runsAGuest(Map<String, Object> oracleCase) {
    return Json.list(oracleCase.get("steps")).stream()
        .anyMatch(step -> "run".equals(Json.map(step).get("op")));
  }

  @TestFactory
  Stream<DynamicTest> answersAsTheRealKernelDid() {
    return cases().stream()
        .map(c -> DynamicTest.dynamicTest((String) c.get("id"), () -> new OracleGuest(c).check()));
  }

  @Test
  void coversTheCasesThatNeedNoMachine() {
    List<String> ids = new ArrayList<>();
    cases().forEach(c -> ids.add((String) c.get("id")));
    assertTrue(ids.containsAll(List.of("run.rep_insb", "run.mmio_rep_stosb", "run.prot_mode_hlt")));
    assertEquals(21, ids.size(), ids::toString);
  }
}
