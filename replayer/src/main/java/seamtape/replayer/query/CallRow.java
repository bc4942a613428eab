package seamtape.replayer.query;

import seamtape.catalog.Call;
import seamtape.catalog.Errno;
import seamtape.catalog.KvmExit;
import seamtape.event.Actor;
import seamtape.event.Subject;

/**
 * A call as a list shows it; immutable.
 *
 * @param event number of the enter event, the call's address
 * @param index position among the recording's calls, from 0
 * @param time in the recording's clock
 * @param actor {@code vmm/12}, {@code vm0/vcpu1}, {@code vm0/td}
 * @param on what it is made on: {@code system}, {@code vm0}, {@code vm0/vcpu1}
 * @param depth how many calls it is nested in
 * @param arguments one line
 * @param result as shown; empty without a return
 * @param error name of the errno or status when the call failed, else empty
 * @param failed true when the result says so
 * @param duration in the recording's clock, -1 when unknown
 * @param returnEvent 0 when the return is not in the recording, or not found yet
 */
public record CallRow(
    long event,
    long index,
    long time,
    String actor,
    String on,
    int depth,
    Call call,
    String arguments,
    String result,
    String error,
    boolean failed,
    long duration,
    long returnEvent) {

  public static CallRow of(RecordedCall call) {
    return new CallRow(
        call.event(),
        call.index(),
        call.enter().time,
        Actor.text(call.enter().actor),
        Subject.text(call.subject()),
        call.depth(),
        call.call(),
        CallText.arguments(call.enter()),
        result(call),
        call.failed() ? error(call) : "",
        call.failed(),
        call.duration(),
        call.hasReturn() ? call.returned().number : 0);
  }

  /** The result; for a KVM_RUN that returned 0, why it exited. */
  private static String result(RecordedCall call) {
    if (!call.hasResult()) {
      return "";
    }
    if (call.exitReason() >= 0 && !call.failed()) {
      return KvmExit.text(call.exitReason());
    }
    return call.errno() == 0 ? CallText.text(call.resultFormat(), call.ret()) : "-1";
  }

  private static String error(RecordedCall call) {
    return call.errno() > 0
        ? Errno.text(-call.errno())
        : CallText.text(call.resultFormat(), call.ret());
  }
}
