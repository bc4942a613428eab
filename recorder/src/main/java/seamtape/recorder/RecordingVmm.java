package seamtape.recorder;

import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import seamtape.catalog.Call;
import seamtape.catalog.Errno;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.catalog.KvmIoctl;
import seamtape.event.Actor;
import seamtape.event.Event;
import seamtape.event.EventSink;
import seamtape.event.Subject;
import seamtape.machine.Machine;
import seamtape.machine.MachineFactory;
import seamtape.machine.MachineRefusedException;
import seamtape.machine.MachineSpec;
import seamtape.machine.PagedMemory;
import seamtape.machine.ScriptedExits;
import seamtape.machine.UserMemory;
import seamtape.machine.Vmm;
import seamtape.recorder.live.LiveMachine;

/**
 * A machine whose every call is told to a sink: the enter event before the machine sees the call,
 * the return event after. One thread, as the machine itself.
 */
public final class RecordingVmm implements Vmm {
  /** Stores up to this size wait for the next call, whose argument they may be. */
  private static final int MAX_PENDING_STORE = 4096;

  private static final FileOperation UNKNOWN = FileOperation.KVM_UNKNOWN_IOCTL;
  private static final long PROT_READ_WRITE = 3;

  private final UserMemory memory;
  private final EventLog log;
  private final Machine machine;
  private final LongSupplier clock;

  /** Null where the machine's copies are observed. */
  private final WrittenArgument readBack;

  private final Event event = new Event();
  private final ArgumentSnapshot snapshot;
  private final Event returned = new Event();
  private final Event input = new Event();
  private final LongTable<CallInFlight> inFlight = new LongTable<>();
  private final LongTable<RunPage> runPages = new LongTable<>();
  private final PendingStores pending = new PendingStores();
  private final ObservedMemory observed;
  private byte[] written = new byte[UserMemory.PAGE_SIZE];

  private RecordingVmm(MachineFactory factory, MachineSpec spec, EventSink sink) {
    this.log = new EventLog(sink);
    this.memory = new PagedMemory();
    this.snapshot = new ArgumentSnapshot(memory, SubCommands.of(spec.vendor()));
    this.observed = new ObservedMemory(memory);
    NestedRecorder nested = new NestedRecorder(inFlight, log, this::tsc);
    this.machine = MachineRefusedException.orMachine(factory, spec, observed, nested);
    this.clock = machine::tsc;
    this.readBack = null;
  }

  private RecordingVmm(LiveMachine kernel, EventSink sink) {
    this.log = new EventLog(sink);
    this.memory = kernel.memory();
    this.snapshot = new ArgumentSnapshot(memory, SubCommands.EITHER);
    this.observed = new ObservedMemory(memory);
    this.machine = kernel;
    this.clock = kernel::now;
    this.readBack = new WrittenArgument(memory);
  }

  /**
   * Records the real kernel. What it writes to user memory is read back after the call; turns are
   * wall time and not told.
   */
  public static RecordingVmm live(LiveMachine kernel, EventSink sink) {
    return new RecordingVmm(kernel, sink);
  }

  /**
   * @throws MachineRefusedException for a machine that cannot be built, with a sentence that says
   *     why
   */
  public static RecordingVmm of(MachineFactory factory, MachineSpec spec, EventSink sink) {
    return new RecordingVmm(factory, spec, sink);
  }

  @Override
  public UserMemory memory() {
    return memory;
  }

  /** The machine itself: what is asked of it here is in no recording. */
  public Machine unrecorded() {
    return machine;
  }

  /** The next KVM_RUN of a scripted machine; see {@link ScriptedExits}. */
  public void nextExit(int tid, long result, int exitReason) {
    ((ScriptedExits) machine).nextExit(tid, result, exitReason);
  }

  @Override
  public void store(int tid, long address, byte[] bytes) {
    if (!memory.write(address, bytes, 0, bytes.length)) {
      throw new IllegalArgumentException("not mapped: 0x" + Long.toHexString(address));
    }
    if (bytes.length <= MAX_PENDING_STORE) {
      pending.add(Actor.vmm(tid), address, bytes);
    } else {
      tellPending();
      tell(Actor.vmm(tid), address, bytes, 0, bytes.length);
    }
  }

