package seamtape.replayer.state;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import seamtape.catalog.FdKind;
import seamtape.catalog.FileOperation;
import seamtape.catalog.Input;
import seamtape.catalog.KvmCapability;
import seamtape.catalog.KvmIoctl;
import seamtape.catalog.TdxCommand;
import seamtape.event.Event;
import seamtape.event.Phase;
import seamtape.event.Subject;
import seamtape.recorder.tape.Cursor;
import seamtape.recorder.tape.Tape;
import seamtape.recorder.tape.TapeException;

/**
 * The state of the recorded process's machine, folded from its events: what they carry, and since
 * which event. Give it every event in order.
 */
public final class MachineState {
  /** More VMs than this are in no state that is read. */
  private static final int MAX_VMS = 1 << 24;

  private static final Set<Topic> FROM_EVENTFD = EnumSet.of(Topic.EVENTS, Topic.MP_STATE);

  private final Map<Long, OpenFd> fds = new TreeMap<>();
  private final Map<Integer, VmState> vms = new TreeMap<>();

  /** The last enter event of each actor, reused; numbered 0 once its return came. */
  private final Map<Long, Event> enters = new TreeMap<>();

  /** VMs that no fd reaches any more; a call in flight may still name one. */
  private final BitSet gone = new BitSet();

  private final Touched touched = new Touched();
  private final TdFold tds;

  private long event;
  private int vmsMade;

  public MachineState() {
    tds = new TdFold(touched);
  }

  private MachineState(MachineState other) {
    fds.putAll(other.fds);
    other.vms.forEach((number, vm) -> vms.put(number, vm.copy(touched)));
    other.inFlight().forEach(enter -> enters.put(enter.actor, Event.copyOf(enter)));
    gone.or(other.gone);
    tds = other.tds.copy(touched);
    event = other.event;
    vmsMade = other.vmsMade;
  }

  private MachineState(StateReader from) {
    event = from.number();
    vmsMade = from.integer();
    from.all(() -> OpenFd.read(from), fd -> fds.put(fd.fd(), fd));
    from.all(() -> VmState.read(from, touched), vm -> vms.put(vm.number(), vm));
    from.all(from::enter, enter -> enters.put(enter.actor, enter));
    from.all(() -> Objects.checkIndex(from.integer(), MAX_VMS), gone::set);
    tds = TdFold.read(from, touched);
  }

  /** Reads what {@link #write} wrote. */
  static MachineState read(StateReader from) {
    return new MachineState(from);
  }

  void write(StateWriter to) {
    to.put(event);
    to.put(vmsMade);
    to.all(fds.values(), fd -> fd.write(to));
    to.all(vms.values(), vm -> vm.write(to));
    to.all(inFlight(), to::put);
    to.all(gone.stream().boxed().toList(), number -> to.put(number.longValue()));
    tds.write(to);
  }

  /** The same state, to be moved on by itself. */
  public MachineState copy() {
    return new MachineState(this);
  }

  private static final int MOVE_CONTEXT = KvmCapability.KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM.number();

  /** Bytes of memory that it takes, about. */
  long weight() {
    long bytes = 1024 + 64L * fds.size() + 12_288L * inFlight().size();
    for (VmState vm : vms.values()) {
      bytes += 4096 + 128L * vm.slots().size();
      for (VcpuState vcpu : vm.vcpus().values()) {
        bytes += 1024 + 96L * vcpu.msrs().byIndex().size();
      }
    }
    for (TdState td : tds().values()) {
      bytes += 1024 + 104L * td.pages().size() + 112L * td.entries().size();
    }
    return bytes + 64L * tds.sources().storedPages();
  }

  /** The parts that the last event may have changed; valid until the next. */
  public List<StatePart> touched() {
    return touched.parts();
  }

  /**
   * Folds a recording up to an event.
   *
   * @throws TapeException where the recording is damaged
   */
  public static MachineState at(Tape tape, long event) throws TapeException {
    MachineState state = new MachineState();
    try (Cursor cursor = tape.cursor()) {
      while (state.event < event && cursor.next()) {
        state.apply(cursor.event());
      }
    }
    return state;
  }

  /** The number of the last event folded; 0 before the first. */
  public long event() {
    return event;
  }

  /** Those open, by number. */
  public Map<Long, OpenFd> fds() {
    return fds;
  }

  /** Those that an fd still reaches, by number. */
  public Map<Integer, VmState> vms() {
    return vms;
  }

  /** Those that are not reclaimed, by TDR. */
  public Map<Long, TdState> tds() {
    return tds.tds();
  }

  /** Enter events of the system calls that have not returned, ordered by actor. */
  List<Event> inFlight() {
    return enters.values().stream().filter(enter -> enter.number != 0).toList();
  }

