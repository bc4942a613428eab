package seamtape.recorder.tape;

import seamtape.codec.EventEncoder;
import seamtape.event.Event;
import seamtape.event.EventSink;

/** The digest that a recording of the same events would have, without making one. */
public final class EventDigest implements EventSink {
  private final EventEncoder encoder = new EventEncoder();
  private final RunChain chain = new RunChain();
  private byte[] bytes = new byte[1 << 16];
  private long events;
  private long time;

  @Override
  public long append(Event event) {
    int most = EventEncoder.maxBytes(event);
    if (most > bytes.length) {
      bytes = new byte[most];
    }
    int length = encoder.encode(event, time, bytes, 0);
    chain.add(bytes, 0, length);
    time = event.time;
    if (++events % RunChain.RUN_EVENTS == 0) {
      chain.endRun();
    }
    return events;
  }

  /** Ends the digest, 64 hex digits; call once, after the last event. */
  public String digest() {
    if (events % RunChain.RUN_EVENTS != 0) {
      chain.endRun();
    }
    return Hex.of(chain.value());
  }
}
