package seamtape.sim.guest;

/**
 * Delivery of exceptions and interrupts through the IVT or the IDT. Everything is checked and
 * written before a register changes; a fault on the way is thrown like any other.
 */
final class Interrupts {
  /** Bits of a selector error code: the event came from outside, the selector is an IDT index. */
  private static final int EXTERNAL = 1;

  private static final int IDT = 2;

  private static final int TASK_GATE = 5;

  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;
  private final EventStacks stacks;
  private final Virtual8086 virtual8086;
  final TaskSwitch tasks;

  Interrupts(Core core, Segmentation segmentation, Virtual8086 virtual8086) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
    this.stacks = new EventStacks(core, segmentation);
    this.virtual8086 = virtual8086;
    this.tasks = new TaskSwitch(core, segmentation);
  }

  /** INT n, INT3, INTO: the frame points behind the instruction. */
  void software(int vector) {
    deliver(vector, core.nextRip, true, false, 0);
  }

  /** An interrupt or exception whose frame shows {@code rip}; execution goes on at core.nextRip. */
  void event(int vector, long rip, boolean hasErrorCode, int errorCode) {
    deliver(vector, rip, false, hasErrorCode, errorCode);
  }

  private void deliver(int vector, long rip, boolean soft, boolean hasErrorCode, int errorCode) {
    core.delivering = true;
    try {
      if (core.real) {
        throughVectorTable(vector, rip);
      } else {
        throughGate(vector, rip, soft, hasErrorCode, errorCode);
      }
    } finally {
      core.delivering = false;
      segmentation.external(false);
    }
    core.attention = true;
  }

  private void throughVectorTable(int vector, long rip) {
    if (4 * vector + 3 > (cpu.idtLimit & 0xffff)) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    long entry = core.memory.readLinear(cpu.idtBase + 4L * vector & 0xffff_ffffL, 4);
    core.poke(2, 2, cpu.rflags);
    core.poke(4, 2, cpu.segments[CpuState.CS].selector);
    core.poke(6, 2, rip);
    core.moveStack(-6);
    segmentation.loadCode((int) (entry >>> 16));
    cpu.rflags &= ~(CpuState.IF | CpuState.TF | CpuState.AC | CpuState.RF);
    core.nextRip = entry & 0xffff;
  }

  private void throughGate(
      int vector, long rip, boolean soft, boolean hasErrorCode, int errorCode) {
    boolean longMode = core.longModeActive();
    int gateSize = longMode ? 16 : 8;
    int code = vector * 8 | IDT | (soft ? 0 : EXTERNAL);
    if (vector * gateSize + gateSize - 1 > (cpu.idtLimit & 0xffff)) {
      throw core.fault.with(GuestFault.GP, code);
    }
    long at = cpu.idtBase + (long) vector * gateSize;
    long gate = core.readSystem(at, 8);
    checkGate(gate, code, soft, longMode);
    segmentation.external(!soft);
    if (typeOf(gate) == TASK_GATE) {
      tasks.to(selectorOf(gate), TaskSwitch.Reason.GATE, rip);
      if (hasErrorCode) {
        tasks.pushErrorCode(errorCode);
      }
      return;
    }
    boolean virtual = cpu.flag(CpuState.VM);
    long[] words = frame(rip, flagsImage(vector, soft), errorCode);
    int count = hasErrorCode ? words.length : words.length - 1;
    core.nextRip = enter(gate, at, words, count);
    if (virtual) {
      virtual8086.left();
    }
    long cleared = CpuState.TF | CpuState.NT | CpuState.VM | CpuState.RF;
    boolean interruptGate = (gate >>> 40 & 1) == 0;
    cpu.rflags &= ~(interruptGate ? cleared | CpuState.IF : cleared);
  }

  /** Pushes the frame and enters the gate's code; returns where it begins. */
  private long enter(long gate, long at, long[] words, int count) {
    int selector = selectorOf(gate);
    int level = segmentation.checkGate(selector);
    if (cpu.flag(CpuState.VM) && level != 0) {
      throw segmentation.fault(GuestFault.GP, selector);
    }
    long offset = gate & 0xffff | (gate >>> 48) << 16;
    if (core.longModeActive()) {
      offset |= core.readSystem(at + 8, 4) << 32;
      stacks.enterLong(level, (int) (gate >>> 32) & 7, words, count);
      return offset;
    }
    boolean wide = (gate >>> 43 & 1) != 0;
    stacks.enter(level, wide ? 4 : 2, words, count);
    return offset & (wide ? 0xffff_ffffL : 0xffff);
  }

  private static int typeOf(long gate) {
    return (int) (gate >>> 40) & 0x1f;
  }

  private static int selectorOf(long gate) {
    return (int) (gate >>> 16) & 0xffff;
  }

  /** In the order in which they are pushed; out of virtual-8086 mode GS, FS, DS and ES first. */
  private long[] frame(long rip, long flags, int errorCode) {
    int extra = virtual8086.extraWords();
    long[] frame = new long[extra + 6];
    virtual8086.extraWords(frame);
    frame[extra] = cpu.segments[CpuState.SS].selector;
    frame[extra + 1] = cpu.gpr[CpuState.RSP];
    frame[extra + 2] = flags;
    frame[extra + 3] = cpu.segments[CpuState.CS].selector;
    frame[extra + 4] = rip;
    frame[extra + 5] = errorCode & 0xffff_ffffL;
    return frame;
  }

  private void checkGate(long gate, int code, boolean soft, boolean longMode) {
    int type = typeOf(gate);
    boolean protectedModes = (type & 0x1e) == 6 || type == TASK_GATE;
    boolean known = (type & 0x1e) == 0xe || !longMode && protectedModes;
    boolean level = !soft || (int) (gate >>> 45 & 3) >= cpu.cpl();
    if (!known || !level) {
      throw core.fault.with(GuestFault.GP, code);
    }
    if ((gate >>> 47 & 1) == 0) {
      throw core.fault.with(GuestFault.NP, code);
    }
  }

  /** A fault is restartable: its flags image carries RF. */
  private long flagsImage(int vector, boolean soft) {
    boolean trap = vector >= GuestFault.DB && vector <= GuestFault.OF;
    boolean fault = !soft && vector < 32 && !trap;
    return fault ? cpu.rflags | CpuState.RF : cpu.rflags;
  }
}
