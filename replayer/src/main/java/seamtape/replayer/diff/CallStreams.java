package seamtape.replayer.diff;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
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

/**
 * One recording as a stream of calls per actor, read piece by piece; threads are numbered in the
 * order they appear.
 */
final class CallStreams implements AutoCloseable {
  private static final int PROGRESS_EVERY = 1 << 16;

  private final Map<String, CallStream> byActor = new LinkedHashMap<>();
  private final Map<Long, String> threads = new HashMap<>();
  private final StableFields stable;

  /** The actor of the last event, and its stream: mostly the next one is the same's. */
  private long lastActor = -1;

  private CallStream lastStream;

  private final Symbols symbols = new Symbols();
  private final Cursor cursor;
  private final LongConsumer progress;
  private boolean ended;

  CallStreams(Tape tape, StableFields stable, LongConsumer progress) throws TapeException {
    this.stable = stable;
    this.progress = progress;
    this.cursor = tape.cursor();
  }

  /** Reads some more events, at most so many. */
  void read(int events) throws TapeException {
    for (int i = 0; i < events && !ended; i++) {
      ended = !cursor.next();
      if (!ended) {
        Event event = cursor.event();
        add(event);
        symbols.note(event);
        if (event.number % PROGRESS_EVERY == 0) {
          progress.accept(PROGRESS_EVERY);
        }
      }
    }
  }

  boolean ended() {
    return ended;
  }

  @Override
  public void close() {
    cursor.close();
  }

  private void add(Event event) {
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

  /** Empty while the recording has none of it. */
  CallStream get(String actor) {
    return byActor.computeIfAbsent(actor, key -> new CallStream());
  }

  /** In the order in which they were met. */
  Set<String> actors() {
    return byActor.keySet();
  }
}
