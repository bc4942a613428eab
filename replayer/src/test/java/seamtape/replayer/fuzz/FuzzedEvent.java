package seamtape.replayer.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import seamtape.catalog.Call;
import seamtape.catalog.Input;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.Seamcall;
import seamtape.codec.EventDecoder;
import seamtape.codec.EventEncoder;
import seamtape.codec.EventSchema;
import seamtape.codec.MalformedEventException;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.EventText;
import seamtape.event.EventView;

/** Bytes as events: what decodes can be shown, and encoded again it is the same event. */
final class FuzzedEvent implements FuzzedReader.Target {
  private static final EventDecoder DECODER = new EventDecoder(EventSchema.current());

  @Override
  public byte[] seed() {
    byte[] bytes = new byte[1 << 16];
    EventEncoder encoder = new EventEncoder();
    Event event = new Event();
    int at = 0;
    for (Call call :
        List.of(KvmIoctl.KVM_RUN, KvmIoctl.KVM_SET_CPUID2, Seamcall.TDH_MEM_SEPT_ADD)) {
      event.enter(call, Actor.vcpu(0, 0), at, 1);
      if (call.copies()) {
        event.copy(8, bytes, 0, 40);
      }
      at = encoder.encode(event, at, bytes, at);
    }
    event.input(Input.SIGNAL, Actor.vmm(1), at);
    return Arrays.copyOf(bytes, encoder.encode(event, 0, bytes, at));
  }

  @Override
  public void read(byte[] bytes) {
    byte[] padded = Arrays.copyOf(bytes, bytes.length + EventDecoder.FAST_BYTES);
    Event event = new Event();
    long time = 0;
    int at = 0;
    try {
      while (at < bytes.length) {
        int end = DECODER.decode(padded, at, bytes.length, time, event);
        if (end <= at || end > bytes.length) {
          throw new IllegalStateException("read to " + end + " of " + bytes.length);
        }
        requireSameWithoutRoom(bytes, at, end, time, event);
        at = end;
        requireWhole(event, time);
        time = event.time;
      }
    } catch (MalformedEventException e) {
      return; // its own word for it
    }
  }

  /** The fast way needs room behind the event; without it the other one must say the same. */
  private static void requireSameWithoutRoom(byte[] bytes, int from, int to, long time, Event event)
      throws MalformedEventException {
    Event slow = new Event();
    int end = DECODER.decode(Arrays.copyOfRange(bytes, from, to), 0, to - from, time, slow);
    if (end != to - from || !same(event, slow)) {
      throw new IllegalStateException("two ways to decode, two events");
    }
  }

  /** An event that was read, or that an importer made. */
  static void requireWhole(Event event, long timeBefore) throws MalformedEventException {
    EventText.event(event, null, "intel");
    EventView.of(event, null, "amd").fields();
    byte[] bytes = new byte[EventEncoder.maxBytes(event) + EventDecoder.FAST_BYTES];
    int length = new EventEncoder().encode(event, timeBefore, bytes, 0);
    Event again = new Event();
    DECODER.decode(bytes, 0, length, timeBefore, again);
    if (!same(event, again)) {
      throw new IllegalStateException("another event comes back: " + EventView.of(event).fields());
    }
  }

  private static boolean same(Event a, Event b) {
    boolean copies = a.copyCount() == b.copyCount();
    for (int i = 0; copies && i < a.copyCount(); i++) {
      copies = a.copyAt(i) == b.copyAt(i) && Arrays.equals(a.copied(i), b.copied(i));
    }
    int count = a.fieldCount();
    return copies
        && a.phase == b.phase
        && a.call == b.call
        && a.actor == b.actor
        && a.time == b.time
        && a.link == b.link
        && Arrays.equals(a.fields, 0, count, b.fields, 0, count);
  }

  /** Bytes as the schema of another build, and as events of it. */
  static void schema(byte[] bytes) {
    try {
      EventSchema schema = EventSchema.parse(new String(bytes, StandardCharsets.UTF_8));
      EventDecoder decoder = new EventDecoder(schema);
      Event event = new Event();
      for (byte branch = 0; branch < 8; branch += 2) {
        byte[] one = new byte[64 + EventDecoder.FAST_BYTES];
        one[0] = branch;
        decode(decoder, one, event);
      }
    } catch (MalformedEventException e) {
      return; // its own word for it
    }
  }

  private static void decode(EventDecoder decoder, byte[] bytes, Event event) {
    try {
      decoder.decode(bytes, 0, 64, 0, event);
      EventText.event(event, null, "intel");
    } catch (MalformedEventException e) {
      return; // fewer branches than that
    }
  }
}
