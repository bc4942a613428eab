package seamtape.recorder.ftrace;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.Input;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.event.Subject;
import seamtape.recorder.log.CallEvents;
import seamtape.recorder.log.ImportException;
import seamtape.recorder.log.LineReader;
import seamtape.recorder.log.LogReport;
import seamtape.recorder.log.LogSource;
import seamtape.recorder.log.Warnings;
import seamtape.recorder.log.Warnings.Kind;

/**
 * Reads the text of kvm tracepoints. Runs of vCPUs become KVM_RUN calls with what the exits were
 * about, MSR accesses and CPUIDs of the guest inputs; all else is counted by name. Memory is
 * bounded whatever the trace holds.
 */
public final class FtraceReader {
  private static final int MAX_LINE = 1 << 16;
  private static final int MAX_NAMES = 512;
  private static final int ERRNOS = 4096;
  private static final String WRITTEN = "entries-in-buffer/entries-written:";

  /** MSR accesses and CPUIDs that wait for their runs in a log. */
  private static final int MAX_INPUTS = 1 << 20;

  private final Warnings warnings;
  private final CallEvents events;
  private final RunTracker tracker;
  private final Map<String, Long> others = new TreeMap<>();
  private final TraceLine line = new TraceLine();
  private boolean recognized;
  private long lines;
  private long skipped;
  private String file = "";
  private long lineNumber;
  private long kept;

  private FtraceReader(EventSink sink, Warnings warnings) {
    this.warnings = warnings;
    this.events = new CallEvents(sink);
    this.tracker = new RunTracker(new Calls());
  }

  private FtraceReader(RunTracker.Listener listener, Warnings warnings) {
    this.warnings = warnings;
    this.events = null;
    this.tracker = new RunTracker(listener);
  }

  /**
   * Reads a trace into a sink.
   *
   * @throws ImportException when no line is a tracepoint's
   */
  public static LogReport read(List<LogSource> sources, EventSink sink) throws IOException {
    Warnings warnings = new Warnings();
    FtraceReader reader = new FtraceReader(sink, warnings);
    reader.readAll(sources);
    return new LogReport(
        reader.events.ioctls(),
        reader.events.calls(),
        reader.events.events(),
        reader.lines,
        reader.skipped,
        true,
        reader.events.durations(),
        warnings.kept(),
        warnings.counts(),
        reader.others);
  }

  /** Reads the runs of a trace for a log that lacks their values. */
  static void runs(List<LogSource> sources, RunTracker.Listener listener, Warnings warnings)
      throws IOException {
    new FtraceReader(listener, warnings).readAll(sources);
  }

  private void readAll(List<LogSource> sources) throws IOException {
    for (LogSource source : sources) {
      file = source.name();
      recognized = false;
      LineReader reader = new LineReader(source.in(), MAX_LINE);
      while (reader.next()) {
        lines++;
        lineNumber = reader.number();
        read(reader);
      }
      if (!reader.damage().isEmpty()) {
        warnings.add(Kind.DAMAGED_FILE, file, reader.number(), reader.damage());
      }
      if (!recognized) {
        throw new ImportException(file, 0, unrecognized(reader.number()));
      }
    }
    if (sources.size() > 1) {
      warnings.add(Kind.ORDER, file, 0, "several traces, read one after another");
    }
    tracker.end();
  }

  private static String unrecognized(long lines) {
    return lines == 0
        ? "is empty"
        : "is no trace of kvm events: none of "
            + lines
            + " lines reads like \"qemu-71 [000] ..... 3.000001: kvm_pio: pio_write at 0x3f8 ...\";"
            + " enable events/kvm and copy /sys/kernel/tracing/trace; a log of strace goes behind"
            + " --strace";
  }

