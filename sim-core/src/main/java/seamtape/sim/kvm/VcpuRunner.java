package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EAGAIN;
import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINTR;
import static seamtape.catalog.Errno.EINVAL;

import seamtape.catalog.KvmExit;
import seamtape.event.Subject;
import seamtape.machine.Machine;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.guest.GuestExit;
import seamtape.sim.guest.Interpreter;
import seamtape.sim.kvm.irq.LocalApic;
import seamtape.sim.kvm.tdx.TdRun;
import seamtape.sim.kvm.tdx.VcpuTdx;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * KVM_RUN of one vCPU: the rules before guest entry, the guest's instructions, exits. A run goes on
 * over several calls: {@link #start}, then {@link #advance} until it ends.
 */
public final class VcpuRunner {
  private final Vm vm;
  private final Vcpu state;
  private final RunPage run = new RunPage();
  private final ExitWriter exits = new ExitWriter(run);
  private final SyncRegs syncRegs;
  private final ApicEvents apicEvents;
  private final LocalApic lapic;
  private final VcpuBus bus;
  private final Interpreter interpreter;
  private final Hypercalls hypercalls;
  private final DirtyRing dirtyRing;
  private final VcpuWaits waits;
  private final EntryRequests requests;

  /** The last exit's answer is still to be taken over. */
  private boolean answerDue;

  /** KVM_RUN began while the vCPU waited for INIT; it ends when that comes. */
  private boolean awaitsInit;

  private int tid;

  /** Null on a host without SEV. */
  private final SevRun sev;

  /** Null for a vCPU of another VM than a TD. */
  private final VcpuTdx tdx;

  private final TdRun td;
  final VcpuStats stats;

  /** A KVM_RUN is in flight. */
  private boolean running;

  VcpuRunner(Vm vm, int id) {
    this.vm = vm;
    state = new Vcpu(vm, id);
    stats = new VcpuStats(vm, state);
    syncRegs = new SyncRegs(run, state);
    dirtyRing = new DirtyRing(vm.settings.dirtyRingSize);
    apicEvents = new ApicEvents(vm, state);
    lapic = apicEvents.lapic();
    hypercalls = new Hypercalls(this);
    bus = new VcpuBus(this, hypercalls);
    interpreter = new Interpreter(state.cpu, bus);
    sev = vm.sev == null ? null : new SevRun(vm, state, bus, exits, hypercalls);
    apicEvents.protectedBy(sev);
    waits = new VcpuWaits(this, bus);
    requests = new EntryRequests(this, apicEvents, exits);
    tdx = vm.tdx == null ? null : new VcpuTdx(vm.tdx, state);
    td = tdx == null ? null : new TdRun(tdx, bus, exits, bus::msrExitReason);
  }

  /** What KVM keeps of a TD's vCPU; null for another. */
  public VcpuTdx tdx() {
    return tdx;
  }

  public boolean running() {
    return running;
  }

  void running(boolean inFlight) {
    running = inFlight;
  }

  public Vm vm() {
    return vm;
  }

  public Vcpu state() {
    return state;
  }

  public int id() {
    return state.id();
  }

  LocalApic lapic() {
    return lapic;
  }

  DirtyRing dirtyRing() {
    return dirtyRing;
  }

  long executed() {
    return interpreter.executed();
  }

  /** The thread whose KVM_RUN this is. */
  int tid() {
    return tid;
  }

  long subject() {
    return Subject.vcpu(vm.number, state.id());
  }

  /** A page of the vCPU fd; null beyond its end. */
  byte[] page(long index) {
    return run.page(index, exits, vm, dirtyRing);
  }

  /**
   * The rules before guest entry.
   *
   * @param script how the guest's part ends in a machine whose guests do not execute, else null
   */
  long start(int thread, ScriptedExit script, long instructions) {
    tid = thread;
    run.clearFlags();
    awaitsInit = state.mpState == Vcpu.MP_STATE_UNINITIALIZED;
    if (awaitsInit) {
      if (run.immediateExit()) {
        return end(EINTR.result());
      }
      return script == null ? advance(false, instructions) : end(script.applyTo(state, exits));
    }
    long error = beforeEntry();
    if (error != 0) {
      return end(error);
    }
    long completed = script == null ? completeLastExit() : Machine.IN_PROGRESS;
    if (completed != Machine.IN_PROGRESS) {
      return end(completed);
    }
    if (run.immediateExit()) {
      return end(EINTR.result());
    }
    long notReady = td == null ? vm.readyToRun(state) : td.check();
    if (notReady != 0) {
      return end(notReady);
    }
    if (script != null) {
      state.hasRun = true;
      return end(script.applyTo(state, exits));
    }
    exits.reason(KvmExit.KVM_EXIT_UNKNOWN);
    return advance(false, instructions);
  }

  private long beforeEntry() {
    if (!syncRegs.valid(vm.hasProtectedState()) || !syncRegs.apply()) {
      return EINVAL.result();
    }
    return lapic == null && !state.setCr8(run.cr8()) ? EINVAL.result() : 0;
  }

  /** IN_PROGRESS unless what the last exit left open ends the run before the guest goes on. */
  private long completeLastExit() {
    if (td != null || !answerDue) {
      return td == null ? Machine.IN_PROGRESS : td.complete();
    }
    answerDue = false;
    GuestExit exit = interpreter.exit();
    if (exit.kind == GuestExit.Kind.VMGEXIT) {
      long result = sev.complete();
      answerDue = result == 0;
      return result == Machine.IN_PROGRESS ? goesOn() : result;
    }
    exits.answer(exit);
    if (exit.kind == GuestExit.Kind.HYPERCALL) {
      exit.result = hypercalls.complete(exits);
      if (hypercalls.dropsAnswer()) {
        interpreter.forget();
        return Machine.IN_PROGRESS;
      }
    }
    return goesOn();
  }

  /** The instruction that left is completed; 0 when that comes to another exit. */
  private long goesOn() {
    beginGuest();
    GuestExit.Kind kind = interpreter.complete();
    bus.leaveGuest();
    return kind != GuestExit.Kind.NONE && leave(kind) == 0 ? 0 : Machine.IN_PROGRESS;
  }

  /** Goes on for some instructions; IN_PROGRESS when the run has not ended. */
  long advance(boolean signalled, long instructions) {
    if (signalled) {
      exits.reason(KvmExit.KVM_EXIT_INTR);
      return end(EINTR.result());
    }
    vm.advanceTimers();
    acceptEvents();
    if (sev != null) {
      sev.beforeEntry();
    }
    if (awaitsInit) {
      return state.mpState == Vcpu.MP_STATE_UNINITIALIZED
          ? idle(instructions)
          : end(EAGAIN.result());
    }
    boolean holds = state.mpState == Vcpu.MP_STATE_AP_RESET_HOLD;
    if ((holds || state.mpState == Vcpu.MP_STATE_HALTED) && wakes()) {
      state.mpState = Vcpu.MP_STATE_RUNNABLE;
      state.pvUnhalted = false;
      waits.endPoll();
      stats.woken();
    }
    boolean runs = state.mpState == Vcpu.MP_STATE_RUNNABLE && !waits.haltedInGuest();
    return runs ? guest(instructions) : idle(instructions);
  }

  /** The vCPU waits: its share of time passes. */
  private long idle(long instructions) {
    vm.host.time.advance(Math.max(instructions, 0) * VirtualTime.CYCLES_PER_INSTRUCTION);
    return Machine.IN_PROGRESS;
  }

  private boolean wakes() {
    return td == null ? waits.wakes() : td.wakes() || state.pvUnhalted;
  }

  /** INIT and SIPI: what the guest was doing is forgotten. */
  void acceptEvents() {
    // A TD's vCPUs do not take INIT and SIPI.
    if (td == null && apicEvents.accept()) {
      interpreter.forget();
      waits.forget();
      answerDue = false;
    }
  }

  private void beginGuest() {
    state.hasRun = true;
    requests.enterGuest();
    stats.entering(state.cpu);
    state.cpu.interruptWindowRequested = run.requestInterruptWindow() && waits.acceptsInjection();
    bus.begin(interpreter.executed());
  }

  /** Guest entries of a TD; each takes its share of the budget, and of time. */
  private long tdGuest(long instructions) {
    long left = instructions;
    while (left > 0) {
      state.hasRun = true;
      vm.host.tdx.budget(left);
      long result = td.enter();
      stats.count(VcpuStats.Name.EXITS);
      long done = Math.max(vm.host.tdx.executed(), 1);
      vm.host.time.advance(done * VirtualTime.CYCLES_PER_INSTRUCTION);
      left -= done;
      if (result != Machine.IN_PROGRESS) {
        return end(result);
      }
      if (state.mpState != Vcpu.MP_STATE_RUNNABLE) {
        return Machine.IN_PROGRESS;
      }
    }
    return Machine.IN_PROGRESS;
  }

  private long guest(long instructions) {
    if (td != null) {
      return tdGuest(instructions);
    }
    long left = instructions;
    while (left > 0) {
      long ended = requests.leave();
      if (ended != Machine.IN_PROGRESS) {
        return end(ended);
      }
      if (sev != null && sev.entryFails()) {
        exits.failEntry();
        return end(0);
      }
      beginGuest();
      long before = interpreter.executed();
      GuestExit.Kind kind = interpreter.run(left);
      // Instructions that fault are not executed, but take their share of the budget and of time.
      long executed = interpreter.executed() - before;
      long least = kind == GuestExit.Kind.EPT_VIOLATION ? 1 : 0;
      long done = kind == GuestExit.Kind.BUDGET ? left : Math.max(executed, least);
      vm.host.time.advance(done * VirtualTime.CYCLES_PER_INSTRUCTION);
      bus.caughtUp(interpreter.executed());
      bus.leaveGuest();
      left -= Math.max(done, 1);
      stats.left(kind, executed > 0);
      long result = leave(kind);
      if (result != Machine.IN_PROGRESS) {
        return end(result);
      }
      if (state.mpState != Vcpu.MP_STATE_RUNNABLE || waits.haltedInGuest()) {
        return Machine.IN_PROGRESS;
      }
      acceptEvents();
    }
    return Machine.IN_PROGRESS;
  }

  EntryRequests requests() {
    return requests;
  }

  /** Ends the run with an exit, or goes on in the kernel (IN_PROGRESS). */
  private long leave(GuestExit.Kind kind) {
    GuestExit exit = interpreter.exit();
    if (sev != null && sev.raisesVc(exit)) {
      interpreter.forget();
      return Machine.IN_PROGRESS;
    }
    answerDue = kind.asksUserSpace();
    switch (kind) {
      case NONE, BUDGET -> {
        return Machine.IN_PROGRESS;
      }
      case HLT -> {
        if (waits.halt()) {
          return Machine.IN_PROGRESS;
        }
        exits.reason(KvmExit.KVM_EXIT_HLT);
      }
      case VMGEXIT -> {
        long result = sev.vmgexit();
        answerDue = result == 0;
        return result;
      }
      case SET_TPR -> exits.reason(KvmExit.KVM_EXIT_SET_TPR);
      case IO -> exits.io(exit);
      case MMIO -> {
        exit.gpa = bus.plainAddress(exit.gpa);
        exits.mmio(exit);
      }
      case DEBUG -> exits.debug(exit);
      case HYPERCALL -> hypercalls.exit(exits);
      case RDMSR, WRMSR -> exits.msr(exit, bus.msrExitReason(), kind == GuestExit.Kind.WRMSR);
      case INTERRUPT_WINDOW -> exits.reason(KvmExit.KVM_EXIT_IRQ_WINDOW_OPEN);
      case INTERNAL_ERROR -> {
        return bus.faultingGpa() >= 0 ? memoryFault() : emulationFailed(exit);
      }
      case SHUTDOWN -> exits.reason(KvmExit.KVM_EXIT_SHUTDOWN);
      // What KVM cannot mend happens again, until somebody else has changed it.
      case EPT_VIOLATION -> {
        return bus.faultingGpa() >= 0 ? memoryFault() : Machine.IN_PROGRESS;
      }
    }
    return 0;
  }

  /**
   * handle_emulation_failure: #UD is queued, and code of the kernel leaves with the instruction;
   * with KVM_CAP_EXIT_ON_EMULATION_FAILURE all code leaves, and nothing is queued.
   */
  private long emulationFailed(GuestExit exit) {
    if (!vm.settings.exitOnEmulationFailure) {
      state.queueException(GuestBus.UNDEFINED_OPCODE, false, 0);
      if (!state.cpu.realMode() && state.cpu.cpl() != 0) {
        return Machine.IN_PROGRESS;
      }
    }
    exits.internalError(exit);
    return 0;
  }

  /** A slot's page without user memory behind it is a fault of the VMM, not MMIO. */
  private long memoryFault() {
    answerDue = false;
    interpreter.forget();
    if (vm.host.profile.guestMemfd()) {
      bus.reportFault(exits);
    }
    return EFAULT.result();
  }

  private long end(long result) {
    waits.endPoll();
    syncRegs.store();
    run.save(state, vm.interrupts.pic() != null || waits.readyForInjection());
    awaitsInit = false;
    return result;
  }
}
