package seamtape.sim.guest;

/** RETF and IRET, also to an outer privilege level. */
final class Returns {
  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;
  private final Stack stack;
  private final Virtual8086 virtual8086;
  private final TaskSwitch tasks;

  Returns(Core core, Segmentation segmentation, Stack stack, TaskSwitch tasks) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
    this.stack = stack;
    this.virtual8086 = stack.virtual8086;
    this.tasks = tasks;
  }

  void far(Insn i) {
    int size = i.opSize;
    long offset = core.peek(0, size);
    int selector = (int) core.peek(size, size) & 0xffff;
    long released = i.imm & 0xffff;
    if (core.shifts()) {
      core.branch(offset, size);
      segmentation.loadCode(selector);
      core.moveStack(2L * size + released);
      return;
    }
    segmentation.checkReturn(selector);
    segmentation.requireOffset(offset);
    int level = selector & 3;
    if (level == cpu.cpl()) {
      segmentation.commitCode();
      core.moveStack(2L * size + released);
    } else {
      outer(level, 2 * size + (int) released, size, released);
    }
    core.nextRip = offset;
  }

  /** Takes SS:SP from the frame, at {@code above} bytes over the stack pointer. */
  private void outer(int level, int above, int size, long released) {
    long pointer = core.peek(above, size);
    int selector = (int) core.peek(above + size, size) & 0xffff;
    segmentation.checkStack(selector, level, GuestFault.GP);
    switchTo(level, pointer, size, released);
  }

  private void switchTo(int level, long pointer, int size, long released) {
    boolean same = level == cpu.cpl();
    boolean wide = segmentation.checkedStack().db || segmentation.checkedIsLong();
    segmentation.commitStack(level);
    int kept = size == 8 ? 8 : wide ? 4 : 2;
    core.writeGpr(CpuState.RSP, kept, (pointer & Core.mask(size)) + released);
    if (!same) {
      segmentation.dropInnerSegments(level);
    }
  }

  void interrupt(int size) {
    boolean nested = !core.shifts() && cpu.flag(CpuState.NT);
    if (nested && core.longModeActive()) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    if (nested) {
      cpu.nmiMasked = false;
      tasks.back();
      return;
    }
    boolean own = virtual8086.virtualFlags(size);
    long offset = core.peek(0, size);
    int selector = (int) core.peek(size, size) & 0xffff;
    long image = core.peek(2 * size, size);
    boolean toVirtual = size == 4 && (image & CpuState.VM) != 0 && cpu.cpl() == 0;
    if (core.shifts()) {
      shifted(selector, offset, image, size, own);
    } else if (toVirtual && !core.longModeActive()) {
      virtual8086.enter(offset, selector, image);
      cpu.nmiMasked = false;
      core.attention = true;
    } else {
      protectedReturn(selector, offset, image, size);
    }
  }

  /**
   * In real and virtual-8086 mode.
   *
   * @param own IF is the guest's own, VIF
   */
  private void shifted(int selector, long offset, long image, int size, boolean own) {
    long taken = own ? virtual8086.takenFlags(image) : image;
    core.branch(offset, size);
    segmentation.loadCode(selector);
    core.moveStack(3L * size);
    finish(taken, size);
    if (own) {
      virtual8086.commitFlags(image);
    }
  }

  /** In 64-bit mode IRET always takes the stack pointer from the frame. */
  private void protectedReturn(int selector, long offset, long image, int size) {
    segmentation.checkReturn(selector);
    segmentation.requireOffset(offset);
    int level = selector & 3;
    boolean switches = level != cpu.cpl() || core.codeSize == 8;
    if (switches) {
      long pointer = core.peek(3 * size, size);
      int stackSelector = (int) core.peek(4 * size, size) & 0xffff;
      segmentation.checkStack(stackSelector, level, GuestFault.GP);
      finish(image, size);
      switchTo(level, pointer, size, 0);
    } else {
      finish(image, size);
      segmentation.commitCode();
      core.moveStack(3L * size);
    }
    core.nextRip = offset;
  }

  private void finish(long image, int size) {
    long supervisors = CpuState.VIF | CpuState.VIP;
    if (size >= 4 && !core.real && cpu.cpl() == 0) {
      cpu.rflags = cpu.rflags & ~supervisors | image & supervisors;
    }
    stack.setFlags(image, size);
    cpu.rflags |= image & Core.mask(size) & CpuState.RF;
    cpu.nmiMasked = false;
  }
}
