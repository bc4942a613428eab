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

  private static final MachineSpec SPEC =
      new MachineSpec("linux-7.3", "intel", "none", "bare", 1, false);

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

  @Test
  void recordsExitsByPortWithoutAllocation() throws Exception {
    try (TapeWriter writer =
        TapeWriter.create(dir.resolve("a.tape"), Manifest.of(Source.SIM, SPEC.profile()))) {
      Meter meter = new Meter(writer);
      try (RecordingVmm vmm = RecordingVmm.of(new Simulator(), SPEC, meter)) {
        Map<String, String> exits = Map.of("count", Integer.toString(EXITS));
        new WorkloadRunner(WorkloadFile.read("pio-storm", exits), vmm, 1).run();
      }
      assertEquals(0, meter.least);
    }
  }
}
