package seamtape.sim.guest;

/** Far JMP and CALL of protected mode: to code, through a call gate, to another task. */
final class FarTransfers {
  private static final int CALL_GATE_16 = 4;
  private static final int TASK_GATE = 5;
  private static final int CALL_GATE_32 = 12;
  private static final int CODE_OR_DATA = 0x10;
  private static final int MAX_PARAMETERS = 31;

  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;
  private final EventStacks stacks;
  private final TaskSwitch tasks;

  /** SS and stack pointer, parameters, CS and where to go back, in the order of their pushes. */
  private final long[] frame = new long[MAX_PARAMETERS + 4];

  FarTransfers(Core core, Segmentation segmentation, TaskSwitch tasks) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
    this.stacks = new EventStacks(core, segmentation);
    this.tasks = tasks;
  }

  /**
   * Goes where a far pointer says.
   *
   * @param size operand size, which a call gate replaces by its own
   */
  void to(int selector, long offset, int size, boolean call) {
    if ((selector & ~3) == 0) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    long descriptor = segmentation.descriptor(selector);
    int type = (int) (descriptor >>> 40) & 0x1f;
    boolean longMode = core.longModeActive();
    if (type >= CODE_OR_DATA) {
      direct(selector, offset, size, call);
    } else if (type == CALL_GATE_32 || type == CALL_GATE_16 && !longMode) {
      checkGate(selector, descriptor);
      throughGate(selector, descriptor, call);
    } else if (longMode) {
      throw segmentation.fault(GuestFault.GP, selector);
    } else {
      task(selector, descriptor, type == TASK_GATE, call);
    }
  }

  private void direct(int selector, long offset, int size, boolean call) {
    segmentation.checkCode(selector);
    segmentation.requireOffset(offset);
    if (call) {
      core.poke(size, size, cpu.segments[CpuState.CS].selector);
      core.poke(2 * size, size, core.nextRip);
    }
    segmentation.commitCode();
    if (call) {
      core.moveStack(-2L * size);
    }
    core.nextRip = offset;
  }

  /** Gates and TSSs are for the level of their DPL and inner ones. */
  private void requireLevel(int selector, long descriptor) {
    int level = Math.max(cpu.cpl(), selector & 3);
    if (level > (int) (descriptor >>> 45 & 3)) {
      throw segmentation.fault(GuestFault.GP, selector);
    }
  }

  private void checkGate(int selector, long descriptor) {
    requireLevel(selector, descriptor);
    if ((descriptor >>> 47 & 1) == 0) {
      throw segmentation.fault(GuestFault.NP, selector);
    }
  }

  private void task(int selector, long descriptor, boolean gate, boolean call) {
    int target = selector;
    if (gate) {
      checkGate(selector, descriptor);
      target = (int) (descriptor >>> 16) & 0xffff;
    } else {
      requireLevel(selector, descriptor);
    }
    TaskSwitch.Reason reason = call ? TaskSwitch.Reason.CALL : TaskSwitch.Reason.JMP;
    tasks.to(target, reason, core.nextRip);
  }

  private void throughGate(int selector, long gate, boolean call) {
    boolean longMode = core.longModeActive();
    boolean wide = (gate >>> 43 & 1) != 0;
    int code = (int) (gate >>> 16) & 0xffff;
    long offset = gate & 0xffff | (wide ? (gate >>> 48) << 16 : 0);
    if (longMode) {
      long upper = segmentation.upperDescriptor(selector);
      if ((upper >>> 40 & 0x1f) != 0) {
        throw segmentation.fault(GuestFault.GP, selector);
      }
      offset |= upper << 32;
    }
    int level = check(code, offset, call);
    if (call) {
      enter(level, (int) (gate >>> 32) & MAX_PARAMETERS, longMode ? 8 : wide ? 4 : 2);
    } else {
      segmentation.commitCode();
    }
    core.nextRip = offset;
  }

  /** Checks the code that a call gate names; only CALL goes to an inner level. */
  private int check(int code, long offset, boolean call) {
    int level = cpu.cpl();
    if (call) {
      level = segmentation.checkGate(code);
    } else {
      segmentation.checkJumpGate(code);
    }
    if (core.longModeActive() && !segmentation.checkedIsLong()) {
      throw segmentation.fault(GuestFault.GP, code);
    }
    segmentation.requireOffset(offset);
    return level;
  }

  /** Parameters are copied to the stack of an inner level, and in long mode never. */
  private void enter(int level, int parameters, int size) {
    int copied = level == cpu.cpl() || size == 8 ? 0 : parameters;
    int count = 0;
    frame[count++] = cpu.segments[CpuState.SS].selector;
    frame[count++] = cpu.gpr[CpuState.RSP];
    for (int i = copied - 1; i >= 0; i--) {
      frame[count++] = core.peek(i * size, size);
    }
    frame[count++] = cpu.segments[CpuState.CS].selector;
    frame[count++] = core.nextRip;
    if (size == 8) {
      stacks.callLong(level, frame, count);
    } else {
      stacks.enter(level, size, frame, count);
    }
  }
}
