package seamtape.recorder.workload;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.machine.MachineSpec;
import seamtape.recorder.RecordingVmm;
import seamtape.sim.Simulator;
import seamtape.sim.workload.WorkloadRunner;
import seamtape.workload.MachineRequest;
import seamtape.workload.Workload;

/**
 * Workloads that say something else than they did: numbers, pointers, sizes, flags, the order of
 * lines, instructions. Each is refused in one line or runs to its end.
 */
class HostileWorkloadTest {
  private static final long SEED = Long.getLong("seamtape.seed", 1);
  private static final boolean SOAK = Boolean.getBoolean("seamtape.soak");
  private static final int ROUNDS = SOAK ? 5_000 : 25;
  private static final int MAX_EVENTS = 2_000;
  private static final Pattern NUMBER = Pattern.compile("\\b(0x[0-9a-fA-F]+|\\d+)\\b");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "-1",
          "7",
          "0xfff",
          "0x1001",
          "65536",
          "0x7fffffff",
          "4294967296",
          "0x7fffffffffffffff",
          "0xffffffffffffffff",
          "0xffff888000000000",
          "99999999999999999999");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "minimal",
        "pio-echo",
        "mmio",
        "memory-slots",
        "dirty-log",
        "irqchip-and-routing",
        "vcpu-state",
        "smp-scheduler",
        "immediate-exit-and-signal",
        "delta-memory-fault"
      })
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void isRefusedInOneLineOrRunsToItsEnd(String name) throws IOException {
    Path file = Path.of(System.getProperty("seamtape.root"), "fixtures/workloads", name + ".yaml");
    String text = Files.readString(file);
    Random random = new Random(SEED * 31 + name.hashCode());
    int ran = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String damaged = text;
      for (int i = random.nextInt(3); i >= 0; i--) {
        damaged = random.nextInt(4) == 0 ? reordered(damaged, random) : renumbered(damaged, random);
      }
      ran += run(damaged) ? 1 : 0;
    }
    assertTrue(ran > ROUNDS / 10, "most were refused before they ran: " + ran);
  }

  private static boolean run(String text) {
    Workload workload;
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      workload = WorkloadReader.read("w.yaml", bytes, Map.of());
    } catch (WorkloadException e) {
      assertFalse(e.getMessage().contains("\n"), e::getMessage);
      return false;
    }
    MachineRequest machine = workload.machine();
    MachineSpec spec =
        new MachineSpec(
            "linux-7.3", machine.vendor(), machine.tdxModule(), machine.role(), 1, false);
    try (RecordingVmm vmm = RecordingVmm.of(new Simulator(), spec, new Bounded())) {
      new WorkloadRunner(workload, vmm, 1, "linux-7.3").run();
    } catch (Enough e) {
      return true;
    }
    return true;
  }

  /** A step may be told to repeat for a year: what it makes of that is seen early. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class Bounded implements EventSink {
    private long events;

    @Override
    public long append(Event event) {
      if (events == MAX_EVENTS) {
        throw new Enough();
      }
      return ++events;
    }
  }

  private static String renumbered(String text, Random random) {
    List<MatchResult> numbers = NUMBER.matcher(text).results().toList();
    MatchResult at = numbers.get(random.nextInt(numbers.size()));
    String other = NUMBERS.get(random.nextInt(NUMBERS.size()));
    return text.substring(0, at.start()) + other + text.substring(at.end());
  }

  /** Two lines change places. */
  private static String reordered(String text, Random random) {
    List<String> lines = new ArrayList<>(Arrays.asList(text.split("\n")));
    int first = random.nextInt(lines.size());
    Collections.swap(lines, first, Math.min(lines.size() - 1, first + 1 + random.nextInt(3)));
    return String.join("\n", lines) + "\n";
  }
}
