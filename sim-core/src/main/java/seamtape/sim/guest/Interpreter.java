package seamtape.sim.guest;

/**
 * Executes the instructions of one vCPU until something needs the machine. One thread at a time;
 * deterministic; decoded code runs without allocation (code in the last 16 bytes of a page is
 * decoded each time). Between two runs the machine may change every register and every page; it
 * answers the last exit in {@link #exit} first.
 */
public final class Interpreter {
  /** What the next run has to finish first. */
  private enum Unfinished {
    NOTHING,
    /** The instruction that left for an answer starts again with it. */
    INSTRUCTION,
    /** More MMIO writes of the last instruction may wait for their exit. */
    WRITES
  }

  private final CpuState cpu;
  private final Core core;
  private final Alu alu;
  private final Moves moves;
  private final Branches branches;
  private final Stack stack;
  private final Shifts shifts;
  private final Multiply multiply;
  private final Bits bits;
  private final Strings strings;
  private final Ports ports;
  private final Flow flow;
  private final SystemOps system;
  private final Delivery delivery;

  private Unfinished unfinished = Unfinished.NOTHING;
  private Insn unfinishedInsn;
  private long unfinishedRip;

  private long left;
  private long executed;

  /** Interrupt shadow before the instruction in flight; it ends with that instruction. */
  private int shadowBefore;

  /** RFLAGS.RF before the instruction in flight; it ends with that instruction. */
  private long resumeBefore;

  /** The instruction in flight ends with a single-step trap. */
  private boolean trapAfter;

  public Interpreter(CpuState cpu, GuestBus bus) {
    this.cpu = cpu;
    core = new Core(cpu, bus);
    Flags flags = new Flags(cpu);
    Segmentation segmentation = new Segmentation(core);
    stack = new Stack(core, segmentation);
    Interrupts interrupts = new Interrupts(core, segmentation, stack.virtual8086);
    delivery = new Delivery(core, interrupts);
    alu = new Alu(core, flags);
    moves = new Moves(core, flags, segmentation);
    branches = new Branches(core, flags, segmentation, stack, interrupts);
    shifts = new Shifts(core, flags);
    multiply = new Multiply(core, flags);
    bits = new Bits(core);
    strings = new Strings(core, alu);
    ports = new Ports(core, strings);
    flow = new Flow(core, stack.virtual8086);
    system = new SystemOps(core, flags, segmentation);
  }

  /** The exit of the last run, and the place for its answer. */
  public GuestExit exit() {
    return core.exit;
  }

  /** Instructions (and iterations of REP) executed since creation. */
  public long executed() {
    return executed;
  }

  /** Forgets an exit that will never be answered, as when the vCPU is reset. */
  public void forget() {
    unfinished = Unfinished.NOTHING;
    core.mmio.end();
    keepShadows();
  }

  /**
   * Finishes what the last exit left open, as KVM_RUN does before anything else. Returns NONE when
   * there is nothing more to finish, or the kind of the exit that comes first.
   */
  public GuestExit.Kind complete() {
    if (unfinished == Unfinished.NOTHING) {
      return GuestExit.Kind.NONE;
    }
    begin();
    return finish() ? core.exit.kind : GuestExit.Kind.NONE;
  }

  /**
   * Executes at most {@code maxInstructions}; the reason for returning is also in {@link #exit}.
   */
  public GuestExit.Kind run(long maxInstructions) {
    begin();
    return go(maxInstructions);
  }

  private GuestExit.Kind go(long maxInstructions) {
    left = maxInstructions;
    if (finish()) {
      return core.exit.kind;
    }
    while (true) {
      try {
        loop();
        return core.exit.kind;
      } catch (GuestFault fault) {
        if (faulted(fault)) {
          return core.exit.kind;
        }
      }
    }
  }

  /**
   * As {@link #run}, where the pages of the code that ran last are still the same: a guest entry
   * that flushes no translations.
   */
  public GuestExit.Kind runOn(long maxInstructions) {
    core.memory.flush();
    core.readMode();
    core.attention = true;
    return go(maxInstructions);
  }

  private void begin() {
    core.flush();
    core.readMode();
    core.attention = true;
  }

  private void loop() {
    while (true) {
      if (core.attention && attend()) {
        return;
      }
      if (left <= 0) {
        core.exit.kind = GuestExit.Kind.BUDGET;
        return;
      }
      left--;
      long rip = cpu.rip;
      Insn insn = core.code.at(rip);
      core.insn = insn;
      core.nextRip = rip + insn.length;
      execute(insn);
      cpu.rip = core.nextRip;
      executed++;
    }
  }

