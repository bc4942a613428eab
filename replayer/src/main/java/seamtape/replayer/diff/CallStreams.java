package seamtape.replayer.diff;

import java.util.ArrayDeque;
import java.util.Deque;
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
  private final Map<Long, Deque<Integer>> open = new HashMap<>();
  private final StableFields stable;

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
      int index = stream(event.actor).add(event.number, name(event), stable.hash(event, symbols));
      open.computeIfAbsent(event.actor, key -> new ArrayDeque<>()).push(index);
    } else if (event.phase == Phase.RETURN) {
      Deque<Integer> calls = open.get(event.actor);
      if (calls != null && !calls.isEmpty()) {
        stream(event.actor).answer(calls.pop(), event.number, stable.hash(event, symbols));
      }
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

  /** Thread ids differ from run to run; their order of appearance does not. */
  private CallStream stream(long actor) {
    String name =
        Actor.isVmm(actor)
            ? threads.computeIfAbsent(actor, key -> "thread" + threads.size())
            : Actor.text(actor);
    return byActor.computeIfAbsent(name, key -> new CallStream());
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
