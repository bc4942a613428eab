package seamtape.replayer.replay;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.event.Subject;
import seamtape.machine.Machine;
import seamtape.machine.PagedMemory;
import seamtape.machine.UserMemory;
import seamtape.recorder.RecordingVmm;

/**
 * Feeds recorded stimuli to a machine, call by call, and collects what the machine does. It does
 * not judge: {@link Replay} compares.
 */
final class Driver implements EventSink {
  /** A forced end of a call takes at most this many resumes. */
  private static final int MAX_RESUMES = 64;

  private final RecordingVmm vmm;
  private final FdMap fds = new FdMap();
  private final EventSink out;
  private final Map<Integer, ReplayedCall> calls = new HashMap<>();
  private final Map<Integer, Long> quantum = new HashMap<>();
  private final Map<Long, Long> runAddress = new HashMap<>();
  private ReplayedCall driving;
  private long events;

  Driver(ReplayOptions options, seamtape.machine.MachineSpec spec, EventSink out) {
    this.out = out;
    this.vmm = RecordingVmm.of(options.simulator(), spec, this);
  }

  RecordingVmm vmm() {
    return vmm;
  }

  FdMap fds() {
    return fds;
  }

  /** The replay's own events, as they happen. */
  @Override
  public long append(Event event) {
    long number = out == null ? events + 1 : out.append(event);
    events = number;
    if (driving == null) {
      return number;
    }
    switch (event.phase) {
      case ENTER -> {
        if (event.call.family().nests()) {
          driving.replayedInside(event);
        }
      }
      case RETURN -> {
        if (event.call.family().nests()) {
          driving.replayedInside(event);
        } else {
          driving.replayedReturn(event);
        }
      }
      case INPUT -> {}
    }
    return number;
  }

  ReplayedCall call(int tid) {
    return calls.computeIfAbsent(tid, key -> new ReplayedCall());
  }

  /** Starts a recorded call: notes it, without making it. */
  ReplayedCall begin(Event enter) {
    int tid = Actor.tid(enter.actor);
    ReplayedCall call = call(tid);
    if (call.open && !call.returned) {
      forceEnd(tid, call);
    }
    call.begin(enter);
    return call;
  }

  /** Makes the call that {@link #begin} noted. */
  void make(ReplayedCall call) {
    int tid = Actor.tid(call.enter.actor);
    driving = call;
    if (call.enter.call instanceof KvmIoctl row) {
      ioctl(tid, call, row);
    } else if (call.enter.call instanceof FileOperation operation) {
      file(tid, call.enter, operation);
    }
    driving = null;
  }

  private void ioctl(int tid, ReplayedCall call, KvmIoctl row) {
    Event enter = call.enter;
    int fd = fds.of(enter.fields[0]);
    long arg = call.arg;
    if (row == KvmIoctl.KVM_RUN) {
      Long run = runAddress.get(enter.link);
      if (run != null) {
        copyIn(enter, run);
      }
    } else {
      copyIn(enter, arg);
      if (!call.neutral) {
        fds.translate(row, arg, vmm.memory());
      }
    }
    Long instructions = quantum.remove(tid);
    vmm.ioctl(
        tid,
        fd,
        row.number(),
        arg,
        instructions == null ? Machine.DEFAULT_INSTRUCTIONS : instructions);
  }

  private void copyIn(Event enter, long base) {
    for (int i = 0; i < enter.copyCount(); i++) {
      long address = base + enter.copyAt(i);
      int length = enter.copyLength(i);
      map(address, length);
      vmm.memory().write(address, enter.copyBytes(), enter.copyStart(i), length);
    }
  }

  /** Maps what was readable when it was recorded and is not mapped here. */
  void map(long address, long length) {
    UserMemory memory = vmm.memory();
    long first = address & -UserMemory.PAGE_SIZE;
    for (long page = first; page < address + length; page += UserMemory.PAGE_SIZE) {
      if (page < 0 || page >= PagedMemory.USER_END) {
        return;
      }
      if (memory.page(page) == null) {
        memory.map(page, UserMemory.PAGE_SIZE);
      }
    }
  }

  private void file(int tid, Event enter, FileOperation operation) {
    long[] in = enter.fields;
    switch (operation) {
      case OPEN -> vmm.open(tid, path(enter), in[0]);
      case CLOSE -> {
        vmm.close(tid, fds.of(in[0]));
        fds.remove(in[0]);
      }
      case DUP -> vmm.dup(tid, fds.of(in[0]));
      case EVENTFD -> vmm.eventfd(tid, in[0], in[1]);
      case MMAP -> mmap(tid, enter);
      case MUNMAP -> vmm.munmap(tid, in[0], in[1]);
      case KVM_UNKNOWN_IOCTL ->
          vmm.ioctl(tid, fds.of(in[0]), (int) in[1], in[2], Machine.DEFAULT_INSTRUCTIONS);
    }
  }

  private static String path(Event enter) {
    return enter.copyCount() == 0
        ? "/dev/kvm"
        : new String(enter.copied(0), StandardCharsets.UTF_8);
  }

  private void mmap(int tid, Event enter) {
    long[] in = enter.fields;
    int fd = (int) in[4] == -1 ? -1 : fds.of(in[4]);
    long result = vmm.mmap(tid, in[0], in[1], in[2], in[3], fd, in[5]);
    if (result == in[0] && Subject.vcpu(enter.link) >= 0) {
      runAddress.put(enter.link, in[0]);
    }
  }

  /** Applies an input event. */
  void input(Event event) {
    int tid = Actor.tid(event.actor);
    switch ((Input) event.call) {
      case USER_MEMORY -> store(tid, event);
      case SCHEDULE -> schedule((int) event.fields[0], event.fields[1]);
      case SIGNAL -> vmm.signal((int) event.fields[0]);
      case EVENTFD_WRITE -> vmm.writeEventfd(tid, fds.of(event.fields[0]), event.fields[1]);
      case HOST_TIME, ENTROPY, GAP, GUEST_MSR, GUEST_CPUID -> {}
    }
  }

  private void store(int tid, Event event) {
    for (int i = 0; i < event.copyCount(); i++) {
      map(event.fields[0] + event.copyAt(i), event.copyLength(i));
      vmm.store(tid, event.fields[0] + event.copyAt(i), event.copied(i));
    }
  }

  /** No recorder gives a turn more than the default: what claims to be longer is not waited for. */
  private void schedule(int tid, long claimed) {
    long instructions = Math.min(claimed, Machine.DEFAULT_INSTRUCTIONS);
    ReplayedCall call = call(tid);
    if (!call.open) {
      quantum.put(tid, instructions);
    } else if (!call.returned && !call.skipped) {
      driving = call;
      vmm.resume(tid, instructions);
      driving = null;
    }
  }

  /** Ends a call that the recording has ended and the machine has not, as a signal would. */
  void forceEnd(int tid, ReplayedCall call) {
    if (call.skipped || call.returned) {
      return;
    }
    driving = call;
    vmm.signal(tid);
    for (int i = 0; i < MAX_RESUMES && !call.returned; i++) {
      vmm.resume(tid, 1);
    }
    driving = null;
  }
}
