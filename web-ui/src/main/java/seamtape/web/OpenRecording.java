package seamtape.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import seamtape.recorder.tape.IndexFile;
import seamtape.recorder.tape.Manifest;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.recorder.tape.TapeIndex;
import seamtape.replayer.index.KeptStates;
import seamtape.replayer.index.RecordingIndex;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.Filter;
import seamtape.replayer.query.FilterException;
import seamtape.replayer.query.Matches;
import seamtape.replayer.query.TapeSummary;
import seamtape.replayer.shape.TapeShape;
import seamtape.replayer.state.StateIndex;

/**
 * A recording that pages read from. Its tape, reader and matches live on one worker thread of its
 * own, since cursors are confined to theirs; the summary is made on another. Each has one thread,
 * which keeps the order: Vert.x's own order is that of all work begun in one context, on whatever
 * thread, so that a request would wait for the pass over the recording.
 */
final class OpenRecording {
  /** Work on a recording's thread. */
  interface Task<T> {
    T run(OpenRecording recording) throws Exception;
  }

  /** Requests waiting for one recording before new ones are turned away. */
  private static final int MAX_WAITING = 64;

  /** Filters whose matches are kept. */
  private static final int KEPT_FILTERS = 8;

  /** Events folded by the index of states before others may use the background thread. */
  private static final int STATES_SLICE = 8192;

  /** Events read by the summary between looks at {@link #closed}. */
  private static final int SLICE = 16_384;

  /** Damaged blocks that are told one by one. */
  private static final int MAX_MET = 64;

  /** What a person waits for first has the processors to itself so long. */
  private static final long FIRST_MILLIS = 500;

  /** Longest that a slice of the background's work waits for requests to be answered. */
  private static final int GIVE_WAY_MILLIS = 20;

  private final Vertx vertx;
  private final Library.Entry entry;
  private final WorkerExecutor worker;
  private final WorkerExecutor background;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean closed;
  private volatile TapeSummary summary;
  private volatile long summarised;

  /** Damage that was met, by its first event. */
  private final Map<Long, TapeSummary.Lost> met = new ConcurrentSkipListMap<>();

