package seamtape.recorder.ftrace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What is known of a thread that runs a vCPU. */
final class VcpuTask {
  final int pid;

  /** -1 until it first runs. */
  long subject = -1;

  /** The vCPU id that it last spoke of; -1 for none. */
  int mentioned = -1;

  /** The run in progress; null outside. */
  VcpuRun open;

  /** True once the run has put the guest's FPU state away: it ends, or it never was one. */
  boolean unloaded;

  /** True until the run shows what it first did. */
  boolean untouched;

  /** A run that ended with an I/O exit whose access the next run may tell. */
  VcpuRun undecided;

  /** The last port write in the run in progress, and in the one before. */
  Access write;

  Access writeBefore;

  /** True when nothing followed that write in its run. */
  boolean writeIsLast;

  /** MMIO accesses right at the end of the run so far. */
  final List<Access> trailing = new ArrayList<>();

  /** Parts of an access that are still to come, one exit each. */
  final Deque<Access> fragments = new ArrayDeque<>();

  VcpuTask(int pid) {
    this.pid = pid;
  }
}