  private void read(LineReader reader) {
    if (reader.tooLong()) {
      warnings.add(Kind.LONG_LINE, file, lineNumber, "no end in sight");
      skipped++;
      return;
    }
    byte[] bytes = reader.bytes();
    boolean header = reader.end() > reader.start() && bytes[reader.start()] == '#';
    if (header) {
      header(new String(bytes, reader.start(), Math.min(reader.end() - reader.start(), 200)));
      skipped++;
    } else if (!line.parse(bytes, reader.start(), reader.end())) {
      skipped++;
      if (reader.end() > reader.start()) {
        warnings.add(Kind.FOREIGN_TEXT, file, lineNumber, bytes, reader.start(), reader.end());
      }
    } else {
      reader.useful();
      recognized |= line.event.startsWith("kvm");
      tracepoint();
    }
  }

  private void header(String text) {
    int at = text.indexOf(WRITTEN);
    if (at < 0) {
      return;
    }
    String[] counts = text.substring(at + WRITTEN.length()).trim().split("[/ ]", 3);
    long kept = TraceText.decimal(counts[0]);
    long written = counts.length > 1 ? TraceText.decimal(counts[1]) : kept;
    if (kept >= 0 && kept < written) {
      String detail = "the buffer kept " + kept + " of " + written + " events";
      warnings.add(Kind.LOST_EVENTS, file, lineNumber, detail);
    }
  }

  private void tracepoint() {
    if (line.lost > 0) {
      lost();
      return;
    }
    VcpuTask task = tracker.task(line.pid);
    if (task == null) {
      warnings.add(Kind.LIMIT, file, lineNumber, "too many tasks");
      skipped++;
      return;
    }
    String text = line.text;
    switch (line.event) {
      case "kvm_fpu" -> fpu(task);
      case "kvm_userspace_exit" -> exit(task);
      case "kvm_pio" -> pio(task);
      case "kvm_mmio" -> mmio(task);
      case "kvm_msr" -> msr(task);
      case "kvm_cpuid" -> cpuid(task);
      case "kvm_entry", "kvm_exit" -> {
        tracker.mentions(task, TraceText.decimal(TraceText.after(text, "vcpu")));
        tracker.active(task, line.when);
        count();
      }
      case "kvm_emulate_insn" -> {
        tracker.active(task, line.when);
        count();
      }
      case "kvm_write_tsc_offset" -> {
        tracker.mentions(task, TraceText.decimal(TraceText.after(text, "vcpu")));
        count();
      }
      case "kvm_track_tsc" -> {
        tracker.mentions(task, TraceText.decimal(TraceText.after(text, "vcpu_id")));
        count();
      }
      case "kvm_pic_set_irq" -> {
        tracker.irqchip();
        count();
      }
      default -> count();
    }
  }

  private void count() {
    skipped++;
    String name = others.size() < MAX_NAMES ? line.event : "...";
    others.merge(others.containsKey(line.event) ? line.event : name, 1L, Long::sum);
  }

  private void unreadable() {
    warnings.add(Kind.UNKNOWN_VALUE, file, lineNumber, line.event + ": " + line.text);
    skipped++;
  }

  private void fpu(VcpuTask task) {
    if (line.text.equals("load")) {
      tracker.load(task, line.when);
    } else {
      tracker.unload(task);
    }
  }

  /** {@code reason KVM_EXIT_IO (2)}, {@code reason restart (4)}, {@code reason error (11)}. */
  private void exit(VcpuTask task) {
    int open = line.text.lastIndexOf('(');
    int close = line.text.indexOf(')', open);
    long number =
        open < 0 || close < 0 ? -1 : TraceText.decimal(line.text.substring(open + 1, close));
    if (number < 0 || number >= ERRNOS) {
      unreadable();
      return;
    }
    String word = TraceText.after(line.text, "reason");
    boolean failed = word.equals("restart") || word.equals("error");
    if (!tracker.exit(task, line.when, failed ? -number : 0, (int) number)) {
      warnings.add(Kind.LOST_START, file, lineNumber, "KVM_RUN of task " + task.pid);
    }
  }