  /** Tells the stores that no call has taken as its argument. Call once after the last call. */
  public void finish() {
    tellPending();
  }

  @Override
  public long open(int tid, String path, long flags) {
    begin(tid, FileOperation.OPEN, Subject.SYSTEM);
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    event.copy(0, name, 0, name.length);
    event.fields[0] = flags;
    CallInFlight call = enter(tid, 0, null);
    return returns(call, machine.open(tid, path, flags));
  }

  @Override
  public long close(int tid, int fd) {
    begin(tid, FileOperation.CLOSE, machine.subject(fd));
    event.fields[0] = fd;
    CallInFlight call = enter(tid, 0, null);
    return returns(call, machine.close(tid, fd));
  }

  @Override
  public long dup(int tid, int fd) {
    begin(tid, FileOperation.DUP, machine.subject(fd));
    event.fields[0] = fd;
    CallInFlight call = enter(tid, 0, null);
    return returns(call, machine.dup(tid, fd));
  }

  @Override
  public long eventfd(int tid, long initval, long flags) {
    begin(tid, FileOperation.EVENTFD, Subject.SYSTEM);
    event.fields[0] = initval;
    event.fields[1] = flags;
    CallInFlight call = enter(tid, 0, null);
    return returns(call, machine.eventfd(tid, initval, flags));
  }

  @Override
  public long writeEventfd(int tid, int fd, long value) {
    tellPending();
    input.input(Input.EVENTFD_WRITE, Actor.vmm(tid), clock.getAsLong());
    input.fields[0] = fd;
    input.fields[1] = value;
    log.append(input);
    return machine.writeEventfd(tid, fd, value);
  }

  @Override
  public long mmap(int tid, long address, long length, long prot, long flags, int fd, long offset) {
    long subject = machine.subject(fd);
    begin(tid, FileOperation.MMAP, subject);
    event.fields[0] = address;
    event.fields[1] = length;
    event.fields[2] = prot;
    event.fields[3] = flags;
    event.fields[4] = fd;
    event.fields[5] = offset;
    CallInFlight call = enter(tid, 0, null);
    long result = machine.mmap(tid, address, length, prot, flags, fd, offset);
    if (!Errno.isError(result)
        && Subject.vcpu(subject) >= 0
        && offset == 0
        && (prot & PROT_READ_WRITE) != 0) {
      runPages.put(subject, new RunPage(memory, result));
    }
    return returns(call, result);
  }

  @Override
  public long munmap(int tid, long address, long length) {
    begin(tid, FileOperation.MUNMAP, Subject.SYSTEM);
    event.fields[0] = address;
    event.fields[1] = length;
    CallInFlight call = enter(tid, 0, null);
    runPages.removeIf(run -> run.address() >= address && run.address() < address + length);
    return returns(call, machine.munmap(tid, address, length));
  }

  @Override
  public long ioctl(int tid, int fd, int request, long arg, long instructions) {
    KvmIoctl row = KvmIoctl.byNumber(request).orElse(null);
    CallInFlight call =
        row == null
            ? enterUnknown(tid, fd, request, arg)
            : enterKnown(tid, fd, row, arg, instructions);
    observed.serving(call);
    return settle(call, machine.ioctl(tid, fd, request, arg, instructions));
  }

  private CallInFlight enterUnknown(int tid, int fd, int request, long arg) {
    begin(tid, UNKNOWN, machine.subject(fd));
    event.fields[0] = fd;
    event.fields[1] = Integer.toUnsignedLong(request);
    event.fields[2] = arg;
    return enter(tid, arg, null);
  }

