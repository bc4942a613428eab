package seamtape.replayer.query;

import seamtape.catalog.Call;
import seamtape.catalog.Errno;
import seamtape.catalog.Field;
import seamtape.catalog.Format;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.Subject;

/**
 * One call of a recording: its enter event and, where the recording holds it, its return. {@link
 * CallReader} reuses instances, so one is valid until the reader's next window.
 */
public final class RecordedCall {
  /** Sixty-fourth bit of a TDX completion status: the call failed. */
  private static final long TDX_ERROR = 1L << 63;

  private final String vendor;
  private final Event enter;
  private final Event returned = new Event();
  private long index;
  private int depth;
  private boolean hasReturn;

  /**
   * @param vendor of the recorded machine, which names some sub-commands
   */
  RecordedCall(String vendor) {
    this(vendor, new Event());
  }

  RecordedCall(String vendor, Event enter) {
    this.vendor = vendor;
    this.enter = enter;
  }

  String vendor() {
    return vendor;
  }

  RecordedCall begin(long callIndex, Event event, int nesting) {
    index = callIndex;
    depth = nesting;
    hasReturn = false;
    enter.set(event);
    return this;
  }

  void end(Event event) {
    returned.set(event);
    hasReturn = true;
  }

  /** Position among the recording's calls, from 0. */
  public long index() {
    return index;
  }

  /** Number of the enter event: the call's address. */
  public long event() {
    return enter.number;
  }

  /** How many calls it is nested in. */
  public int depth() {
    return depth;
  }

  public Call call() {
    return enter.call;
  }

  public Event enter() {
    return enter;
  }

  /** False for a call in flight when the recording ended, or whose return is not found yet. */
  public boolean hasReturn() {
    return hasReturn;
  }

  /**
   * The return event.
   *
   * @throws IllegalStateException without one, see {@link #hasReturn}
   */
  public Event returned() {
    if (!hasReturn) {
      throw new IllegalStateException("call " + enter.number + " has no return");
    }
    return returned;
  }

  /** Enter event of the call it is nested in; 0 without one. */
  public long parent() {
    long parent = enter.number - enter.link;
    boolean nested = enter.call.family().nests() && enter.link > 0 && parent > 0;
    return nested ? parent : 0;
  }

  /** What the call is made on: the fd's subject, or the actor's own when it is in guest mode. */
  public long subject() {
    return enter.call.family().nests() ? Actor.subject(enter.actor) : enter.link;
  }

  /** VM number, -1 without one. */
  public int vm() {
    return Subject.vm(subject());
  }

  /** vCPU id, -1 without one. */
  public int vcpu() {
    return Subject.vcpu(subject());
  }

  /** The format of the result; null for a row without one. */
  Format resultFormat() {
    return enter.call.out().isEmpty() ? null : enter.call.out().get(0).format();
  }

  /** The first out-field: result of a system call, or status of a module call. */
  public long ret() {
    return returned().fields[0];
  }

  public boolean hasResult() {
    return hasReturn && !enter.call.out().isEmpty();
  }

  /** True when the result says that the call failed. */
  public boolean failed() {
    return hasReturn && failed(returned);
  }

  /** True for a return event whose result says that its call failed. */
  public static boolean failed(Event event) {
    if (event.call.out().isEmpty()) {
      return false;
    }
    long ret = event.fields[0];
    return switch (event.call.out().get(0).format()) {
      case RESULT -> Errno.isError(ret);
      case TDX_STATUS -> (ret & TDX_ERROR) != 0;
      case TDVMCALL_STATUS -> ret != 0;
      case KVM_HC_RESULT -> ret < 0;
      case HV_STATUS -> (ret & 0xffff) != 0;
      case DEC,
          HEX,
          GPA,
          HPA,
          ADDRESS,
          FD,
          CAPABILITY,
          EXIT_REASON,
          REQUEST,
          MSR,
          SYS_FIELD,
          TD_FIELD,
          VP_FIELD ->
          false;
    };
  }

  /** The errno as a positive number; 0 for a call without one. */
  public int errno() {
    boolean system = hasResult() && resultFormat() == Format.RESULT;
    return system && Errno.isError(ret()) ? (int) -ret() : 0;
  }

  /** The exit reason of a KVM_RUN that returned; -1 for others. */
  public long exitReason() {
    if (!hasReturn) {
      return -1;
    }
    int at = fieldAt(enter.call.out(), Format.EXIT_REASON);
    return at < 0 ? -1 : returned.fields[at];
  }

  private static int fieldAt(java.util.List<Field> fields, Format format) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).format() == format) {
        return i;
      }
    }
    return -1;
  }

  /** Time from enter to return in the recording's clock; -1 without a return. */
  public long duration() {
    return hasReturn ? returned.time - enter.time : -1;
  }
}
