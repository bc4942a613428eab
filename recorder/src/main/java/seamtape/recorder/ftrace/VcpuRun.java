package seamtape.recorder.ftrace;

import java.util.ArrayList;
import java.util.List;
import seamtape.catalog.KvmExit;
import seamtape.event.Event;

/** One KVM_RUN as a trace shows it. */
public final class VcpuRun {
  private static final int EXIT_REASON = 8;
  private static final int UNION = 32;
  private static final int MMIO_DATA = 40;
  private static final int MMIO_LENGTH = 48;

  /** Of the I/O data in the mapping, KVM_PIO_PAGE_OFFSET pages: the same on all x86 kernels. */
  private static final int IO_DATA = 0x1000;

  final int pid;
  final long subject;
  final long start;
  long end;

  /** 0, or a negative errno. */
  long result;

  /** Exit reason; {@link Event#UNKNOWN} for a run that ended with an error. */
  int reason = (int) Event.UNKNOWN;

  /** What the exit is about; null where the trace does not show it. */
  Access exit;

  /** What the VMM gave for the exit before; null when it gave nothing. */
  Access given;

  /** True where the trace shows the run's beginning. */
  boolean begun = true;

  long enter;

  /** MSR accesses and CPUIDs inside the run, where nobody tells them at once. */
  private List<GuestInput> inputs = List.of();

  VcpuRun(int pid, long subject, long start) {
    this.pid = pid;
    this.subject = subject;
    this.start = start;
  }

  boolean exited(KvmExit by) {
    return result == 0 && reason == by.number();
  }

  /** True when a log's result and reason, -1 for unknown, can be this run's. */
  public boolean agrees(long shownResult, int shownReason) {
    return shownResult == result && (shownReason < 0 || reason < 0 || shownReason == reason);
  }

  void add(GuestInput input) {
    if (inputs.isEmpty()) {
      inputs = new ArrayList<>();
    }
    inputs.add(input);
  }

  /** What the guest did inside the run and saw of its MSRs and CPUID, in order. */
  public List<GuestInput> inputs() {
    return inputs;
  }

  public int reason() {
    return reason;
  }

  public long result() {
    return result;
  }

  /** Adds what the VMM put into struct kvm_run before this run. */
  public void enterCopies(Event event) {
    if (given != null) {
      copy(event, given.mmio() ? MMIO_DATA : IO_DATA, given.value(), given.size());
    }
  }

  /** Adds what the exit filled into struct kvm_run, as far as the trace shows it. */
  public void exitCopies(Event event) {
    if (result != 0 || reason < 0) {
      return;
    }
    copy(event, EXIT_REASON, reason, 4);
    if (exit == null) {
      return;
    }
    if (exit.mmio()) {
      copy(event, UNION, exit.place(), 8);
      if (exit.write()) {
        copy(event, MMIO_DATA, exit.value(), exit.size());
      }
      copy(event, MMIO_LENGTH, exit.size() | (exit.write() ? 1L << 32 : 0), 5);
    } else {
      copy(event, UNION, io(), 8);
      copy(event, UNION + 8, IO_DATA, 8);
      if (exit.write()) {
        copy(event, IO_DATA, exit.value(), exit.size());
      }
    }
  }

  /** direction, size, port, count. */
  private long io() {
    return (exit.write() ? 1L : 0)
        | (long) exit.size() << 8
        | exit.place() << 16
        | (long) exit.count() << 32;
  }

  private static void copy(Event event, int at, long value, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    event.copy(at, bytes, 0, size);
  }
}
