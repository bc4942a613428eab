package seamtape.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import seamtape.catalog.Catalog;
import seamtape.event.Event;

class CodecAllocationTest {
  private static final int EVENTS = 1_000_000;

  private final Event[] events = new Event[64];
  private final byte[] buffer = new byte[1 << 20];
  private final EventEncoder encoder = new EventEncoder();
  private final EventDecoder decoder = new EventDecoder(EventSchema.current());
  private final Event into = new Event();

  @Test
  void encodesAndDecodesAMillionEventsWithoutAllocation() throws IOException {
    RandomEvents random = new RandomEvents(Catalog.calls(), 1);
    for (int i = 0; i < events.length; i++) {
      events[i] = new Event();
      random.next(events[i]);
    }
    run(100_000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    long idle = threads.getCurrentThreadAllocatedBytes() - before;
    before = threads.getCurrentThreadAllocatedBytes();
    run(EVENTS);
    assertEquals(0, threads.getCurrentThreadAllocatedBytes() - before - idle);
  }

  private void run(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      int end = encoder.encode(events[i & 63], 0, buffer, 0);
      decoder.decode(buffer, 0, end, 0, into);
    }
  }
}
