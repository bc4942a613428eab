package seamtape.sim.kvm;

import static seamtape.sim.kvm.Stat.Kind.BOOLEAN;
import static seamtape.sim.kvm.Stat.Kind.COUNTER;
import static seamtape.sim.kvm.Stat.Kind.NANOS;
import static seamtape.sim.kvm.Stat.Kind.NANOS_HISTOGRAM;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestExit;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * The statistics of one vCPU. What the machine has is counted as KVM counts it: an exit is an
 * instruction that the processor leaves the guest for. The simulated host does not poll, does not
 * interrupt its guests, has no shadow MMU and no L1 cache to flush: what counts those stays 0.
 */
final class VcpuStats {
  /** In the order of the kernel's descriptors. */
  enum Name {
    HALT_SUCCESSFUL_POLL(COUNTER),
    HALT_ATTEMPTED_POLL(COUNTER),
    HALT_POLL_INVALID(COUNTER),
    HALT_WAKEUP(COUNTER),
    HALT_POLL_SUCCESS_NS(NANOS),
    HALT_POLL_FAIL_NS(NANOS),
    HALT_WAIT_NS(NANOS),
    HALT_POLL_SUCCESS_HIST(NANOS_HISTOGRAM),
    HALT_POLL_FAIL_HIST(NANOS_HISTOGRAM),
    HALT_WAIT_HIST(NANOS_HISTOGRAM),
    BLOCKING(BOOLEAN),
    PF_TAKEN(COUNTER),
    PF_FIXED(COUNTER),
    PF_EMULATE(COUNTER),
    PF_SPURIOUS(COUNTER),
    PF_FAST(COUNTER),
    PF_MMIO_SPTE_CREATED(COUNTER),
    PF_GUEST(COUNTER),
    TLB_FLUSH(COUNTER),
    INVLPG(COUNTER),
    EXITS(COUNTER),
    IO_EXITS(COUNTER),
    MMIO_EXITS(COUNTER),
    SIGNAL_EXITS(COUNTER),
    IRQ_WINDOW_EXITS(COUNTER),
    NMI_WINDOW_EXITS(COUNTER),
    L1D_FLUSH(COUNTER),
    HALT_EXITS(COUNTER),
    REQUEST_IRQ_EXITS(COUNTER),
    IRQ_EXITS(COUNTER),
    HOST_STATE_RELOAD(COUNTER),
    FPU_RELOAD(COUNTER),
    INSN_EMULATION(COUNTER),
    INSN_EMULATION_FAIL(COUNTER),
    HYPERCALLS(COUNTER),
    IRQ_INJECTIONS(COUNTER),
    NMI_INJECTIONS(COUNTER),
    REQ_EVENT(COUNTER),
    NESTED_RUN(COUNTER),
    DIRECTED_YIELD_ATTEMPTED(COUNTER),
    DIRECTED_YIELD_SUCCESSFUL(COUNTER),
    PREEMPTION_REPORTED(COUNTER),
    PREEMPTION_OTHER(COUNTER),
    GUEST_MODE(BOOLEAN),
    NOTIFY_WINDOW_EXITS(COUNTER);

    final Stat row;

    Name(Stat.Kind kind) {
      row = new Stat(name().toLowerCase(Locale.ROOT), kind);
    }
  }

  static final List<Stat> ROWS = rows();

  private static final int RUNNING = -1;

  private final Vm vm;
  private final Vcpu state;
  private final long[] values = new long[Name.values().length];
  private final long[] waits = new long[Stat.BUCKETS];

  /** Instructions before the one that was counted last. */
  private long emulatedAt = -1;

  /** When the wait in the kernel began, by the machine's clock. */
  private long haltedSince = RUNNING;

  VcpuStats(Vm vm, Vcpu state) {
    this.vm = vm;
    this.state = state;
  }

  private static List<Stat> rows() {
    List<Stat> rows = new ArrayList<>();
    for (Name name : Name.values()) {
      rows.add(name.row);
    }
    return List.copyOf(rows);
  }

  void count(Name name) {
    values[name.ordinal()]++;
  }

  /** An instruction that KVM answers without leaving to user space, or before it leaves. */
  void intercepted(Name name) {
    count(Name.EXITS);
    count(name);
  }

  /** A device's memory is touched: an instruction counts once, however many parts it touches. */
  void emulated(long executedBefore) {
    if (executedBefore != emulatedAt) {
      emulatedAt = executedBefore;
      intercepted(Name.INSN_EMULATION);
    }
  }

  /** What KVM looks at before it enters the guest. */
  void entering(CpuState cpu) {
    if (cpu.interruptInjected) {
      count(Name.IRQ_INJECTIONS);
    }
  }

  /** The guest was left for a reason that no instruction's bus access has counted. */
  void left(GuestExit.Kind kind, boolean executed) {
    switch (kind) {
      case HLT -> intercepted(Name.HALT_EXITS);
      case MMIO -> count(Name.MMIO_EXITS);
      case INTERRUPT_WINDOW -> {
        count(Name.REQUEST_IRQ_EXITS);
        if (executed) {
          intercepted(Name.IRQ_WINDOW_EXITS);
        }
      }
      case INTERNAL_ERROR -> {
        intercepted(Name.INSN_EMULATION);
        count(Name.INSN_EMULATION_FAIL);
      }
      case DEBUG, SHUTDOWN, VMGEXIT, SET_TPR -> count(Name.EXITS);
      default -> {
        // Counted where the bus was asked, or no exit.
      }
    }
  }

  /** The vCPU waits in the kernel from now on. */
  void halted() {
    haltedSince = vm.host.time.nanos();
  }

  void woken() {
    count(Name.HALT_WAKEUP);
    long waited = haltedSince == RUNNING ? 0 : vm.host.time.nanos() - haltedSince;
    haltedSince = RUNNING;
    values[Name.HALT_WAIT_NS.ordinal()] += waited;
    int bucket = Long.SIZE - Long.numberOfLeadingZeros(waited);
    waits[Math.min(bucket, Stat.BUCKETS - 1)]++;
  }

  /** The values as they are now, a histogram's one after another. */
  long[] snapshot(boolean running) {
    int mp = state.mpState;
    boolean waits = mp == Vcpu.MP_STATE_HALTED || mp == Vcpu.MP_STATE_UNINITIALIZED;
    values[Name.NMI_INJECTIONS.ordinal()] = state.cpu.nmisDelivered;
    values[Name.BLOCKING.ordinal()] = running && waits ? 1 : 0;
    long[] all = new long[ROWS.stream().mapToInt(Stat::size).sum()];
    int at = 0;
    for (Name name : Name.values()) {
      if (name == Name.HALT_WAIT_HIST) {
        System.arraycopy(this.waits, 0, all, at, Stat.BUCKETS);
      } else if (name.row.size() == 1) {
        all[at] = values[name.ordinal()];
      }
      at += name.row.size();
    }
    return all;
  }
}
