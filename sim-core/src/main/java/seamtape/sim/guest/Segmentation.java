package seamtape.sim.guest;

/** Loading of segment registers: by shift in real mode, from a descriptor in protected mode. */
final class Segmentation {
  private final Core core;
  private final CpuState cpu;
  private final Segment loaded = new Segment();

  Segmentation(Core core) {
    this.core = core;
    this.cpu = core.cpu;
  }

  /** Loads a data or stack segment register. */
  void load(int register, int selector) {
    if (shifts()) {
      shift(cpu.segments[register], selector);
    } else if ((selector & ~3) == 0) {
      loadNull(register, selector);
    } else {
      describe(selector);
      checkData(register, selector);
      requirePresent(selector, register == CpuState.SS ? GuestFault.SS : GuestFault.NP);
      markAccessed(selector);
      cpu.segments[register].copyFrom(loaded);
    }
    core.changeMode();
  }

  /** Loads CS for a far jump, call or return within the same privilege level. */
  void loadCode(int selector) {
    if (shifts()) {
      shift(cpu.segments[CpuState.CS], selector);
      core.changeMode();
      return;
    }
    checkCode(selector);
    commitCode();
  }

  /** Reads and checks the code descriptor; {@link #commitCode} makes it CS. */
  void checkCode(int selector) {
    if ((selector & ~3) == 0) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    describe(selector);
    if (!loaded.s || (loaded.type & 8) == 0) {
      // Gates and task switches are outside the subset.
      throw loaded.s ? core.fault.with(GuestFault.GP, selector & 0xfffc) : core.emulationFailure();
    }
    boolean conforming = (loaded.type & 4) != 0;
    boolean levelFits = conforming ? loaded.dpl <= cpu.cpl() : loaded.dpl == cpu.cpl();
    if (!levelFits) {
      throw core.fault.with(GuestFault.GP, selector & 0xfffc);
    }
    requirePresent(selector, GuestFault.NP);
    markAccessed(selector);
  }

  /** Makes the descriptor of the last checkCode the code segment. */
  void commitCode() {
    int cpl = cpu.cpl();
    cpu.segments[CpuState.CS].copyFrom(loaded);
    cpu.segments[CpuState.CS].selector = loaded.selector & ~3 | cpl;
    core.changeMode();
  }

  /** Default operand size of the code segment last checked: what decides its offset's width. */
  boolean checkedIsLong() {
    return loaded.l && (cpu.efer & CpuState.EFER_LMA) != 0;
  }

  long checkedLimit() {
    return loaded.limit;
  }

  /** LLDT (type 2) and LTR (an available TSS, which becomes busy). */
  void loadSystem(Segment target, int selector, boolean task) {
    if ((selector & ~3) == 0) {
      if (task) {
        throw core.fault.with(GuestFault.GP, 0);
      }
      target.selector = selector;
      target.unusable = true;
      return;
    }
    describe(selector);
    boolean fits = !loaded.s && (task ? (loaded.type & 7) == 1 : loaded.type == 2);
    if (!fits) {
      throw core.fault.with(GuestFault.GP, selector & 0xfffc);
    }
    requirePresent(selector, GuestFault.NP);
    if (task) {
      loaded.type |= 2;
      long typeByte = descriptorAddress(selector) + 5;
      core.memory.writeLinear(typeByte, 1, core.memory.readLinear(typeByte, 1) | 2);
    }
    target.copyFrom(loaded);
  }

  private boolean shifts() {
    return core.real || cpu.flag(CpuState.VM);
  }

  /** Limit and attributes stay as they are, which is what makes "unreal mode" work. */
  private static void shift(Segment segment, int selector) {
    segment.selector = selector;
    segment.base = (long) selector << 4;
    segment.unusable = false;
  }

  private void loadNull(int register, int selector) {
    if (register == CpuState.SS && core.codeSize != 8) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    Segment segment = cpu.segments[register];
    segment.reset(0, false);
    segment.selector = selector;
    segment.limit = 0;
    segment.present = false;
    segment.unusable = register != CpuState.SS;
    segment.dpl = register == CpuState.SS ? selector & 3 : 0;
  }

  private void checkData(int register, int selector) {
    boolean code = (loaded.type & 8) != 0;
    boolean second = (loaded.type & 2) != 0;
    boolean fits;
    if (register == CpuState.SS) {
      fits = !code && second && loaded.dpl == cpu.cpl() && (selector & 3) == cpu.cpl();
    } else {
      boolean conforming = (loaded.type & 0xc) == 0xc;
      boolean level = conforming || Math.max(cpu.cpl(), selector & 3) <= loaded.dpl;
      fits = (!code || second) && level;
    }
    if (!loaded.s || !fits) {
      throw core.fault.with(GuestFault.GP, selector & 0xfffc);
    }
  }

  private long descriptorAddress(int selector) {
    boolean local = (selector & 4) != 0;
    long base = local ? cpu.ldt.base : cpu.gdtBase;
    long limit = local ? cpu.ldt.limit : cpu.gdtLimit & 0xffff;
    boolean missing = local && cpu.ldt.unusable;
    if (missing || (selector & 0xfff8) + 7 > limit) {
      throw core.fault.with(GuestFault.GP, selector & 0xfffc);
    }
    return core.wrap(base + (selector & 0xfff8));
  }

  private void describe(int selector) {
    long address = descriptorAddress(selector);
    long d = core.memory.readLinear(address, 8);
    loaded.selector = selector;
    loaded.base = d >>> 16 & 0xff_ffff | (d >>> 56) << 24;
    loaded.type = (int) (d >>> 40) & 15;
    loaded.s = (d >>> 44 & 1) != 0;
    loaded.dpl = (int) (d >>> 45) & 3;
    loaded.present = (d >>> 47 & 1) != 0;
    loaded.avl = (d >>> 52 & 1) != 0;
    loaded.l = (d >>> 53 & 1) != 0;
    loaded.db = (d >>> 54 & 1) != 0;
    loaded.g = (d >>> 55 & 1) != 0;
    loaded.unusable = false;
    long limit = d & 0xffff | d >>> 32 & 0xf_0000;
    loaded.limit = loaded.g ? limit << 12 | 0xfff : limit;
    if (!loaded.s && core.codeSize == 8) {
      loaded.base |= core.memory.readLinear(address + 8, 4) << 32;
    }
  }

  private void requirePresent(int selector, int vector) {
    if (!loaded.present) {
      throw core.fault.with(vector, selector & 0xfffc);
    }
  }

  private void markAccessed(int selector) {
    if ((loaded.type & 1) == 0) {
      loaded.type |= 1;
      long typeByte = descriptorAddress(selector) + 5;
      core.memory.writeLinear(typeByte, 1, core.memory.readLinear(typeByte, 1) | 1);
    }
  }
}
