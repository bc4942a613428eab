package seamtape.recorder.strace;

import seamtape.catalog.FileOperation;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.recorder.ftrace.GuestInput;
import seamtape.recorder.ftrace.TraceRuns;
import seamtape.recorder.log.CallEvents;
import seamtape.recorder.log.KvmFds;
import seamtape.recorder.log.Warnings;
import seamtape.recorder.log.Warnings.Kind;

/**
 * Makes events of KVM ioctls. Of a struct only the printed fields become bytes: those the kernel
 * reads in the enter event, those it writes in the return event.
 */
final class IoctlCalls {
  /** Of userspace_addr and memory_size in struct kvm_userspace_memory_region, and of its 2. */
  private static final int USERSPACE_ADDR = 24;

  private static final int MEMORY_SIZE = 16;

  private final KvmFds fds;
  private final CallEvents events;
  private final GuestMemory memory;
  private final Warnings warnings;
  private final TraceRuns runs;
  private final FdText fd = new FdText();
  private final RequestText request = new RequestText();
  private final TextNumber number = new TextNumber();
  private final StructText shown = new StructText();

  IoctlCalls(KvmFds fds, CallEvents events, GuestMemory memory, Warnings warnings, TraceRuns runs) {
    this.fds = fds;
    this.events = events;
    this.memory = memory;
    this.warnings = warnings;
    this.runs = runs;
  }

  /**
   * Records the start.
   *
   * @param result what is known of it when the line that begins the call is read
   */
  void begin(OpenCall call, CallText text, ResultText result) {
    boolean failed = result.known && result.value < 0;
    request.parse(text.bytes, text.from(1), text.to(1));
    boolean cut = !text.whole(1) && text.unfinished < 0;
    if (request.row == null && cut) {
      request.parseCut(text.bytes, text.from(1), text.to(1));
    }
    if (!request.kvm) {
      return;
    }
    boolean unreadable = cut && request.row == null;
    if (unreadable || !fd.parse(text.bytes, text.from(0), text.to(0))) {
      warn(Kind.BROKEN_CALL, call, text, 0);
      return;
    }
    call.ioctl = request.row;
    call.call = request.row == null ? FileOperation.KVM_UNKNOWN_IOCTL : request.row;
    call.on = fds.of(call.tid, fd.fd, fd.name, request.row, failed);
    if (fds.inferred()) {
      warn(Kind.INFERRED_FD, call, text, 0);
    }
    enter(call, text, result);
  }

  private void enter(OpenCall call, CallText text, ResultText result) {
    boolean failed = result.known && result.value < 0;
    call.resultLater = !result.known;
    call.argumentShown = text.has(2) && text.unfinished >= 0;
    boolean struct = isStruct(text);
    boolean input = struct && isInput(call, text, failed);
    if (input) {
      parse(call, text, text.from(2));
      serve(call);
    }
    long subject = call.on == null ? Subject.SYSTEM : call.on.subject();
    call.arg = struct ? Event.UNKNOWN : value(call, text);
    Event event = events.enter(call.call, call.tid, call.start, subject);
    event.fields[0] = fd.fd;
    if (call.ioctl == null) {
      unknown(call, text, event);
    } else {
      event.fields[1] = call.arg;
    }
    if (input && !shown.copyTo(event)) {
      warn(Kind.LIMIT, call, text, 2);
    }
    if (result.known && trace(call, result)) {
      call.run.enterCopies(event);
    }
    call.enter = events.append();
  }

  /** Asks the trace about a KVM_RUN, once its result is known; true when it knows more. */
  private boolean trace(OpenCall call, ResultText result) {
    if (call.ioctl == KvmIoctl.KVM_RUN && call.on != null) {
      long subject = call.on.subject();
      call.run =
          runs.next(subject, result.value, result.exitReason, call.file, call.line, warnings);
    }
    return call.run != null;
  }

  private void unknown(OpenCall call, CallText text, Event event) {
    event.fields[1] = Integer.toUnsignedLong(request.number);
    event.fields[2] = call.arg;
    warn(Kind.UNKNOWN_REQUEST, call, text, 1);
  }

  private static boolean isStruct(CallText text) {
    byte c = text.has(2) ? text.bytes[text.from(2)] : 0;
    return c == '{' || c == '[';
  }

