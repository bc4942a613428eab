package seamtape.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import seamtape.replayer.query.TapeSummary;

/** The recordings that are open now: at most {@link #MAX_OPEN}, the longest unused goes first. */
final class Recordings {
  static final int MAX_OPEN = 8;

  private final Vertx vertx;
  private final Library library;
  private final WorkerExecutor disk;
  private final Map<String, OpenRecording> open = new LinkedHashMap<>(16, 0.75f, true);

  Recordings(Vertx vertx, Library library) {
    this.vertx = vertx;
    this.library = library;
    disk = vertx.createSharedWorkerExecutor("library", 1, 60, TimeUnit.SECONDS);
  }

  Library library() {
    return library;
  }

  Future<List<Library.Entry>> list() {
    return disk.executeBlocking(library::list, false);
  }

  /** Runs a task on the thread of a recording, opening it first. */
  <T> Future<T> run(String id, OpenRecording.Task<T> task) {
    OpenRecording known = opened(id);
    if (known != null) {
      return known.run(task);
    }
    return disk.executeBlocking(() -> library.find(id), false)
        .compose(entry -> open(entry).run(task));
  }

  /** As {@link #run}, for work that is not only on the recording's thread. */
  <T> Future<T> with(String id, java.util.function.Function<OpenRecording, Future<T>> task) {
    OpenRecording known = opened(id);
    if (known != null) {
      return task.apply(known);
    }
    return disk.executeBlocking(() -> library.find(id), false)
        .compose(entry -> task.apply(open(entry)));
  }

  /** What of an open recording is known to be damaged. */
  List<TapeSummary.Lost> lost(String id) {
    OpenRecording known = opened(id);
    return known == null ? List.of() : known.lost();
  }

  /** How many are open. */
  synchronized int openCount() {
    return open.size();
  }

  private synchronized OpenRecording opened(String id) {
    return open.get(id);
  }

  private synchronized OpenRecording open(Library.Entry entry) {
    OpenRecording recording = open.get(entry.id());
    if (recording == null) {
      recording = new OpenRecording(vertx, entry);
      open.put(entry.id(), recording);
      evict(recording);
    }
    return recording;
  }

  private void evict(OpenRecording newest) {
    Iterator<OpenRecording> eldest = open.values().iterator();
    while (open.size() > MAX_OPEN && eldest.hasNext()) {
      OpenRecording candidate = eldest.next();
      if (candidate != newest && !candidate.busy()) {
        eldest.remove();
        candidate.close();
      }
    }
  }

  /** Closes a recording, so that the next request opens it anew. */
  synchronized Future<Void> forget(String id) {
    OpenRecording recording = open.remove(id);
    return recording == null ? Future.succeededFuture() : recording.close();
  }

  /** Runs what reads or changes the directory. */
  <T> Future<T> onDisk(java.util.concurrent.Callable<T> task) {
    return disk.executeBlocking(task, false);
  }

  synchronized Future<Void> close() {
    List<Future<Void>> closing = new ArrayList<>();
    open.values().forEach(recording -> closing.add(recording.close()));
    open.clear();
    return Future.join(closing).eventually(disk::close).mapEmpty();
  }
}