  /** Takes the next event. */
  public void apply(Event next) {
    event = next.number;
    touched.clear();
    if (next.phase == Phase.INPUT) {
      input(next);
    } else if (!next.call.family().nests()) {
      if (next.phase == Phase.ENTER) {
        tdxRegion(next);
        enters.computeIfAbsent(next.actor, key -> new Event()).set(next);
        if (next.call == FileOperation.CLOSE) {
          // The number is free before the file is let go, which can be long work.
          closed(next.fields[0]);
        }
      } else {
        returned(next);
      }
    } else {
      tds.apply(next);
    }
  }

  /** KVM_TDX_INIT_MEM_REGION tells where the pages come from that its SEAMCALLs add. */
  private void tdxRegion(Event enter) {
    if (enter.call != KvmIoctl.KVM_MEMORY_ENCRYPT_OP) {
      return;
    }
    StructBytes command = StructBytes.of(enter);
    if (command.number(0, 4).orElse(-1) == TdxCommand.KVM_TDX_INIT_MEM_REGION.id()) {
      long at = command.number(8, 8).orElse(0) - enter.fields[1];
      long source = command.number(at, 8).orElse(0);
      long pages = command.number(at + 16, 8).orElse(Long.MAX_VALUE);
      tds.sources().region(source, command.number(at + 8, 8).orElse(0), pages);
    }
  }

  /** A write to an eventfd may be an interrupt of any VM that has it as an irqfd. */
  private void input(Event input) {
    tds.sources().stored(input);
    if (input.call == Input.EVENTFD_WRITE) {
      vms.values().forEach(vm -> vm.vcpus().values().forEach(v -> v.touch(FROM_EVENTFD, input)));
    }
  }

  private void returned(Event returned) {
    Event enter = enters.get(returned.actor);
    if (enter == null || enter.number != returned.number - returned.link) {
      return;
    }
    if (enter.call instanceof KvmIoctl call) {
      ioctl(call, enter, returned);
    } else if (enter.call instanceof FileOperation operation) {
      file(operation, enter, returned.fields[0]);
    }
    enter.number = 0;
  }

  private void file(FileOperation operation, Event enter, long result) {
    switch (operation) {
      case OPEN -> made(result, opened(enter), Subject.SYSTEM, enter);
      case EVENTFD -> made(result, FdKind.EVENTFD, Subject.SYSTEM, enter);
      case DUP -> duplicated(enter, result);
      case CLOSE, MMAP, MUNMAP, KVM_UNKNOWN_IOCTL -> {}
    }
  }

  /** What open(2) was asked for; an imported recording may not show the path. */
  private static FdKind opened(Event enter) {
    if (enter.copyCount() == 0) {
      return FdKind.SYSTEM;
    }
    String path = new String(enter.copied(0), StandardCharsets.UTF_8).replace("\0", "");
    return path.equals("/dev/kvm") ? FdKind.SYSTEM : FdKind.OTHER;
  }

  private void made(long fd, FdKind kind, long subject, Event enter) {
    if (fd >= 0) {
      fds.put(fd, new OpenFd(fd, kind, subject, enter.number));
      touched.add(StatePart.Kind.FD, fd);
    }
  }

  private void duplicated(Event enter, long result) {
    OpenFd original = fds.get(enter.fields[0]);
    if (original != null) {
      made(result, original.kind(), original.subject(), enter);
    }
  }

  /** close(2) takes the fd away whatever it answers, unless there was none. */
  private void closed(long fd) {
    OpenFd closed = fds.remove(fd);
    if (closed != null) {
      touched.add(StatePart.Kind.FD, fd);
    }
    VmState owner = closed == null ? null : vms.get(Subject.vm(closed.subject()));
    if (owner != null && closed.kind() == FdKind.GUEST_MEMFD && owner.sev().rmp() != null) {
      owner.sev().rmp().memfdClosed(event);
      touched.add(StatePart.Kind.VM, owner.number());
    }
    if (closed != null && Subject.vm(closed.subject()) >= 0) {
      int vm = Subject.vm(closed.subject());
      if (fds.values().stream().noneMatch(left -> Subject.vm(left.subject()) == vm)) {
        vms.remove(vm);
        gone.set(vm);
        touched.add(StatePart.Kind.VM_LIFE, vm);
      }
    }
  }