  /** Whether what is printed is what the kernel read, rather than what it wrote. */
  private boolean isInput(OpenCall call, CallText text, boolean failed) {
    KvmIoctl row = call.ioctl;
    if (row == null || !row.readsMemory()) {
      return false;
    }
    return !row.writesMemory() || failed || text.unfinished >= 0 || hasArrow(text);
  }

  private static boolean hasArrow(CallText text) {
    return arrow(text) >= 0;
  }

  /** The "=>" between input and output of a struct; -1 without one. */
  private static int arrow(CallText text) {
    for (int i = text.to(2) - 2; i > text.from(2); i--) {
      if (text.bytes[i] == '=' && text.bytes[i + 1] == '>') {
        return i;
      }
    }
    return -1;
  }

  private void parse(OpenCall call, CallText text, int from) {
    StructLayout layout = Structs.of(call.ioctl.struct());
    shown.parse(text.bytes, from, text.to(2), layout);
    if (shown.unknownField >= 0) {
      warn(Kind.UNKNOWN_FIELD, call, text.bytes, shown.unknownField, text.to(2));
    }
    if (shown.unknownValue >= 0) {
      warn(Kind.UNKNOWN_VALUE, call, text.bytes, shown.unknownValue, text.to(2));
    }
  }

  /** Guest memory is recorded when a slot first refers to it. */
  private void serve(OpenCall call) {
    if (call.ioctl == KvmIoctl.KVM_SET_USER_MEMORY_REGION
        || call.ioctl == KvmIoctl.KVM_SET_USER_MEMORY_REGION2) {
      memory.serves(shown.u64(USERSPACE_ADDR), shown.u64(MEMORY_SIZE), call.start);
    }
  }

  private long value(OpenCall call, CallText text) {
    boolean none = call.ioctl != null && !call.ioctl.pointer() && !call.ioctl.takesValue();
    if (!text.has(2)) {
      return none ? 0 : Event.UNKNOWN;
    }
    if (number.parse(text.bytes, text.from(2), text.to(2))) {
      return number.value;
    }
    if (text.whole(2)) {
      warn(Kind.UNKNOWN_VALUE, call, text, 2);
    }
    return Event.UNKNOWN;
  }

  /** Records the end of a call that has a result. */
  void end(OpenCall call, CallText text, ResultText result, long when, boolean timed) {
    if (call.resultLater) {
      trace(call, result);
    }
    boolean output = call.ioctl != null && result.value >= 0 && isOutput(call, text);
    if (output) {
      int arrow = arrow(text);
      parse(call, text, arrow < 0 ? text.from(2) : behind(text, arrow + 2));
    }
    tellInputs(call, when);
    Event event = events.returns(call.call, call.tid, when, call.enter, timed);
    event.fields[0] = result.value;
    if (call.ioctl == KvmIoctl.KVM_RUN) {
      boolean shown = result.exitReason >= 0 || call.run == null;
      event.fields[1] = shown ? result.exitReason : call.run.reason();
      if (call.run != null) {
        call.run.exitCopies(event);
      }
    }
    if (output && !shown.copyTo(event)) {
      warn(Kind.LIMIT, call, text, 2);
    }
    events.append();
    if (call.ioctl != null && call.ioctl.makes().isPresent() && result.value >= 0) {
      fds.made(call.tid, (int) result.value, call.ioctl, call.on, call.arg);
    }
  }

  /** What the trace shows of the guest inside a run, before the run's end. */
  private void tellInputs(OpenCall call, long when) {
    if (call.run == null) {
      return;
    }
    long subject = call.on.subject();
    long actor = Actor.vcpu(Subject.vm(subject), Subject.vcpu(subject));
    for (GuestInput input : call.run.inputs()) {
      input.copyTo(events.input(input.row(), actor, when));
      events.append();
    }
  }

  private static boolean isOutput(OpenCall call, CallText text) {
    if (!isStruct(text) || !call.ioctl.writesMemory()) {
      return false;
    }
    return !call.ioctl.readsMemory() || !call.argumentShown || hasArrow(text);
  }

  private static int behind(CallText text, int from) {
    int at = from;
    while (at < text.to(2) && text.bytes[at] == ' ') {
      at++;
    }
    return at;
  }

  private void warn(Kind kind, OpenCall call, CallText text, int argument) {
    warn(kind, call, text.bytes, text.from(argument), text.to(argument));
  }

  private void warn(Kind kind, OpenCall call, byte[] bytes, int from, int to) {
    warnings.add(kind, call.file, call.line, bytes, from, to);
  }
}
