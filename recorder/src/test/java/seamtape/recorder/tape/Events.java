package seamtape.recorder.tape;

import java.util.List;
import java.util.Random;
import seamtape.catalog.Call;
import seamtape.catalog.Catalog;
import seamtape.catalog.Family;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.EventSink;

/** Events for tests: any row, any values, from a seed. */
final class Events {
  /**
   * Rows whose events have as many bytes whatever else the catalog has: their fields are those of
   * an old interface, and their places in the schema's union take as many bytes as ever.
   */
  private static final List<Call> SETTLED =
      List.of(FileOperation.OPEN, FileOperation.CLOSE, KvmIoctl.KVM_INTERRUPT, Input.SIGNAL);

  private final Random random;
  private final List<Call> calls;
  private final Event event = new Event();
  private long time;

  Events(long seed) {
    this(seed, Catalog.calls());
  }

  private Events(long seed, List<Call> calls) {
    random = new Random(seed);
    this.calls = calls;
  }

  /** The same bytes in every build, for tests that count what becomes of each. */
  static Events settled(long seed) {
    return new Events(seed, SETTLED);
  }

  /** The next event; reused. */
  Event next() {
    Call call = calls.get(random.nextInt(calls.size()));
    time += random.nextInt(1 << random.nextInt(20));
    long actor = random.nextBoolean() ? Actor.vmm(1) : Actor.vcpu(0, random.nextInt(4));
    if (call.family() == Family.INPUT) {
      event.input(call, actor, time);
    } else if (random.nextBoolean()) {
      event.enter(call, actor, time, random.nextInt(100));
    } else {
      event.returns(call, actor, time, 1 + random.nextInt(3));
    }
    for (int i = 0; i < event.fieldCount(); i++) {
      event.fields[i] = random.nextLong() >> random.nextInt(64);
    }
    for (int i = call.copies() ? random.nextInt(3) : 0; i > 0; i--) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      event.copy(random.nextInt(4096), bytes, 0, bytes.length);
    }
    return event;
  }

  static void append(EventSink sink, long seed, int count) {
    Events events = new Events(seed);
    for (int i = 0; i < count; i++) {
      sink.append(events.next());
    }
  }

  /** All that an event says, for comparisons. */
  static String text(Event event) {
    StringBuilder text = new StringBuilder();
    text.append(event.number).append(' ').append(event.phase).append(' ');
    text.append(event.call.name()).append(' ').append(event.actor).append(' ');
    text.append(event.time).append(' ').append(event.link);
    for (int i = 0; i < event.fieldCount(); i++) {
      text.append(' ').append(event.fields[i]);
    }
    for (int i = 0; i < event.copyCount(); i++) {
      text.append(' ').append(event.copyAt(i)).append(':').append(Hex.of(event.copied(i)));
    }
    return text.toString();
  }
}
