package seamtape.sim.guest;

/** RETF and IRET, also to an outer privilege level. */
final class Returns {
  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;
  private final Stack stack;

  Returns(Core core, Segmentation segmentation, Stack stack) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
    this.stack = stack;
  }

  void far(Insn i) {
    int size = i.opSize;
    long offset = core.peek(0, size);
    int selector = (int) core.peek(size, size) & 0xffff;
    long released = i.imm & 0xffff;
    if (shifts()) {
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

  private boolean shifts() {
    return core.real || cpu.flag(CpuState.VM);
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
    if (!core.real && cpu.flag(CpuState.NT | CpuState.VM)) {
      throw core.emulationFailure();
    }
    long offset = core.peek(0, size);
    int selector = (int) core.peek(size, size) & 0xffff;
    long image = core.peek(2 * size, size);
    if (core.real) {
      core.branch(offset, size);
      segmentation.loadCode(selector);
      core.moveStack(3L * size);
      finish(image, size);
      return;
    }
    if (size >= 4 && (image & CpuState.VM) != 0 && core.codeSize != 8) {
      // Virtual-8086 mode is outside the subset.
      throw core.emulationFailure();
    }
    protectedReturn(selector, offset, image, size);
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
    stack.setFlags(image, size);
    cpu.rflags |= image & Core.mask(size) & CpuState.RF;
    cpu.nmiMasked = false;
  }
}
