package seamtape.recorder.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.sim.Simulator;
import seamtape.sim.workload.Outcome;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.MachineRequest;
import seamtape.workload.Workload;

/** Every file of fixtures/workloads; adding the file adds the test. */
class BundledWorkloadsTest {
  private static final Path DIRECTORY =
      Path.of(System.getProperty("seamtape.root"), "fixtures", "workloads");

  /** Workload, events, and a digest of what they say, on linux-7.3 with seed 42. */
  private static final Path DIGESTS =
      Path.of(System.getProperty("seamtape.root"), "fixtures", "golden", "workload-events.txt");

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

  /** The workloads that were asked for by name: each states outcomes and cites what it shows. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "boot-td",
        "td-attest",
        "td-io-storm",
        "td-convert-memory",
        "td-teardown",
        "td-ve",
        "td-errors",
        "module-absent",
        "sev-launch",
        "sev-es",
        "snp-launch",
        "hypercall-storm",
        "many-vms",
        "tdx-shm"
      })
  void thoseOfTheWholeStackStateOutcomesAndCiteTheRule(String name) throws Exception {
    String text = Files.readString(DIRECTORY.resolve(name + ".yaml"));
    assertTrue(text.split("expect:", -1).length > 4, "outcomes");
    String shown = WorkloadFile.read(name, Map.of()).doc().split("Shows ", 2)[1];
    String rule = "rows? S\\d|[a-z-]+\\.(csv|md)|section \\d|TDV?M?CALL table";
    assertTrue(shown.matches("(?s).*(" + rule + ").*"), shown);
  }

  private static boolean runs(String name, String profile) {
    try {
      return WorkloadFile.read(name, Map.of()).runsOn(profile);
    } catch (WorkloadException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<Arguments> namesAndProfiles() throws IOException {
    return names().stream()
        .flatMap(
            name ->
                new Simulator()
                    .profiles().stream()
                        .filter(p -> runs(name, p))
                        .map(p -> Arguments.of(name, p)));
  }

  @ParameterizedTest
  @MethodSource("namesAndProfiles")
  void goAsTheyExpectOnEveryProfile(String name, String profile) throws WorkloadException {
    Outcome outcome = new Recorded().run(name, profile, 1);
    assertEquals(List.of(), outcome.failed());
    assertEquals(List.of(), outcome.warnings());
  }

  @ParameterizedTest
  @MethodSource("names")
  void makeTheSameEventsAgain(String name) throws WorkloadException {
    Recorded first = new Recorded();
    Recorded second = new Recorded();
    first.run(name, "linux-7.3", 42);
    second.run(name, "linux-7.3", 42);
    assertTrue(first.count > 0);
    assertEquals(first.digest, second.digest);
  }

  /** The list is the same on every JDK and machine: whichever runs the tests holds it. */
  @Test
  void makeTheEventsOfTheGoldenListOnEveryJdk() throws Exception {
    StringBuilder list = new StringBuilder();
    for (String name : names()) {
      Recorded recorded = new Recorded();
      recorded.run(name, "linux-7.3", 42);
      String digest = HexFormat.of().toHexDigits(recorded.digest);
      list.append(name).append(' ').append(recorded.count).append(' ').append(digest).append('\n');
    }
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(DIGESTS, list);
    }
    assertEquals(Files.readString(DIGESTS), list.toString(), "-Dgolden=update rewrites it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two-vms", "smp-scheduler", "immediate-exit-and-signal"})
  void goAsTheyExpectInWhateverOrderTheirThreadsRun(String name) throws WorkloadException {
    Set<Long> digests = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      Recorded recorded = new Recorded();
      assertEquals(List.of(), recorded.run(name, "linux-7.3", seed).failed());
      digests.add(recorded.digest);
    }
    assertTrue(digests.size() > 10, "other seeds, other orders");
  }

  @Test
  void takeTheirParametersFromTheCaller() throws WorkloadException {
    Recorded few = new Recorded();
    Workload workload = WorkloadFile.read("pio-storm", Map.of("count", "5"));
    assertTrue(few.run(workload, "linux-7.3", 1).asExpected());
    Recorded many = new Recorded();
    many.run("pio-storm", "linux-7.3", 1);
    assertEquals(2 * 995, many.count - few.count);
  }

  /** A run that keeps a digest of its events. */
  private static final class Recorded implements EventSink {
    long count;
    long digest = 1;

    Outcome run(String name, String profile, long seed) throws WorkloadException {
      return run(WorkloadFile.read(name, Map.of()), profile, seed);
    }

    Outcome run(Workload workload, String profile, long seed) {
      MachineRequest machine = workload.machine();
      MachineSpec spec =
          new MachineSpec(
              profile, machine.vendor(), machine.tdxModule(), machine.role(), seed, false);
      try (RecordingVmm vmm = RecordingVmm.of(new Simulator(), spec, this)) {
        return new WorkloadRunner(workload, vmm, seed, profile).run();
      }
    }

    @Override
    public long append(Event event) {
      add(event.phase.ordinal());
      add(event.call.name().hashCode());
      add(event.time);
      add(event.actor);
      add(event.link);
      for (int i = 0; i < event.fieldCount(); i++) {
        add(event.fields[i]);
      }
      for (int i = 0; i < event.copyCount(); i++) {
        add(event.copyAt(i));
        add(Arrays.hashCode(event.copied(i)));
      }
      return ++count;
    }

    private void add(long value) {
      digest = digest * 0x5851f42d4c957f2dL + value;
    }
  }
}
