package seamtape.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import seamtape.cli.Deltas.Row;
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
          diff(workload, from, to).changes().stream()
              .map(Deltas::shown)
              .collect(Collectors.toList());
      assertEquals(expected(workload, from, to), shown, from + " to " + to);
    }
    assertEquals(
        changed(workload, "linux-6.2", "linux-6.12", "linux-7.3"),
        changed(workload, "linux-6.2", "linux-7.3"));
  }

  private static List<String> expected(String workload, String from, String to) throws Exception {
    return Deltas.rows().stream()
        .filter(row -> row.workload().equals(workload))
        .filter(row -> row.from().equals(from) && row.to().equals(to))
        .map(Row::shown)
        .toList();
  }

  /** The calls that any step of the way from the first profile to the last changes. */
  private Set<Long> changed(String workload, String... profiles) throws Exception {
    Set<Long> events = new TreeSet<>();
    for (int i = 1; i < profiles.length; i++) {
      diff(workload, profiles[i - 1], profiles[i])
          .changes()
          .forEach(change -> events.add(change.a()));
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
      assertEquals(List.<Change>of(), diff(workload, pair.get(0), pair.get(1)).changes());
    }
  }

  private void record(String workload, String profile, String name) throws Exception {
    Path tape = dir.resolve(name + ".tape");
    Sessions.Recorded recorded =
        Sessions.record(
            WorkloadFile.read(workload, Map.of()), Simulators.builtIn(), profile, 1, tape);
    assertEquals(List.of(), recorded.outcome().failed(), profile);
  }

  private DiffReport diff(String workload, String from, String to) throws Exception {
    try (Tape a = Tape.open(dir.resolve(from + ".tape"));
        Tape b = Tape.open(dir.resolve(to + ".tape"))) {
      return Diff.compare(a, b, new DiffOptions(Deltas.rules(workload), 1000, events -> {}));
    }
  }

  @Test
  void everyRowNamesAWorkloadAndItsRule() throws Exception {
    Set<String> named = Deltas.rows().stream().map(Row::workload).collect(Collectors.toSet());
    assertEquals(workloads().collect(Collectors.toSet()), named);
    assertTrue(Deltas.rows().stream().noneMatch(row -> row.rule().isBlank()));
  }

  /** Three columns of values from the third on; "min(…)" and the like depend on the host. */
  @Test
  void everyCapabilityWhoseValueChangedIsShown() throws Exception {
    List<String> changed =
        table("cpu-capabilities.csv")
            .filter(
                cell ->
                    Stream.of(cell[2], cell[3], cell[4]).allMatch(v -> v.matches("(0x)?[0-9a-f]+")))
            .filter(cell -> !cell[2].equals(cell[3]) || !cell[3].equals(cell[4]))
            .map(cell -> cell[0])
            .toList();
    assertTrue(changed.contains("KVM_CAP_USER_MEMORY2"), changed::toString);
    assertEquals(List.of(), changed.stream().filter(name -> !isShown(Row::about, name)).toList());
  }

  /** The x86 ioctls that Linux 7.3 dispatches and an older header does not have. */
  @Test
  void everyIoctlThatCameIsShown() throws Exception {
    List<String> came =
        table("kvm-ioctls.csv")
            .filter(cell -> cell[cell.length - 2].equals("yes"))
            .filter(
                cell -> !cell[cell.length - 5].equals("y") || !cell[cell.length - 4].equals("y"))
            .map(cell -> cell[0])
            .toList();
    assertTrue(came.contains("KVM_PRE_FAULT_MEMORY"), came::toString);
    assertEquals(List.of(), came.stream().filter(name -> !isShown(Row::call, name)).toList());
  }

  private static Stream<String[]> table(String name) throws Exception {
    Path file = DOCUMENT.resolveSibling("../fixtures/abi").resolve(name);
    return Files.readAllLines(file).stream().skip(1).map(line -> line.split(","));
  }

  private static boolean isShown(Function<Row, String> column, String name) {
    try {
      return Deltas.rows().stream().map(column).anyMatch(name::equals);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
