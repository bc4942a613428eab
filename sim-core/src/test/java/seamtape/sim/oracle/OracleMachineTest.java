package seamtape.sim.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import seamtape.sim.Simulator;

/** Holds the machine against the real kernel's answers. The lists here may only shrink. */
final class OracleMachineTest {
  private static final Path ORACLE =
      Path.of(System.getProperty("seamtape.root", ".."), "fixtures/corpus/oracle.jsonl");

  /** Not known to depend on the host, and yet answered otherwise. */
  private static final Set<String> NOT_YET =
      Set.of(
          // Capabilities of a kernel built with other options than the measured one.
          "cap.sys.096", "cap.sys.149", "cap.sys.214", "cap.vm.096", "cap.vm.149", "cap.vm.214");

  /** Steps that the machine's interface does not have: other files, other processes. */
  private static final Set<String> SKIPPED =
      Set.of(
          "fd.api_version_on_devnull",
          "fd.api_version_on_regular_file",
          "life.check_extension_on_vm_from_child",
          "life.vcpu_ioctl_from_child_process");

  @Test
  void answersAsTheMeasuredKernelWhereNothingDependsOnTheHost() throws IOException {
    OracleReport report = OracleReport.of(ORACLE, new Simulator(), "linux-7.3");
    System.out.print(report);
    Set<String> unexpected = new TreeSet<>(report.disagreements.keySet());
    unexpected.removeAll(NOT_YET);
    assertTrue(
        unexpected.isEmpty(),
        () ->
            unexpected.iterator().next() + report.disagreements.get(unexpected.iterator().next()));
    assertEquals(new TreeSet<>(NOT_YET), report.disagreements.keySet(), "take out what agrees now");
    assertEquals(new TreeSet<>(SKIPPED), report.skipped.keySet());
  }
}
