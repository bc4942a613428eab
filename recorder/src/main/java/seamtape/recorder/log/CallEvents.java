package seamtape.recorder.log;

import seamtape.catalog.Call;
import seamtape.catalog.Family;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.EventSink;

/**
 * Turns calls that an importer found into events: numbers, the links of returns, and times that
 * start at 0 and never decrease. Fill fields and copies of the event that {@link #enter} or {@link
 * #returns} hands out, then {@link #append}.
 */
public final class CallEvents {
  private final EventSink sink;
  private final Event event = new Event();
  private long last;
  private long firstTime = Long.MIN_VALUE;
  private long time;
  private long ioctls;
  private long calls;
  private long returned;
  private long measured;

  public CallEvents(EventSink sink) {
    this.sink = sink;
  }

  /**
   * Begins the enter event of a call.
   *
   * @param when nanoseconds on the log's clock, {@link Long#MIN_VALUE} when unknown
   */
  public Event enter(Call call, int tid, long when, long subject) {
    calls++;
    if (call.family() == Family.KVM_IOCTL || call == FileOperation.KVM_UNKNOWN_IOCTL) {
      ioctls++;
    }
    return event.enter(call, Actor.vmm(tid), time(when), subject);
  }

  /**
   * Begins the return event of a call.
   *
   * @param enter number of the call's enter event
   * @param timed true when the end's time is the log's, not a guess
   */
  public Event returns(Call call, int tid, long when, long enter, boolean timed) {
    returned++;
    measured += timed ? 1 : 0;
    return event.returns(call, Actor.vmm(tid), time(when), last + 1 - enter);
  }

  /** Begins an event that is neither call nor answer. */
  public Event input(Input row, long actor, long when) {
    return event.input(row, actor, time(when));
  }

  /** Appends the event begun last; returns its number. */
  public long append() {
    last = sink.append(event);
    return last;
  }

  private long time(long when) {
    if (when != Long.MIN_VALUE) {
      if (firstTime == Long.MIN_VALUE) {
        firstTime = when;
      }
      time = Math.max(time, when - firstTime);
    }
    return time;
  }

  public long ioctls() {
    return ioctls;
  }

  public long calls() {
    return calls;
  }

  public long events() {
    return last;
  }

  /** True when the end is known of most calls that ended. */
  public boolean durations() {
    return measured * 2 > returned;
  }
}