  private void execute(Insn insn) {
    switch (insn.op.group) {
      case ALU -> alu.execute(insn);
      case MOVES -> moves.execute(insn);
      case BRANCHES -> branches.execute(insn);
      case STACK -> stack.execute(insn);
      case SHIFTS -> shifts.execute(insn);
      case MULTIPLY -> multiply.execute(insn);
      case BITS -> bits.execute(insn);
      case STRINGS -> strings.execute(insn);
      case PORTS -> ports.execute(insn);
      case FLOW -> flow.execute(insn);
      case SYSTEM -> system.execute(insn);
    }
  }

  /** Between two instructions: ends the last one, then delivers what is pending. True: an exit. */
  private boolean attend() {
    core.attention = false;
    endShadows();
    if (core.exitAfter) {
      core.exitAfter = false;
      core.mmio.end();
      return true;
    }
    if (core.mmio.writesWaiting()) {
      core.mmio.exitForWrite();
      unfinished = Unfinished.WRITES;
      return true;
    }
    core.mmio.end();
    if (core.modeChanged) {
      core.readMode();
    }
    if (core.bus.leaveRequested()) {
      core.exit.kind = GuestExit.Kind.NONE;
      return true;
    }
    long conditions = core.traps.take() | (trapAfter ? DebugTraps.DR6_BS : 0);
    boolean again = core.repeats;
    trapAfter = false;
    core.repeats = false;
    if (conditions != 0 && delivery.debug(conditions)
        || delivery.next()
        || core.traps.executes() && !again && delivery.breakpoint()) {
      return true;
    }
    beginInstruction();
    boolean watched = trapAfter || core.traps.executes();
    core.attention |= shadowBefore != 0 || resumeBefore != 0 || watched;
    return false;
  }

  private void beginInstruction() {
    shadowBefore = cpu.interruptShadow;
    resumeBefore = cpu.rflags & CpuState.RF;
    trapAfter = core.traps.steps();
  }

  private void endShadows() {
    cpu.interruptShadow &= ~shadowBefore;
    cpu.rflags &= ~resumeBefore;
    shadowBefore = 0;
    resumeBefore = 0;
  }

  /** What would have ended with the instruction that is left goes on. */
  private void keepShadows() {
    shadowBefore = 0;
    resumeBefore = 0;
    trapAfter = false;
    core.traps.take();
  }

  /** An instruction was left: an exit (true), or an exception, which is delivered. */
  private boolean faulted(GuestFault fault) {
    if (fault.vector != GuestFault.EXIT) {
      core.mmio.abandon();
      core.exitAfter = false;
      keepShadows();
      return delivery.raise(fault.vector, fault.hasErrorCode, fault.errorCode);
    }
    keepShadows();
    switch (core.exit.kind) {
      case IO, MMIO, RDMSR, WRMSR, HYPERCALL, VMGEXIT -> {
        unfinished = Unfinished.INSTRUCTION;
        unfinishedInsn = core.insn;
        unfinishedRip = cpu.rip;
      }
      case INTERNAL_ERROR -> {
        core.mmio.abandon();
        core.copyInstruction();
      }
      default -> core.mmio.abandon();
    }
    return true;
  }

  /** True when another exit comes before the guest can go on. */
  private boolean finish() {
    Unfinished last = unfinished;
    unfinished = Unfinished.NOTHING;
    switch (last) {
      case NOTHING -> {
        return false;
      }
      case WRITES -> {
        if (core.mmio.writesWaiting()) {
          core.mmio.exitForWrite();
          unfinished = Unfinished.WRITES;
          return true;
        }
        core.mmio.end();
        return false;
      }
      case INSTRUCTION -> {
        return again();
      }
    }
    throw new AssertionError(last);
  }

  private boolean again() {
    GuestExit exit = core.exit;
    switch (exit.kind) {
      case MMIO -> core.mmio.answer(exit.length);
      case IO -> core.mmio.answer(exit.count == 1 ? exit.size : 1);
      case RDMSR, WRMSR -> core.mmio.answerValue(exit.msrData);
      case HYPERCALL -> core.mmio.answerValue(exit.result);
      default -> core.mmio.answerValue(0);
    }
    cpu.rip = unfinishedRip;
    core.insn = unfinishedInsn;
    core.nextRip = cpu.rip + unfinishedInsn.length;
    core.mmio.begin();
    beginInstruction();
    try {
      execute(unfinishedInsn);
    } catch (GuestFault fault) {
      return faulted(fault);
    }
    cpu.rip = core.nextRip;
    executed++;
    left--;
    return endOfInstruction();
  }

  /** As {@link #attend}, without delivering anything yet. */
  private boolean endOfInstruction() {
    endShadows();
    core.attention = true;
    if (core.mmio.writesWaiting()) {
      core.mmio.exitForWrite();
      unfinished = Unfinished.WRITES;
      return true;
    }
    boolean leaves = core.exitAfter;
    core.exitAfter = false;
    core.mmio.end();
    return leaves;
  }
}
