package seamtape.web;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What makes recordings from the page: one at a time, each with its progress. */
final class Jobs {
  private static final int KEPT = 32;
  private static final int MAX_WAITING = 8;

  /** One recording being made. */
  static final class Job {
    final String id;
    final String kind;
    final String recording;
    final AtomicLong events = new AtomicLong();
    volatile long of;
    volatile String state = "waiting";
    volatile String message = "";
    volatile List<String> warnings = List.of();
    volatile boolean cancelled;

    Job(String id, String kind, String recording) {
      this.id = id;
      this.kind = kind;
      this.recording = recording;
    }

    boolean ended() {
      return !state.equals("waiting") && !state.equals("running");
    }

    /** Called for each event: tells how far it is, and stops when it was cancelled. */
    void reached(long event) {
      events.set(event);
      if (cancelled) {
        throw new CancellationException("cancelled");
      }
    }

    JsonObject json() {
      return new JsonObject()
          .put("id", id)
          .put("kind", kind)
          .put("recording", recording)
          .put("state", state)
          .put("events", events.get())
          .put("of", of)
          .put("message", message)
          .put("warnings", new JsonArray(warnings));
    }
  }

  /** The work: blocking. */
  interface Work {
    void run(Job job) throws Exception;
  }

  private final WorkerExecutor worker;
  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private int last;

  Jobs(Vertx vertx) {
    worker = vertx.createSharedWorkerExecutor("jobs", 1, 1, TimeUnit.DAYS);
  }

  synchronized Job start(String kind, String recording, Work work) {
    long waiting = jobs.values().stream().filter(job -> !job.ended()).count();
    if (waiting >= MAX_WAITING) {
      throw new Problem(503, "Too busy", waiting + " recordings are being made; try again later");
    }
    Job job = new Job(Integer.toString(++last), kind, recording);
    jobs.put(job.id, job);
    if (jobs.size() > KEPT) {
      jobs.values().stream().filter(Job::ended).findFirst().ifPresent(old -> jobs.remove(old.id));
    }
    worker.executeBlocking(() -> run(job, work), false);
    return job;
  }

  private static Void run(Job job, Work work) {
    job.state = "running";
    try {
      job.reached(0);
      work.run(job);
      job.state = "done";
    } catch (CancellationException e) {
      job.message = "cancelled";
      job.state = "cancelled";
    } catch (Exception e) {
      job.message = e.getMessage() == null ? e.toString() : e.getMessage();
      job.state = "failed";
    }
    return null;
  }

  synchronized Job find(String id) {
    Job job = jobs.get(id);
    if (job == null) {
      throw Problem.notFound("no job is called " + id);
    }
    return job;
  }

  synchronized JsonArray list() {
    JsonArray list = new JsonArray();
    jobs.values().forEach(job -> list.add(job.json()));
    return list;
  }

  /** Cancels what runs: an event later it stops. */
  synchronized void close() {
    jobs.values().forEach(job -> job.cancelled = true);
    worker.close();
  }
}
