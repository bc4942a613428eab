package seamtape.replayer.diff;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import seamtape.catalog.Field;
import seamtape.catalog.Format;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.symbols.StableFields;
import seamtape.replayer.symbols.Symbols;

/** One recording as a stream of calls per actor; threads are numbered in the order they appear. */
final class CallStreams {
  private static final int PROGRESS_EVERY = 1 << 16;

  private final Map<String, CallStream> byActor = new LinkedHashMap<>();
  private final Map<Long, String> threads = new HashMap<>();
  private final StableFields stable;

  /** The actor of the last event, and its stream: mostly the next one is the same's. */
  private long lastActor = -1;

  private CallStream lastStream;

  private CallStreams(StableFields stable) {
    this.stable = stable;
  }

  static CallStreams of(Tape tape, StableFields stable, LongConsumer progress)
      throws TapeException {
    CallStreams streams = new CallStreams(stable);
    Symbols symbols = new Symbols();
    try (Cursor cursor = tape.cursor()) {
      while (cursor.next()) {
        Event event = cursor.event();
        streams.add(event, symbols);
        symbols.note(event);
        if (event.number % PROGRESS_EVERY == 0) {
          progress.accept(PROGRESS_EVERY);
        }
      }
    }
    return streams;
  }

  private void add(Event event, Symbols symbols) {
    if (event.phase == Phase.ENTER) {
      stream(event.actor).begin(event.number, name(event), stable.hash(event, symbols));
    } else if (event.phase == Phase.RETURN) {
      stream(event.actor).answer(event.number, stable.hash(event, symbols));
    }
  }

  /** Calls that ask about one of many things are told apart by it: capabilities, vCPU ids. */
  private static long name(Event event) {
    long name = event.call.label().hashCode();
    int index = 0;
    for (Field field : event.call.in()) {
      if (field.format() == Format.CAPABILITY || field.format() == Format.REQUEST) {
        name = name * 31 + event.fields[index] + 1;
      }
      index++;
    }
    return name;
  }

  private CallStream stream(long actor) {
    if (lastStream == null || actor != lastActor) {
      lastStream = byActor.computeIfAbsent(name(actor), key -> new CallStream());
      lastActor = actor;
    }
    return lastStream;
  }

  /** Thread ids differ from run to run; their order of appearance does not. */
  private String name(long actor) {
    return Actor.isVmm(actor)
        ? threads.computeIfAbsent(actor, key -> "thread" + threads.size())
        : Actor.text(actor);
  }

  CallStream get(String actor) {
    return byActor.getOrDefault(actor, new CallStream());
  }

  Iterable<String> actors() {
    return byActor.keySet();
  }

  boolean has(String actor) {
    return byActor.containsKey(actor);
  }
}