  private void ioctl(KvmIoctl call, Event enter, Event returned) {
    long result = returned.fields[0];
    VmState vm = vm(Subject.vm(enter.link));
    if (result >= 0) {
      makesFd(call, enter, returned, vm);
    }
    if (vm != null && Subject.vcpu(enter.link) >= 0) {
      vm.vcpu(Subject.vcpu(enter.link), 0).apply(enter, returned);
      touchSiblings(vm, call, enter);
      if (call == KvmIoctl.KVM_RUN && vm.sev().ran(enter.number)) {
        touched.add(StatePart.Kind.VM, vm.number());
      }
      if (call == KvmIoctl.KVM_MEMORY_ENCRYPT_OP) {
        vm.encryptOp(Subject.vcpu(enter.link), enter, returned);
      }
    } else if (vm != null && result >= 0) {
      vm.apply(enter, returned, tds.sources());
      if (call == KvmIoctl.KVM_ENABLE_CAP) {
        contextMoved(vm, StructBytes.of(enter));
      }
    }
  }

  /** KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM names the VM that gives by its fd. */
  private void contextMoved(VmState vm, StructBytes enable) {
    OpenFd source = fds.get(enable.number(8, 8).orElse(-1));
    boolean moves = enable.number(0, 4).orElse(-1) == MOVE_CONTEXT && source != null;
    VmState from = moves ? vms.get(Subject.vm(source.subject())) : null;
    if (from != null) {
      vm.sev().moveFrom(from.sev());
      touched.add(StatePart.Kind.VM_LIFE, from.number());
    }
  }

  private static void touchSiblings(VmState vm, KvmIoctl call, Event enter) {
    Set<Topic> touched = Topic.touchedFromOutside(call);
    for (VcpuState vcpu : vm.vcpus().values()) {
      if (vcpu.id() != Subject.vcpu(enter.link)) {
        vcpu.touch(touched, enter);
      }
    }
  }

  /** Null for none; a log may begin after the VM's creation. */
  private VmState vm(int number) {
    if (number < 0 || gone.get(number)) {
      return null;
    }
    vmsMade = Math.max(vmsMade, number + 1);
    VmState known = vms.get(number);
    return known == null ? vmMade(number, 0, 0) : known;
  }

  private VmState vmMade(int number, long created, long type) {
    VmState made = new VmState(number, created, type, touched);
    vms.put(number, made);
    touched.add(StatePart.Kind.VM_LIFE, number);
    return made;
  }

  private void makesFd(KvmIoctl call, Event enter, Event returned, VmState vm) {
    long subject = enter.link;
    if (call == KvmIoctl.KVM_CREATE_VM) {
      int number = vmsMade++;
      vmMade(number, enter.number, enter.fields[1]);
      subject = Subject.vm(number);
    } else if (call == KvmIoctl.KVM_CREATE_VCPU && vm != null) {
      int id = (int) enter.fields[1];
      vm.vcpu(id, enter.number);
      subject = Subject.vcpu(vm.number(), id);
    } else if (call == KvmIoctl.KVM_CREATE_DEVICE) {
      long flags = StructBytes.of(enter).number(8, 4).orElse(0);
      long fd = StructBytes.of(returned).number(4, 4).orElse(-1);
      made((flags & 1) != 0 ? -1 : fd, FdKind.DEVICE, subject, enter);
    }
    if (call.makes().isPresent() && call != KvmIoctl.KVM_CREATE_DEVICE) {
      made(returned.fields[0], call.makes().get(), subject, enter);
    }
  }

  /** The call in flight that may change a topic of a vCPU now; null for none. */
  Event changing(int vm, int vcpu, Topic topic) {
    long own = Subject.vcpu(vm, vcpu);
    for (Event enter : enters.values()) {
      if (enter.number != 0
          && enter.call instanceof KvmIoctl call
          && Subject.vm(enter.link) == vm) {
        boolean mine = enter.link == own;
        Set<Topic> touched = mine ? Topic.touchedBy(call) : Topic.touchedFromOutside(call);
        if (touched.contains(topic) || mine && Topic.setBy(call) == topic) {
          return enter;
        }
      }
    }
    return null;
  }

  /** The enter event of a KVM_RUN in flight in a VM; 0 for none. */
  long running(int vm) {
    for (Event enter : enters.values()) {
      boolean runs = enter.number != 0 && enter.call == KvmIoctl.KVM_RUN;
      if (runs && Subject.vm(enter.link) == vm) {
        return enter.number;
      }
    }
    return 0;
  }

  /** The call in flight that may change MSRs of a vCPU now; null for none. */
  Event changingMsrs(int vm, int vcpu) {
    for (Event enter : enters.values()) {
      boolean mine = enter.number != 0 && enter.link == Subject.vcpu(vm, vcpu);
      if (mine && enter.call instanceof KvmIoctl call && MsrFold.touchedBy(call)) {
        return enter;
      }
    }
    return null;
  }

  /** What is known of a topic of a vCPU now. */
  Known known(int vm, VcpuState vcpu, Topic topic) {
    Event changing = changing(vm, vcpu.id(), topic);
    return changing == null
        ? vcpu.topic(topic)
        : new Known(changing.number, (KvmIoctl) changing.call, null);
  }
}
