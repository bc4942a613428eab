package seamtape.sim.workload;

import java.util.List;
import seamtape.machine.Vmm;
import seamtape.workload.Workload;

/**
 * Runs a workload on a machine. Its threads take turns as the seed says, so that the same workload,
 * profile and seed make the same calls in the same order.
 */
public final class WorkloadRunner {
  /** The profile of a machine that says nothing else. */
  public static final String DEFAULT_PROFILE = "linux-7.3";

  /** Guest instructions of a turn when no other thread wants one. */
  private static final long ALONE = 1_000_000;

  /** Guest instructions of a turn among several threads, at most. */
  private static final int SHARED = 500;

  /** Turns without any progress, for each thread, after which all calls in flight are ended. */
  private static final int IDLE_TURNS = 64;

  private final VmmProcess process;
  private final SplitMix64 random;
  private long idle;
  private long lastTsc;

  public WorkloadRunner(Workload workload, Vmm vmm, long seed) {
    this(workload, vmm, seed, DEFAULT_PROFILE);
  }

  /**
   * @param profile chooses among expectations that differ by profile
   * @throws IllegalArgumentException for a profile that the workload is not for
   */
  public WorkloadRunner(Workload workload, Vmm vmm, long seed, String profile) {
    if (!workload.runsOn(profile)) {
      throw new IllegalArgumentException(
          "workload %s is for %s, not for %s"
              .formatted(workload.name(), String.join(" and ", workload.profiles()), profile));
    }
    this.process = new VmmProcess(workload, vmm, profile);
    this.random = new SplitMix64(seed);
  }

  /** Makes all steps. A failed expectation is kept, and the run goes on. */
  public Outcome run() {
    VmmThread main = process.start("main", process.workload.steps());
    process.mapMemory(main.tid());
    List<VmmThread> runnable = process.runnable();
    while (!runnable.isEmpty()) {
      VmmThread thread = turn(runnable);
      if (!thread.runnable()) {
        runnable = process.runnable();
      }
    }
    return process.outcome();
  }

  /** Lets one thread go on, and says which. */
  private VmmThread turn(List<VmmThread> runnable) {
    boolean alone = runnable.size() == 1;
    VmmThread thread = runnable.get(alone ? 0 : random.below(runnable.size()));
    boolean progress = thread.advance(alone ? ALONE : 1 + random.below(SHARED));
    long tsc = process.vmm.tsc();
    idle = progress || tsc != lastTsc ? 0 : idle + 1;
    lastTsc = tsc;
    if (idle > (long) IDLE_TURNS * runnable.size()) {
      runnable.stream().filter(VmmThread::inFlight).forEach(VmmThread::interrupt);
      idle = 0;
    }
    return thread;
  }
}