  private CallInFlight enterKnown(int tid, int fd, KvmIoctl row, long arg, long instructions) {
    long subject = machine.subject(fd);
    if (row == KvmIoctl.KVM_RUN && instructions != DEFAULT_INSTRUCTIONS) {
      tellPending();
      schedule(tid, instructions);
    }
    event.enter(row, Actor.vmm(tid), clock.getAsLong(), subject);
    snapshot.take(row, arg, event);
    RunPage run = row == KvmIoctl.KVM_RUN ? runPages.get(subject) : null;
    if (run != null) {
      run.changes(event);
    }
    if (!pending.isEmpty()) {
      pending.dropCovered(snapshot, run);
      tellPending();
    }
    event.fields[0] = fd;
    event.fields[1] = arg;
    return enter(tid, run == null ? arg : run.address(), run);
  }

  @Override
  public long resume(int tid, long instructions) {
    CallInFlight call = inFlight.get(tid);
    if (call == null || !call.inFlight()) {
      throw new IllegalStateException("thread " + tid + " has no call in flight");
    }
    tellPending();
    schedule(tid, instructions);
    observed.serving(call);
    return settle(call, machine.resume(tid, instructions));
  }

  private void schedule(int tid, long instructions) {
    if (readBack != null) {
      return;
    }
    input.input(Input.SCHEDULE, Actor.vmm(tid), clock.getAsLong());
    input.fields[0] = tid;
    input.fields[1] = instructions;
    log.append(input);
  }

  @Override
  public void signal(int tid) {
    tellPending();
    input.input(Input.SIGNAL, Actor.vmm(tid), clock.getAsLong());
    input.fields[0] = tid;
    log.append(input);
    machine.signal(tid);
  }

  @Override
  public long tsc() {
    return machine.tsc();
  }

  @Override
  public long subject(int fd) {
    return machine.subject(fd);
  }

  @Override
  public void close() {
    machine.close();
  }

  private void begin(int tid, Call call, long subject) {
    tellPending();
    event.enter(call, Actor.vmm(tid), clock.getAsLong(), subject);
  }

  private CallInFlight enter(int tid, long base, RunPage run) {
    CallInFlight call = inFlight.get(tid);
    if (call == null) {
      call = new CallInFlight();
      inFlight.put(tid, call);
    }
    if (call.inFlight()) {
      throw new IllegalStateException("thread " + tid + " already has a call in flight: " + call);
    }
    log.append(event);
    call.begin(event, base, run, log.last());
    observed.serving(call);
    return call;
  }

  private long settle(CallInFlight call, long result) {
    observed.serving(null);
    return result == IN_PROGRESS ? result : returns(call, result);
  }

  private long returns(CallInFlight call, long result) {
    observed.serving(null);
    returned.returns(call.call, call.actor, clock.getAsLong(), log.last() + 1 - call.enters[0]);
    returned.fields[0] = result;
    if (call.call.copies()) {
      for (int i = 0; i < call.writes; i++) {
        copyWritten(call.writeAt[i], call.writeLength[i], call.base);
      }
    }
    if (readBack != null && call.call instanceof KvmIoctl row) {
      readBack.take(row, call.base, call.subject, returned);
    }
    if (call.run != null) {
      call.run.exit(returned);
    } else if (call.call == KvmIoctl.KVM_RUN) {
      returned.fields[1] = -1;
    }
    call.end();
    log.append(returned);
    return result;
  }

  /** Adds what the machine wrote to the return event, as it lies there now, if it still does. */
  private void copyWritten(long address, int length, long base) {
    if (length > written.length) {
      written = new byte[length];
    }
    if (memory.read(address, written, 0, length)) {
      returned.copy(address - base, written, 0, length);
    }
  }

  private void tellPending() {
    for (int i = 0; i < pending.count(); i++) {
      tell(
          pending.actor(i),
          pending.address(i),
          pending.bytes(),
          pending.start(i),
          pending.length(i));
    }
    pending.clear();
  }

  private void tell(long actor, long address, byte[] bytes, int start, int length) {
    int done = 0;
    while (done < length) {
      int part = Math.min(length - done, Event.MAX_COPY_BYTES);
      input.input(Input.USER_MEMORY, actor, clock.getAsLong());
      input.fields[0] = address + done;
      input.copy(0, bytes, start + done, part);
      log.append(input);
      done += part;
    }
  }
}
