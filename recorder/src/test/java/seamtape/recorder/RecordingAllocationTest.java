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

  /** Events until the JIT has compiled the path; two events an exit. */
  private static final long WARM = 500_000;

  private static final MachineSpec SPEC =
      new MachineSpec("linux-7.3", "intel", "none", "bare", 1, false);

  @TempDir Path dir;

  /** Tells what the thread had allocated at the first and at the last of some events. */
  private static final class Meter implements EventSink {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final EventSink sink;
    private long atFirst;
    private long atLast;

    Meter(EventSink sink) {
      this.sink = sink;
    }

    @Override
    public long append(Event event) {
      long number = sink.append(event);
      if (number == WARM) {
        threads.getCurrentThreadAllocatedBytes();
        atFirst = threads.getCurrentThreadAllocatedBytes();
      } else if (number == 2 * EXITS) {
        atLast = threads.getCurrentThreadAllocatedBytes();
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
      assertEquals(0, meter.atLast - meter.atFirst);
    }
  }
}
