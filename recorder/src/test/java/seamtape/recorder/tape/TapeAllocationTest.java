package seamtape.recorder.tape;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seamtape.event.Event;
import seamtape.recorder.tape.Manifest.Source;

class TapeAllocationTest {
  private static final int EVENTS = 1_000_000;

  @TempDir Path dir;

  @Test
  void appendsAMillionEventsWithoutAllocation() throws TapeException {
    Event[] events = new Event[64];
    Events source = new Events(1);
    for (int i = 0; i < events.length; i++) {
      events[i] = Event.copyOf(source.next());
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (TapeWriter writer =
        TapeWriter.create(dir.resolve("a.tape"), Manifest.of(Source.SIM, "linux-7.3"))) {
      append(writer, events, 300_000);
      long before = threads.getCurrentThreadAllocatedBytes();
      long idle = threads.getCurrentThreadAllocatedBytes() - before;
      before = threads.getCurrentThreadAllocatedBytes();
      append(writer, events, EVENTS);
      assertEquals(0, threads.getCurrentThreadAllocatedBytes() - before - idle);
      writer.seal();
    }
  }

  private static void append(TapeWriter writer, Event[] events, int count) {
    for (int i = 0; i < count; i++) {
      writer.append(events[i & 63]);
    }
  }
}