  private void pio(VcpuTask task) {
    Access access = Access.pio(line.text);
    if (access == null) {
      unreadable();
    } else {
      tracker.port(task, access, line.when);
    }
  }

  private void mmio(VcpuTask task) {
    Access access = Access.memory(line.text);
    if (access == null) {
      unreadable();
    } else {
      tracker.memory(task, access, line.text.contains("unsatisfied-read"), line.when);
    }
  }

  /** {@code msr_read 1a0 = 0x1}, {@code msr_write 8b = 0x0 (#GP)}. */
  private void msr(VcpuTask task) {
    boolean write = line.text.startsWith("msr_write");
    String index = TraceText.after(line.text, write ? "msr_write" : "msr_read");
    String value = TraceText.after(line.text, "=");
    if (!TraceText.isHex(index) || !TraceText.isHex(value)) {
      unreadable();
      return;
    }
    tracker.active(task, line.when);
    input(
        Input.GUEST_MSR,
        task,
        write ? 1 : 0,
        TraceText.hex(index),
        TraceText.hex(value),
        line.text.contains("#GP") ? 1 : 0);
  }

  /** {@code func 0 idx 0 rax d rbx 68747541 …, cpuid entry found}; old kernels lack idx. */
  private void cpuid(VcpuTask task) {
    String function = TraceText.after(line.text, "func");
    if (!TraceText.isHex(function)) {
      unreadable();
      return;
    }
    tracker.active(task, line.when);
    input(
        Input.GUEST_CPUID,
        task,
        TraceText.hex(function),
        TraceText.hex(TraceText.after(line.text, "idx")),
        TraceText.hex(TraceText.after(line.text, "rax")),
        TraceText.hex(TraceText.after(line.text, "rbx")),
        TraceText.hex(TraceText.after(line.text, "rcx")),
        TraceText.hex(TraceText.after(line.text, "rdx")),
        line.text.contains("not found") ? 0 : 1);
  }

  private void input(Input row, VcpuTask task, long... fields) {
    if (events == null) {
      keep(task.open, new GuestInput(row, fields));
      return;
    }
    long when = line.when;
    long actor = Actor.vcpu(Subject.vm(task.subject), Subject.vcpu(task.subject));
    tracker.other(
        () -> {
          Event event = events.input(row, actor, when);
          System.arraycopy(fields, 0, event.fields, 0, fields.length);
          events.append();
        });
  }

  /** For a log that lacks it: told with the run. */
  private void keep(VcpuRun run, GuestInput input) {
    if (kept++ < MAX_INPUTS) {
      run.add(input);
    } else if (kept == MAX_INPUTS + 1) {
      String detail = "MSR accesses and CPUIDs beyond the first " + MAX_INPUTS + " are left out";
      warnings.add(Kind.LIMIT, file, lineNumber, detail);
    }
  }

  private void lost() {
    warnings.add(Kind.LOST_EVENTS, file, lineNumber, line.lost + " here");
    tracker.lost();
    if (events != null) {
      long count = line.lost;
      tracker.other(
          () -> {
            Event event = events.input(Input.GAP, Actor.vmm(0), Long.MIN_VALUE);
            event.fields[1] = count;
            events.append();
          });
    }
  }

  /** Turns runs into calls. */
  private final class Calls implements RunTracker.Listener {
    @Override
    public void entered(VcpuRun run) {
      Event event = events.enter(KvmIoctl.KVM_RUN, run.pid, run.start, run.subject);
      event.fields[0] = Event.UNKNOWN;
      // KVM refuses every other argument.
      event.fields[1] = 0;
      run.enterCopies(event);
      run.enter = events.append();
    }

    @Override
    public void returned(VcpuRun run) {
      Event event = events.returns(KvmIoctl.KVM_RUN, run.pid, run.end, run.enter, run.begun);
      event.fields[0] = run.result;
      event.fields[1] = run.reason;
      run.exitCopies(event);
      events.append();
    }
  }
}
