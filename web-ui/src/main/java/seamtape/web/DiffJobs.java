package seamtape.web;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;
import seamtape.replayer.diff.Diff;
import seamtape.replayer.diff.DiffOptions;
import seamtape.replayer.diff.DiffReport;
import seamtape.replayer.symbols.IgnoreRules;

/** Comparisons of two recordings, made in the background, one at a time, and kept. */
final class DiffJobs {
  private static final int KEPT = 8;
  private static final int MAX_CHANGES = 50_000;

  private final WorkerExecutor worker;
  private final Map<String, Job> jobs = new LinkedHashMap<>();

  private static final class Job {
    final AtomicLong events = new AtomicLong();
    volatile DiffGroups groups;
    volatile Problem fault;
  }

  DiffJobs(Vertx vertx) {
    worker = vertx.createSharedWorkerExecutor("diff", 1, 1, TimeUnit.HOURS);
  }

  /**
   * The comparison as far as it is.
   *
   * @param key of the two recordings as they are now
   * @param rules a line a rule; see {@link IgnoreRules}
   * @param view see {@link DiffGroups#page}
   */
  JsonObject answer(
      String key,
      OpenRecording a,
      OpenRecording b,
      String rules,
      String view,
      long from,
      int count) {
    Job job = job(key + "\n" + rules, a.entry().path(), b.entry().path(), rules);
    if (job.fault != null) {
      forget(key + "\n" + rules);
      throw job.fault;
    }
    DiffGroups groups = job.groups;
    if (groups == null) {
      return new JsonObject().put("complete", false).put("events", job.events.get());
    }
    return Views.diff(groups.report())
        .put("complete", true)
        .put("ribbon", groups.ribbon(a.tape().eventCount()))
        .mergeIn(groups.page(view, from, count));
  }

  private synchronized Job job(String key, Path a, Path b, String rules) {
    IgnoreRules ignored = rules(rules);
    Job known = jobs.get(key);
    if (known != null) {
      return known;
    }
    if (jobs.size() >= KEPT) {
      jobs.remove(jobs.keySet().iterator().next());
    }
    Job job = new Job();
    jobs.put(key, job);
    worker
        .executeBlocking(() -> compare(job, a, b, ignored), false)
        .onSuccess(report -> job.groups = new DiffGroups(report))
        .onFailure(failure -> job.fault = fault(failure));
    return job;
  }

  private static IgnoreRules rules(String text) {
    try {
      return IgnoreRules.parse(text.lines().toList(), "rules");
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(e.getMessage());
    }
  }

  private synchronized void forget(String key) {
    jobs.remove(key);
  }

  private static DiffReport compare(Job job, Path a, Path b, IgnoreRules rules)
      throws TapeException {
    DiffOptions options = new DiffOptions(rules, MAX_CHANGES, job.events::set);
    try (Tape left = Tape.open(a);
        Tape right = Tape.open(b)) {
      return Diff.compare(left, right, options);
    }
  }

  /** Of two recordings, the damaged one is named. */
  private static Problem fault(Throwable failure) {
    return failure instanceof TapeException damage
        ? TraceServer.damage(damage).with("recording", damage.path().getFileName().toString())
        : new Problem(500, "Fault", "comparing failed: " + failure);
  }

  void close() {
    worker.close();
  }
}
