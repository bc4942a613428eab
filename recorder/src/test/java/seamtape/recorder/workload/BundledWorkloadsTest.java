package seamtape.recorder.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.workload.Workload;

/** Every file of fixtures/workloads; adding the file adds the test. */
class BundledWorkloadsTest {
  private static final Path DIRECTORY =
      Path.of(System.getProperty("seamtape.root"), "fixtures", "workloads");

  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .map(name -> name.substring(0, name.length() - 5))
          .sorted()
          .toList();
    }
  }

  @Test
  void areListedInTheIndex() throws IOException {
    assertEquals(names(), WorkloadFile.bundled());
    assertTrue(names().size() >= 10);
  }

  @ParameterizedTest
  @MethodSource("names")
  void areFoundByNameAndSayWhatTheyShow(String name) throws WorkloadException {
    Workload workload = WorkloadFile.read(name, Map.of());
    assertEquals(name, workload.name());
    assertFalse(workload.steps().isEmpty());
    assertTrue(workload.doc().contains("Shows "), "the doc names the rule that it shows");
  }
}