  private volatile Tape tape;
  private IndexFile indexFile;
  private CallReader reader;
  private TapeSummary used;
  private IndexFile statesFile;
  private StateKeeper states;
  private EventAxis eventAxis;
  private TapeSummary.Scan scan;
  private StatePass statePass;
  private TapeShape.Builder builder;
  private TapeShape shape;
  private long shapeAt = -1;
  private final Map<String, Matches> matches =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Matches> eldest) {
          return size() > KEPT_FILTERS;
        }
      };

  OpenRecording(Vertx vertx, Library.Entry entry) {
    this.vertx = vertx;
    this.entry = entry;
    worker = vertx.createSharedWorkerExecutor("reader-" + entry.id(), 1, 60, TimeUnit.SECONDS);
    background = vertx.createSharedWorkerExecutor("summary-" + entry.id(), 1, 1, TimeUnit.HOURS);
  }

  Library.Entry entry() {
    return entry;
  }

  boolean busy() {
    return waiting.get() > 0;
  }

  /** True when others wait for the task that runs on the recording's thread. */
  boolean awaited() {
    return waiting.get() > 1;
  }

  /** Runs a task on the recording's thread. */
  <T> Future<T> run(Task<T> task) {
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      return Future.failedFuture(
          new Problem(503, "Too busy", "too many requests wait for this recording; try again"));
    }
    return worker
        .executeBlocking(
            () -> {
              prepare();
              try {
                return task.run(this);
              } catch (TapeException e) {
                met(e);
                throw e;
              }
            },
            false)
        .onComplete(done -> waiting.decrementAndGet());
  }

  private void prepare() throws TapeException {
    if (tape == null) {
      Manifest manifest = Tape.manifestOf(entry.path());
      indexFile = RecordingIndex.file(entry.path(), manifest);
      statesFile = KeptStates.file(entry.path(), manifest);
      tape = Tape.open(entry.path());
      begin();
    }
    TapeSummary made = summary;
    if (made != null && made != used) {
      reader.use(made);
      used = made;
      matches.values().removeIf(Matches::betterAnew);
    }
  }

  private void begin() throws TapeException {
    reader = new CallReader(tape);
    eventAxis = new EventAxis(tape);
    boolean timed = tape.manifest().clock() != Manifest.Clock.NONE;
    builder = new TapeShape.Builder(timed);
    statePass = new StatePass(tape, statesFile);
    scan = new TapeSummary.Scan(tape, builder.andThen(statePass::take));
    if (indexFile != null && !Tape.isLong(tape.eventCount())) {
      recall();
    }
    background.executeBlocking(this::goOn, false);
  }

  /** What an earlier pass has told of a long recording takes longer to read than its first rows. */
  private Void goOn() throws TapeException {
    boolean known = summary != null || recall();
    if (!statePass.recall() || !known) {
      later(known ? this::indexStates : this::summarise);
    }
    if (known) {
      tape.keepIndex();
    }
    return null;
  }

  /** A long pass begins when the first view of a recording has been shown. */
  private void later(Callable<Void> pass) {
    if (!Tape.isLong(tape.eventCount())) {
      background.executeBlocking(pass, false);
      return;
    }
    vertx.setTimer(
        FIRST_MILLIS,
        now -> {
          if (!closed) {
            background.executeBlocking(pass, false);
          }
        });
  }

  /** Takes what an earlier pass has told of a finished recording; false when there is nothing. */
  private boolean recall() {
    RecordingIndex index = indexFile == null ? null : RecordingIndex.read(indexFile);
    if (index == null) {
      return false;
    }
    shape = index.shape();
    shapeAt = scan.at();
    summarised = tape.eventCount();
    summary = index.summary();
    return true;
  }

  /** Reads on to the end of what there is; on the background thread. */
  private Void summarise() throws TapeException {
    boolean grew = summary == null;
    while (!closed && scan.advance(SLICE)) {
      summarised = scan.at();
      grew = true;
      giveWay();
    }
    if (!closed && (grew || scan.at() > summarised)) {
      summarised = scan.at();
      summary = scan.summary();
      keep();
    }
    if (!closed) {
      statePass.ended();
    }
    return null;
  }

  /** People wait for what they asked for; the pass may take a little longer. */
  private void giveWay() {
    try {
      for (int i = 0; i < GIVE_WAY_MILLIS && busy() && !closed; i++) {
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** So that the next server need not read the recording for it; where it may not, it must. */
  private void keep() throws TapeException {
    boolean ended = tape.manifest().state() != Manifest.State.OPEN;
    if (indexFile != null && ended && lost().isEmpty()) {
      new RecordingIndex(summary, shape()).write(indexFile);
      tape.keepIndex();
    }
  }

  /** Folds a slice of the events, and the rest later; on the background thread. */
  private Void indexStates() throws TapeException {
    giveWay();
    if (!closed && statePass.advance(STATES_SLICE)) {
      background.executeBlocking(this::indexStates, false);
    } else if (!closed) {
      statePass.ended();
    }
    return null;
  }

  /** True when all that can be folded is in the index of states. */
  boolean statesIndexed() {
    return statePass.complete();
  }

  StateIndex stateIndex() {
    return statePass.index();
  }

  /** Takes what was added to a recording that is still open; on its thread. */
  void refresh() throws TapeException {
    boolean open = tape.manifest().state() == Manifest.State.OPEN;
    if (open && summary != null && tape.refresh()) {
      reader.close();
      reader = new CallReader(tape);
      used = null;
      matches.clear();
      statePass.goOn();
      prepare();
      background.executeBlocking(this::summarise, false);
    }
  }

  /**
   * Runs a task with the shape of all events read so far, on the background thread, once the first
   * pass is over; null until then.
   */
  <T> Future<T> withShape(Function<TapeShape, T> task) {
    Future<Boolean> known =
        summary == null ? run(recording -> summary != null) : Future.succeededFuture(true);
    return known.compose(
        passed ->
            passed
                ? background.executeBlocking(() -> task.apply(shape()), false)
                : Future.succeededFuture());
  }

  private TapeShape shape() {
    if (shapeAt != scan.at()) {
      shape = builder.shape();
      shapeAt = scan.at();
    }
    return shape;
  }

  /** States of the machine; on the recording's thread. */
  StateKeeper states() {
    if (states == null) {
      states = new StateKeeper(tape, statePass.index());
    }
    return states;
  }

  /** On the recording's thread. */
  EventAxis eventAxis() {
    return eventAxis;
  }

  Tape tape() {
    return tape;
  }

  CallReader reader() {
    return reader;
  }

  /** Null while it is being made. */
  TapeSummary summary() {
    return used;
  }

  /** What the last pass had to leave out, or else what was met since; any thread. */
  List<TapeSummary.Lost> lost() {
    TapeSummary made = summary;
    return made == null || made.lost().isEmpty() ? List.copyOf(met.values()) : made.lost();
  }

  /**
   * Notes damage that somebody came upon: an index tells what an earlier pass has read, and the
   * journal may have been damaged since. On the recording's thread.
   */
  void met(TapeException why) {
    if (why.event() <= 0) {
      return;
    }
    long first = why.event();
    long last = tape.eventCount();
    for (TapeIndex.Block block : tape.index().blocks()) {
      if (block.firstEvent() <= why.event()) {
        first = block.firstEvent();
      } else {
        last = block.firstEvent() - 1;
        break;
      }
    }
    if (met.size() < MAX_MET) {
      met.putIfAbsent(first, new TapeSummary.Lost(first, last, why));
    }
  }

  /** Events the summary has seen. */
  long summarised() {
    return summarised;
  }

  /** The matches of a filter, found so far; on the recording's thread. */
  Matches matches(String filter) throws FilterException {
    Matches known = matches.get(filter);
    if (known == null) {
      known = new Matches(Filter.parse(filter));
      matches.put(filter, known);
    }
    return known;
  }

  /** Ends the background pass, closes the tape on its thread, and then the threads. */
  Future<Void> close() {
    closed = true;
    return background
        .<Void>executeBlocking(() -> null, false)
        .compose(
            done ->
                worker.<Void>executeBlocking(
                    () -> {
                      if (states != null) {
                        states.close();
                      }
                      if (reader != null) {
                        scan.close();
                        eventAxis.close();
                        statePass.close();
                        reader.close();
                        tape.close();
                      }
                      return null;
                    },
                    false))
        .eventually(worker::close)
        .eventually(background::close);
  }
}
