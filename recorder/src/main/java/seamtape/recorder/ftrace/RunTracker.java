package seamtape.recorder.ftrace;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import seamtape.catalog.KvmExit;
import seamtape.event.Subject;

/**
 * Finds the runs of vCPUs in tracepoints. A run begins with kvm_fpu load and ends with
 * kvm_userspace_exit. What a port read or an MMIO read gave is told only at the beginning of the
 * run after it, so runs wait in a queue until they are decided; the queue keeps the trace's order
 * and is bounded.
 */
final class RunTracker {
  /** Told of runs and of other events in the order of the trace. */
  interface Listener {
    void entered(VcpuRun run);

    void returned(VcpuRun run);
  }

  private static final int MAX_WAITING = 1 << 14;
  private static final int MAX_TASKS = 1 << 16;
  private static final int VCPU_IDS = 4096;

  /** PIC, PIT and the port of its gate: served by KVM where it has an irqchip. */
  private static final Set<Long> IN_KERNEL =
      Set.of(0x20L, 0x21L, 0xa0L, 0xa1L, 0x4d0L, 0x4d1L, 0x40L, 0x41L, 0x42L, 0x43L, 0x61L);

  /** What waits: the beginning or end of a run, or something else. */
  private static final class Slot {
    final VcpuRun run;
    final Runnable tell;
    boolean ready;
    boolean cancelled;

    Slot(VcpuRun run, Runnable tell, boolean ready) {
      this.run = run;
      this.tell = tell;
      this.ready = ready;
    }
  }

  private final Listener listener;
  private final ArrayDeque<Slot> waiting = new ArrayDeque<>();
  private final Map<VcpuRun, Slot> begins = new HashMap<>();
  private final Map<VcpuRun, Slot> ends = new HashMap<>();
  private final Map<Integer, VcpuTask> tasks = new HashMap<>();
  private final TreeMap<Integer, Integer> vmsOfVcpu = new TreeMap<>();
  private boolean irqchip;

  RunTracker(Listener listener) {
    this.listener = listener;
  }

  /** The task of a line; null beyond the limit. */
  VcpuTask task(int pid) {
    VcpuTask task = tasks.get(pid);
    if (task == null && tasks.size() < MAX_TASKS) {
      task = new VcpuTask(pid);
      tasks.put(pid, task);
    }
    return task;
  }

  /** The trace shows that KVM serves the ports of an irqchip. */
  void irqchip() {
    irqchip = true;
  }

  void mentions(VcpuTask task, long vcpu) {
    if (vcpu >= 0 && vcpu < VCPU_IDS) {
      task.mentioned = (int) vcpu;
    }
  }

  /** kvm_fpu load. */
  void load(VcpuTask task, long when) {
    if (task.open != null && task.unloaded) {
      cancel(task);
    }
    if (task.open == null) {
      begin(task, when);
    }
  }

  /** kvm_fpu unload. */
  void unload(VcpuTask task) {
    task.unloaded = task.open != null;
  }

  private void begin(VcpuTask task, long when) {
    claim(task);
    VcpuRun run = new VcpuRun(task.pid, task.subject, when);
    task.open = run;
    task.unloaded = false;
    task.untouched = true;
    task.writeBefore = task.write;
    task.write = null;
    task.trailing.clear();
    Slot slot = new Slot(run, () -> listener.entered(run), false);
    begins.put(run, slot);
    add(slot);
  }

  /** A vCPU is known by its id where the trace tells it; the same id again is another VM's. */
  private void claim(VcpuTask task) {
    if (task.subject >= 0) {
      return;
    }
    int vcpu = task.mentioned;
    if (vcpu < 0) {
      vcpu = vmsOfVcpu.isEmpty() ? 0 : Math.min(vmsOfVcpu.lastKey() + 1, VCPU_IDS - 1);
    }
    task.subject = Subject.vcpu(vmsOfVcpu.merge(vcpu, 1, Integer::sum) - 1, vcpu);
  }

  /** The FPU was borrowed for another call: no run at all. */
  private void cancel(VcpuTask task) {
    Slot slot = begins.remove(task.open);
    if (slot != null) {
      slot.cancelled = true;
      slot.ready = true;
    }
    task.write = task.writeBefore;
    task.open = null;
    flush();
  }

  /** Something that only a running vCPU does. */
  void active(VcpuTask task, long when) {
    if (task.open != null && task.unloaded) {
      cancel(task);
    }
    if (task.open == null) {
      begin(task, when);
      task.open.begun = false;
    }
    if (task.untouched) {
      decide(task, null);
    }
    task.writeIsLast = false;
    task.trailing.clear();
  }

