package seamtape.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.query.CallReader;
import seamtape.replayer.query.Filter;
import seamtape.replayer.query.FilterException;
import seamtape.replayer.query.Matches;
import seamtape.replayer.query.TapeSummary;

/**
 * A recording that pages read from. Its tape, reader and matches live on one worker thread of its
 * own, since cursors are confined to theirs; the summary is made on another.
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

  /** Events read by the summary between looks at {@link #closed}. */
  private static final int SLICE = 65_536;

  private final Library.Entry entry;
  private final WorkerExecutor worker;
  private final WorkerExecutor background;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean closed;
  private volatile TapeSummary summary;
  private volatile long summarised;

  private Tape tape;
  private CallReader reader;
  private boolean summaryUsed;
  private final Map<String, Matches> matches =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Matches> eldest) {
          return size() > KEPT_FILTERS;
        }
      };

  OpenRecording(Vertx vertx, Library.Entry entry) {
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
              return task.run(this);
            },
            true)
        .onComplete(done -> waiting.decrementAndGet());
  }

  private void prepare() throws TapeException {
    if (tape == null) {
      tape = Tape.open(entry.path());
      begin();
    }
    TapeSummary made = summary;
    if (made != null && !summaryUsed) {
      reader.use(made);
      summaryUsed = true;
    }
  }

  private void begin() throws TapeException {
    reader = new CallReader(tape);
    matches.clear();
    summary = null;
    summaryUsed = false;
    Tape summarisedTape = tape;
    background.executeBlocking(
        () -> {
          summarise(summarisedTape);
          return null;
        },
        true);
  }

  private void summarise(Tape of) {
    try (TapeSummary.Scan scan = new TapeSummary.Scan(of)) {
      while (!closed && scan.advance(SLICE)) {
        summarised = scan.at();
      }
      if (!closed) {
        summary = scan.summary();
      }
    }
  }

  /** Takes what was added to a recording that is still open; on its thread. */
  void refresh() throws TapeException {
    if (summary != null && tape.refresh()) {
      reader.close();
      begin();
    }
  }

  Tape tape() {
    return tape;
  }

  CallReader reader() {
    return reader;
  }

  /** Null while it is being made. */
  TapeSummary summary() {
    return summaryUsed ? summary : null;
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
        .<Void>executeBlocking(() -> null, true)
        .compose(
            done ->
                worker.<Void>executeBlocking(
                    () -> {
                      if (reader != null) {
                        reader.close();
                        tape.close();
                      }
                      return null;
                    },
                    true))
        .eventually(worker::close)
        .eventually(background::close);
  }
}
