package seamtape.web;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.diff.Change;
import seamtape.replayer.diff.Diff;
import seamtape.replayer.diff.DiffOptions;
import seamtape.replayer.diff.DiffReport;

/** Comparisons of two recordings, made in the background, one at a time, and kept. */
final class DiffJobs {
  private static final int KEPT = 8;
  private static final int MAX_CHANGES = 50_000;

  private final WorkerExecutor worker;
  private final Map<String, Job> jobs = new LinkedHashMap<>();

  private static final class Job {
    final AtomicLong events = new AtomicLong();
    volatile DiffReport report;
    volatile Problem fault;
  }

  DiffJobs(Vertx vertx) {
    worker = vertx.createSharedWorkerExecutor("diff", 1, 1, TimeUnit.HOURS);
  }

  /**
   * The comparison as far as it is.
   *
   * @param key of the two recordings as they are now
   */
  JsonObject answer(String key, Path a, Path b, long from, int count) {
    Job job = job(key, a, b);
    if (job.fault != null) {
      forget(key);
      throw job.fault;
    }
    DiffReport report = job.report;
    if (report == null) {
      return new JsonObject().put("complete", false).put("events", job.events.get());
    }
    JsonArray changes = new JsonArray();
    long end = Math.min(report.changes().size(), from + count);
    for (long i = from; i < end; i++) {
      Change change = report.changes().get((int) i);
      changes.add(Views.change(change));
    }
    return Views.diff(report).put("complete", true).put("from", from).put("changes", changes);
  }

  private synchronized Job job(String key, Path a, Path b) {
    Job known = jobs.get(key);
    if (known != null) {
      return known;
    }
    if (jobs.size() >= KEPT) {
      jobs.remove(jobs.keySet().iterator().next());
    }
    Job job = new Job();
    jobs.put(key, job);
    worker.executeBlocking(
        () -> {
          compare(job, a, b);
          return null;
        },
        true);
    return job;
  }

  private synchronized void forget(String key) {
    jobs.remove(key);
  }

  private static void compare(Job job, Path a, Path b) {
    DiffOptions options = new DiffOptions(Set.of(), MAX_CHANGES, job.events::set);
    try (Tape left = Tape.open(a);
        Tape right = Tape.open(b)) {
      job.report = Diff.compare(left, right, options);
    } catch (TapeException e) {
      job.fault = TraceServer.damage(e);
    } catch (RuntimeException e) {
      job.fault = new Problem(500, "Fault", "comparing failed: " + e);
    }
  }

  void close() {
    worker.close();
  }
}