  /** kvm_pio. */
  void port(VcpuTask task, Access access, long when) {
    boolean served = irqchip && IN_KERNEL.contains(access.place());
    boolean first = task.open != null && !task.unloaded && task.untouched;
    if (first && !access.write() && !served) {
      decide(task, access);
      return;
    }
    active(task, when);
    if (access.write() && !served) {
      task.write = access;
      task.writeIsLast = true;
    }
  }

  /** kvm_mmio. */
  void memory(VcpuTask task, Access access, boolean unsatisfied, long when) {
    boolean first = task.open != null && !task.unloaded && task.untouched;
    if (first && !access.write() && !unsatisfied) {
      decide(task, access);
      return;
    }
    List<Access> before = List.copyOf(task.trailing);
    active(task, when);
    if (before.size() == 1 && before.get(0).crossesInto(access)) {
      task.trailing.addAll(before);
    }
    if (access.write() || unsatisfied) {
      task.trailing.add(access);
    }
  }

  /**
   * kvm_userspace_exit.
   *
   * @return false when the trace does not show how the run began
   */
  boolean exit(VcpuTask task, long when, long result, int reason) {
    boolean begun = task.open != null;
    if (!begun) {
      begin(task, when);
      task.open.begun = false;
    }
    if (task.untouched) {
      decide(task, null);
    }
    VcpuRun run = task.open;
    run.end = when;
    run.result = result;
    run.reason = result == 0 ? reason : -1;
    boolean port = run.exited(KvmExit.KVM_EXIT_IO);
    if (run.exited(KvmExit.KVM_EXIT_MMIO)) {
      run.exit = fragment(task);
    }
    Slot slot = new Slot(run, () -> listener.returned(run), !port);
    ends.put(run, slot);
    task.undecided = port || run.exit != null ? run : null;
    task.open = null;
    add(slot);
    return begun && run.begun;
  }

  private static Access fragment(VcpuTask task) {
    if (!task.trailing.isEmpty()) {
      task.fragments.clear();
      task.trailing.forEach(access -> split(access, task));
    }
    return task.fragments.poll();
  }

  private static void split(Access access, VcpuTask task) {
    for (int at = 0; at < access.size() && at < 64; at += Access.FRAGMENT) {
      int size = Math.min(Access.FRAGMENT, access.size() - at);
      boolean shown = at == 0;
      boolean write = access.write() && shown;
      if (shown || !access.write()) {
        task.fragments.add(new Access(true, write, access.place() + at, size, 1, access.value()));
      }
    }
  }

  /** The first sign of a run: what it read tells what the exit before was about. */
  private void decide(VcpuTask task, Access read) {
    task.untouched = false;
    VcpuRun before = task.undecided;
    task.undecided = null;
    if (before != null && before.exited(KvmExit.KVM_EXIT_IO)) {
      boolean port = read != null && !read.mmio();
      before.exit = port ? read : task.writeBefore;
      task.open.given = port ? read : null;
    } else if (before != null && read != null && read.mmio() && completes(before.exit, read)) {
      task.open.given = read;
    }
    ready(ends.get(before));
    ready(begins.get(task.open));
    flush();
  }

  private static boolean completes(Access exit, Access read) {
    return exit != null
        && exit.mmio()
        && !exit.write()
        && exit.place() == read.place()
        && exit.size() == read.size()
        && read.size() <= Access.FRAGMENT;
  }

  private static void ready(Slot slot) {
    if (slot != null) {
      slot.ready = true;
    }
  }

  /** Events were lost: what is not decided will not be. */
  void lost() {
    for (VcpuTask task : tasks.values()) {
      task.undecided = null;
      task.write = null;
      task.untouched = false;
      task.trailing.clear();
      task.fragments.clear();
    }
    waiting.forEach(slot -> slot.ready = true);
    flush();
  }

  /** Takes its place among the runs. */
  void other(Runnable tell) {
    add(new Slot(null, tell, true));
  }

  private void add(Slot slot) {
    waiting.add(slot);
    if (waiting.size() > MAX_WAITING) {
      waiting.peek().ready = true;
    }
    flush();
  }

  private void flush() {
    while (!waiting.isEmpty() && waiting.peek().ready) {
      Slot slot = waiting.poll();
      if (slot.run != null) {
        begins.remove(slot.run, slot);
        ends.remove(slot.run, slot);
      }
      if (!slot.cancelled) {
        slot.tell.run();
      }
    }
  }

  /** The trace has ended: a last port write right before its exit is what the exit is about. */
  void end() {
    for (VcpuTask task : tasks.values()) {
      boolean inRun = task.open != null;
      VcpuRun last = task.undecided;
      if (last != null && last.exited(KvmExit.KVM_EXIT_IO) && last.exit == null) {
        last.exit = task.writeIsLast ? (inRun ? task.writeBefore : task.write) : null;
      }
    }
    waiting.forEach(slot -> slot.ready = true);
    flush();
  }
}
