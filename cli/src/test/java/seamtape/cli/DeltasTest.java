package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.replayer.diff.Change;
import seamtape.replayer.diff.Diff;
import seamtape.replayer.diff.DiffOptions;
import seamtape.replayer.diff.DiffReport;

/** Each rule that changed between two kernel lines shows in a diff, and nothing else does. */
class DeltasTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("seamtape.root"), "docs", "PROFILES.md");
  private static final String DERIVED = "<!-- derived from fixtures/workloads/deltas.csv -->\n";

  @TempDir Path dir;

  static Stream<String> workloads() {
    return WorkloadFile.bundled().stream().filter(name -> name.startsWith("delta-"));
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void aDiffOverTwoKernelLinesShowsTheirChangesAndNothingElse(String workload) throws Exception {
    for (String profile : Deltas.LINES) {
      record(workload, profile, profile);
    }
    for (int i = 1; i < Deltas.LINES.size(); i++) {
      String from = Deltas.LINES.get(i - 1);
      String to = Deltas.LINES.get(i);
      List<String> shown =
          diff(from, to).changes().stream().map(Deltas::shown).collect(Collectors.toList());
      assertEquals(expected(workload, from, to), shown, from + " to " + to);
    }
    assertEquals(
        changed("linux-6.2", "linux-6.12", "linux-7.3"), changed("linux-6.2", "linux-7.3"));
  }

  private static List<String> expected(String workload, String from, String to) throws Exception {
    return Deltas.rows().stream()
        .filter(row -> row.workload().equals(workload))
        .filter(row -> row.from().equals(from) && row.to().equals(to))
        .map(Deltas.Row::shown)
        .toList();
  }

  /** The calls that any step of the way from the first profile to the last changes. */
  private Set<Long> changed(String... profiles) throws Exception {
    Set<Long> events = new TreeSet<>();
    for (int i = 1; i < profiles.length; i++) {
      diff(profiles[i - 1], profiles[i]).changes().forEach(change -> events.add(change.a()));
    }
    return events;
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void theSwitchesOfALineChangeNoneOfTheseRules(String workload) throws Exception {
    for (List<String> pair :
        List.of(
            List.of("linux-6.2", "linux-6.2+tdx-shm"),
            List.of("linux-7.3", "linux-7.3+regindex"))) {
      record(workload, pair.get(0), pair.get(0));
      record(workload, pair.get(1), pair.get(1));
      assertEquals(List.<Change>of(), diff(pair.get(0), pair.get(1)).changes());
    }
  }

  private void record(String workload, String profile, String name) throws Exception {
    Path tape = dir.resolve(name + ".tape");
    Sessions.Recorded recorded =
        Sessions.record(
            WorkloadFile.read(workload, Map.of()), Simulators.builtIn(), profile, 1, tape);
    assertEquals(List.of(), recorded.outcome().failed(), profile);
  }

  private DiffReport diff(String from, String to) throws Exception {
    try (Tape a = Tape.open(dir.resolve(from + ".tape"));
        Tape b = Tape.open(dir.resolve(to + ".tape"))) {
      return Diff.compare(a, b, new DiffOptions(Set.of(), 1000, events -> {}));
    }
  }

  @Test
  void everyRowNamesAWorkloadAndItsRule() throws Exception {
    Set<String> named =
        Deltas.rows().stream().map(Deltas.Row::workload).collect(Collectors.toSet());
    assertEquals(workloads().collect(Collectors.toSet()), named);
    assertTrue(Deltas.rows().stream().noneMatch(row -> row.rule().isBlank()));
  }

  @Test
  void theDocumentListsThem() throws Exception {
    String text = Files.readString(DOCUMENT);
    int derived = text.indexOf(DERIVED) + DERIVED.length();
    String fresh = text.substring(0, derived) + Deltas.document();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(DOCUMENT, fresh);
    }
    assertEquals(fresh, Files.readString(DOCUMENT), "stale: run the tests with -Dgolden=update");
  }
}
