package seamtape.recorder.ftrace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.event.Subject;
import seamtape.recorder.log.LogSources;
import seamtape.recorder.log.Warnings;
import seamtape.recorder.log.Warnings.Kind;

/**
 * The runs of a trace, for a log of the same program run that shows each KVM_RUN but not what its
 * exit was about. Runs are matched by vCPU and order: the two clocks have nothing in common. Where
 * log and trace contradict each other, the rest of that vCPU stays unknown.
 */
public final class TraceRuns {
  /** Runs that are kept, of all vCPUs. */
  private static final int MAX_RUNS = 1 << 22;

  /** The runs of one vCPU, and how matching them went. */
  private static final class OfVcpu {
    final Deque<VcpuRun> next = new ArrayDeque<>();
    long traced;
    long logged;
    long matched;
    boolean lost;
  }

  private final String name;
  private final Map<Long, OfVcpu> vcpus = new TreeMap<>();
  private long kept;

  private TraceRuns(String name) {
    this.name = name;
  }

  /** No trace: nothing is ever matched. */
  public static TraceRuns none() {
    return new TraceRuns("");
  }

  /**
   * @param warnings told what the trace does not tell
   * @throws seamtape.recorder.log.ImportException when the file is no trace
   */
  public static TraceRuns of(Path trace, InputStream stdin, Warnings warnings) throws IOException {
    TraceRuns runs = new TraceRuns(trace.toString());
    try (LogSources sources = LogSources.open(List.of(trace), stdin)) {
      FtraceReader.runs(sources.sources(), runs.new Collecting(), warnings);
    }
    if (runs.kept > MAX_RUNS) {
      warnings.add(Kind.LIMIT, runs.name, 0, "runs beyond the first " + MAX_RUNS + " are left out");
    }
    return runs;
  }

  private final class Collecting implements RunTracker.Listener {
    @Override
    public void entered(VcpuRun run) {
      // Told whole when it returns.
    }

    @Override
    public void returned(VcpuRun run) {
      OfVcpu vcpu = vcpus.computeIfAbsent(run.subject, key -> new OfVcpu());
      vcpu.traced++;
      if (kept++ < MAX_RUNS) {
        vcpu.next.add(run);
      }
    }
  }

  /**
   * The trace's view of the next run of a vCPU in the log; null where it has none.
   *
   * @param result a value or negative errno
   * @param reason the exit reason; -1 where the log does not show it
   */
  public VcpuRun next(
      long subject, long result, int reason, String file, long line, Warnings warnings) {
    OfVcpu vcpu = vcpus.computeIfAbsent(subject, key -> new OfVcpu());
    vcpu.logged++;
    if (vcpu.lost) {
      return null;
    }
    VcpuRun run = vcpu.next.peek();
    while (run != null && run.result < 0 && !run.agrees(result, reason)) {
      vcpu.next.poll();
      run = vcpu.next.peek();
    }
    if (run == null || result < 0 && run.result >= 0) {
      return null;
    }
    if (!run.agrees(result, reason)) {
      vcpu.lost = true;
      String detail =
          Subject.text(subject)
              + ": run "
              + vcpu.logged
              + " exits for another reason in the trace; later values stay unknown";
      warnings.add(Kind.MISMATCH, file, line, detail);
      return null;
    }
    vcpu.matched++;
    return vcpu.next.poll();
  }

  /** Warns of every vCPU whose runs are not the same number in log and trace. */
  public void report(Warnings warnings) {
    vcpus.forEach(
        (subject, vcpu) -> {
          if (!name.isEmpty() && vcpu.logged != vcpu.traced) {
            String detail =
                String.format(
                    "%s has %d runs in the log and %d in the trace; %d got values",
                    Subject.text(subject), vcpu.logged, vcpu.traced, vcpu.matched);
            warnings.add(Kind.MISMATCH, name, 0, detail);
          }
        });
  }

  /** Runs of the log that the trace gave values. */
  public long matched() {
    return vcpus.values().stream().mapToLong(vcpu -> vcpu.matched).sum();
  }
}
