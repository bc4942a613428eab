package seamtape.sim.guest;

/** The segment registers of the task that is switched to; what is wrong with one is #TS. */
final class TaskSegments {
  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;
  private final Segment loaded = new Segment();

  TaskSegments(Core core, Segmentation segmentation) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
  }

  /** A 16-bit TSS has no FS and GS. */
  static int count(boolean wide) {
    return wide ? 6 : 4;
  }

  /** All selectors come first, as the levels are checked against that of CS. */
  void load(long[] words, int from, boolean wide) {
    int count = count(wide);
    boolean virtual = cpu.flag(CpuState.VM);
    int level = virtual ? 3 : (int) words[from + CpuState.CS] & 3;
    for (int i = 0; i < count; i++) {
      empty(cpu.segments[i], (int) words[from + i] & 0xffff, level);
    }
    core.readMode();
    localTable((int) words[from + count] & 0xffff);
    if (virtual) {
      for (int i = 0; i < count; i++) {
        segmentation.loadVirtual(i, (int) words[from + i] & 0xffff);
      }
    } else {
      code((int) words[from + CpuState.CS] & 0xffff, level);
      stack((int) words[from + CpuState.SS] & 0xffff, level);
      for (int i = 0; i < count; i++) {
        if (i != CpuState.CS && i != CpuState.SS) {
          data(i, (int) words[from + i] & 0xffff, level);
        }
      }
    }
    core.changeMode();
    core.readMode();
  }

  private static void empty(Segment segment, int selector, int level) {
    segment.reset(0, false);
    segment.selector = selector;
    segment.limit = 0;
    segment.present = false;
    segment.unusable = true;
    segment.dpl = level;
  }

  private GuestFault invalid(int selector) {
    return segmentation.fault(GuestFault.TS, selector);
  }

  private static boolean isNull(int selector) {
    return (selector & ~3) == 0;
  }

  private void localTable(int selector) {
    empty(cpu.ldt, selector, 0);
    if (isNull(selector)) {
      return;
    }
    if ((selector & 4) != 0) {
      throw invalid(selector);
    }
    describe(selector);
    if (loaded.s || loaded.type != 2 || !loaded.present) {
      throw invalid(selector);
    }
    cpu.ldt.copyFrom(loaded);
  }

  private void describe(int selector) {
    if (!segmentation.inTable(selector)) {
      throw invalid(selector);
    }
    segmentation.describe(selector, loaded);
  }

  private void code(int selector, int level) {
    if (isNull(selector)) {
      throw invalid(selector);
    }
    describe(selector);
    boolean conforming = (loaded.type & 4) != 0;
    boolean fits = conforming ? loaded.dpl <= level : loaded.dpl == level;
    if (!loaded.s || (loaded.type & 8) == 0 || !fits) {
      throw invalid(selector);
    }
    take(CpuState.CS, selector, GuestFault.NP);
  }

  private void stack(int selector, int level) {
    if (isNull(selector)) {
      throw invalid(selector);
    }
    describe(selector);
    boolean writable = loaded.s && (loaded.type & 0xa) == 2;
    if (!writable || loaded.dpl != level || (selector & 3) != level) {
      throw invalid(selector);
    }
    take(CpuState.SS, selector, GuestFault.SS);
  }

  private void data(int register, int selector, int level) {
    if (isNull(selector)) {
      return;
    }
    describe(selector);
    boolean readable = loaded.s && (loaded.type & 0xa) != 8;
    boolean conforming = (loaded.type & 0xc) == 0xc;
    if (!readable || !conforming && Math.max(level, selector & 3) > loaded.dpl) {
      throw invalid(selector);
    }
    take(register, selector, GuestFault.NP);
  }

  private void take(int register, int selector, int absent) {
    segmentation.requirePresent(loaded, selector, absent);
    segmentation.markAccessed(loaded, selector);
    cpu.segments[register].copyFrom(loaded);
  }
}
