package seamtape.recorder.strace;

import seamtape.catalog.Call;
import seamtape.catalog.KvmIoctl;
import seamtape.recorder.ftrace.VcpuRun;
import seamtape.recorder.log.KvmFd;

/** A call between its start and its result. */
final class OpenCall {
  Syscall syscall;
  int tid;

  /** Nanoseconds on the log's clock; {@link Long#MIN_VALUE} when unknown. */
  long start;

  String file;
  long line;

  /** Number of the enter event; 0 for a call that is not recorded but has an effect on fds. */
  long enter;

  /** The recorded row; null when none is. */
  Call call;

  /** The row of an ioctl that the catalog knows. */
  KvmIoctl ioctl;

  KvmFd on;

  /** True when the result was not known when the call was recorded. */
  boolean resultLater;

  /** What a trace tells of this KVM_RUN; null where there is none. */
  VcpuRun run;

  long arg;

  /** True when the argument was printed before the call ran: an input, not an output. */
  boolean argumentShown;

  /** Text of the arguments so far, kept for a call that is printed in two halves. */
  byte[] text = new byte[0];

  OpenCall begin(Syscall kind, int thread, long when, String source, long number) {
    syscall = kind;
    tid = thread;
    start = when;
    file = source;
    line = number;
    enter = 0;
    call = null;
    ioctl = null;
    on = null;
    run = null;
    resultLater = false;
    arg = 0;
    argumentShown = false;
    return this;
  }

  boolean recorded() {
    return enter != 0;
  }
}
