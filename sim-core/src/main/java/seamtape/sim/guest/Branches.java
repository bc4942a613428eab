package seamtape.sim.guest;

/** Jumps, calls, returns and software interrupts. */
final class Branches {
  private final Core core;
  private final CpuState cpu;
  private final Flags flags;
  private final Segmentation segmentation;
  private final Returns returns;
  private final Interrupts interrupts;
  private final Virtual8086 virtual8086;
  private final FarTransfers far;

  Branches(Core core, Flags flags, Segmentation segmentation, Stack stack, Interrupts interrupts) {
    this.core = core;
    this.cpu = core.cpu;
    this.flags = flags;
    this.segmentation = segmentation;
    this.virtual8086 = stack.virtual8086;
    this.returns = new Returns(core, segmentation, stack, interrupts.tasks);
    this.far = new FarTransfers(core, segmentation, interrupts.tasks);
    this.interrupts = interrupts;
  }

  void execute(Insn i) {
    switch (i.op) {
      case JCC -> jumpIf(i, flags.condition(i.condition));
      case JMP -> core.branch(target(i), i.opSize);
      case CALL -> call(i);
      case RET -> ret(i);
      case JMPF -> farJump(i);
      case CALLF -> farCall(i);
      case RETF -> returns.far(i);
      case IRET -> returns.interrupt(i.opSize);
      case LOOP -> loop(i, true);
      case LOOPE -> loop(i, cpu.flag(CpuState.ZF));
      case LOOPNE -> loop(i, !cpu.flag(CpuState.ZF));
      case JCXZ -> jumpIf(i, core.readGpr(CpuState.RCX, i.addressSize) == 0);
      case INT -> interrupt((int) i.imm & 0xff);
      case INT3 -> breakpoint();
      case INTO -> overflow();
      default -> throw new AssertionError(i.op);
    }
  }

  private long target(Insn i) {
    return i.kind0 == Insn.REL ? core.nextRip + i.imm : core.read0(i);
  }

  private void jumpIf(Insn i, boolean taken) {
    if (taken) {
      core.branch(core.nextRip + i.imm, i.opSize);
    }
  }

  private void loop(Insn i, boolean condition) {
    long count = core.readGpr(CpuState.RCX, i.addressSize) - 1 & Core.mask(i.addressSize);
    jumpIf(i, count != 0 && condition);
    core.writeGpr(CpuState.RCX, i.addressSize, count);
  }

  private void call(Insn i) {
    long back = core.nextRip;
    core.branch(target(i), i.opSize);
    core.push(i.opSize, back);
  }

  private void ret(Insn i) {
    core.branch(core.peek(0, i.opSize), i.opSize);
    core.moveStack(i.opSize + (i.imm & 0xffff));
  }

  private long farOffset(Insn i) {
    return i.kind0 == Insn.FAR
        ? i.imm & Core.mask(i.opSize)
        : core.memory.read(i.segment, core.ea(i), i.opSize);
  }

  private int farSelector(Insn i) {
    if (i.kind0 == Insn.FAR) {
      return (int) i.imm2;
    }
    long address = core.ea(i) + i.opSize & Core.mask(i.addressSize);
    return (int) core.memory.read(i.segment, address, 2);
  }

  private void farJump(Insn i) {
    int selector = farSelector(i);
    long offset = farOffset(i);
    if (core.shifts()) {
      core.branch(offset, i.opSize);
      segmentation.loadCode(selector);
    } else {
      far.to(selector, offset, i.opSize, false);
    }
  }

  private void farCall(Insn i) {
    int size = i.opSize;
    int selector = farSelector(i);
    long offset = farOffset(i);
    if (!core.shifts()) {
      far.to(selector, offset, size, true);
      return;
    }
    core.poke(size, size, cpu.segments[CpuState.CS].selector);
    core.poke(2 * size, size, core.nextRip);
    core.branch(offset, size);
    segmentation.loadCode(selector);
    core.moveStack(-2L * size);
  }

  private void interrupt(int vector) {
    if (!virtual8086.software(vector)) {
      interrupts.software(vector);
    }
  }

  private void breakpoint() {
    int wanted = CpuState.GUESTDBG_ENABLE | CpuState.GUESTDBG_USE_SW_BP;
    if ((cpu.guestDebug & wanted) == wanted) {
      core.exit.exception = GuestFault.BP;
      core.exit.pc = core.wrap(cpu.segments[CpuState.CS].base + cpu.rip);
      core.exit.dr6 = cpu.dr6;
      core.exit.dr7 = cpu.dr7;
      throw core.leave(GuestExit.Kind.DEBUG);
    }
    interrupts.software(GuestFault.BP);
  }

  private void overflow() {
    if (cpu.flag(CpuState.OF)) {
      interrupts.software(GuestFault.OF);
    }
  }
}
