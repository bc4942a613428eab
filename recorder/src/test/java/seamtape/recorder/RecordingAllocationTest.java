package seamtape.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.machine.MachineSpec;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Manifest.Source;
import seamtape.recorder.tape.TapeWriter;
import seamtape.recorder.workload.WorkloadFile;
import seamtape.sim.Simulator;
import seamtape.sim.workload.WorkloadRunner;

class RecordingAllocationTest {
  private static final int EXITS = 400_000;

  private static final int TURNS = 100_000;

  private static final MachineSpec SPEC =
      new MachineSpec("linux-7.3", "intel", "1.5", "bare", 1, false);

  @TempDir Path dir;

  /**
   * Tells the least that the thread allocated in any window of events: while the compiler is still
   * at work there are windows that allocate, in the steady state there are none.
   */
  private static final class Meter implements EventSink {
    private static final int WINDOW = 50_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final EventSink sink;
    private long before;
    private long least = Long.MAX_VALUE;

    Meter(EventSink sink) {
      this.sink = sink;
    }

    @Override
    public long append(Event event) {
      long number = sink.append(event);
      if (number % WINDOW == 0) {
        long now = threads.getCurrentThreadAllocatedBytes();
        least = number == WINDOW ? least : Math.min(least, now - before);
        before = threads.getCurrentThreadAllocatedBytes();
      }
      return number;
    }
  }

  private long leastAllocated(String workload, int count) throws Exception {
    try (TapeWriter writer =
        TapeWriter.create(dir.resolve("a.tape"), Manifest.of(Source.SIM, SPEC.profile()))) {
      Meter meter = new Meter(writer);
      try (RecordingVmm vmm = RecordingVmm.of(new Simulator(), SPEC, meter)) {
        Map<String, String> parameters = Map.of("count", Integer.toString(count));
        new WorkloadRunner(WorkloadFile.read(workload, parameters), vmm, 1).run();
      }
      return meter.least;
    }
  }

  @Test
  void recordsExitsByPortWithoutAllocation() throws Exception {
    assertEquals(0, leastAllocated("pio-storm", EXITS));
  }

  /** SEAMCALLs, TDCALLs and TDVMCALLs, nested beneath one KVM_RUN. */
  @Test
  void recordsNestedCallsOfATdWithoutAllocation() throws Exception {
    assertEquals(0, leastAllocated("td-io-storm", TURNS));
  }
}
