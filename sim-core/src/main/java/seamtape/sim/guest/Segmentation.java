package seamtape.sim.guest;

/** Loading of segment registers: by shift in real mode, from a descriptor in protected mode. */
final class Segmentation {
  private final Core core;
  private final CpuState cpu;
  private final Segment loaded = new Segment();

  /** The stack segment that goes with {@link #loaded} at another privilege level. */
  private final Segment stack = new Segment();

  /** Bit 0 of the error codes of an event from outside the program. */
  private int external;

  Segmentation(Core core) {
    this.core = core;
    this.cpu = core.cpu;
  }

  /** Loads a data or stack segment register. */
  void load(int register, int selector) {
    if (core.shifts()) {
      shift(cpu.segments[register], selector);
    } else if ((selector & ~3) == 0) {
      loadNull(register, selector);
    } else {
      describe(selector, loaded);
      checkData(register, selector);
      requirePresent(loaded, selector, register == CpuState.SS ? GuestFault.SS : GuestFault.NP);
      markAccessed(loaded, selector);
      cpu.segments[register].copyFrom(loaded);
    }
    core.changeMode();
  }

  /** Loads CS for a far jump, call or return within the same privilege level. */
  void loadCode(int selector) {
    if (core.shifts()) {
      shift(cpu.segments[CpuState.CS], selector);
      core.changeMode();
      return;
    }
    checkCode(selector);
    commitCode();
  }

  /** The faults that follow are those of delivering an event from outside the program. */
  void external(boolean now) {
    external = now ? 1 : 0;
  }

  /** Reads and checks the code descriptor of a jump; {@link #commitCode} makes it CS. */
  void checkCode(int selector) {
    describeCode(selector);
    int level = cpu.cpl();
    boolean fits = loaded.dpl == level && (selector & 3) <= level;
    requireCode(conforming() ? loaded.dpl <= level : fits, selector);
  }

  /** As {@link #checkCode} for a jump through a gate, whose selector's RPL does not matter. */
  void checkJumpGate(int selector) {
    checkCode(selector & ~3);
  }

  /**
   * As {@link #checkCode} for the code of a gate.
   *
   * @return the privilege level of the code
   */
  int checkGate(int selector) {
    describeCode(selector);
    requireCode(loaded.dpl <= cpu.cpl(), selector);
    return conforming() ? cpu.cpl() : loaded.dpl;
  }

  /** As {@link #checkCode} for IRET and RETF, which go to the level of the selector. */
  void checkReturn(int selector) {
    describeCode(selector);
    int level = selector & 3;
    boolean levelFits = conforming() ? loaded.dpl <= level : loaded.dpl == level;
    requireCode(levelFits && level >= cpu.cpl(), selector);
  }

  private void describeCode(int selector) {
    if ((selector & ~3) == 0) {
      throw core.fault.with(GuestFault.GP, external);
    }
    describe(selector, loaded);
    if (!loaded.s || (loaded.type & 8) == 0) {
      throw fault(GuestFault.GP, selector);
    }
  }

  private boolean conforming() {
    return (loaded.type & 4) != 0;
  }

  private void requireCode(boolean levelFits, int selector) {
    if (!levelFits) {
      throw fault(GuestFault.GP, selector);
    }
    requirePresent(loaded, selector, GuestFault.NP);
    markAccessed(loaded, selector);
  }

  /** An exception whose error code names a selector. */
  GuestFault fault(int vector, int selector) {
    return core.fault.with(vector, selector & 0xfffc | external);
  }

  /**
   * Checks the stack segment of a transfer to another level; {@link #commitStack} makes it SS.
   *
   * @param vector #TS where the TSS names the segment, #GP where the frame does
   */
  void checkStack(int selector, int level, int vector) {
    if ((selector & ~3) == 0) {
      boolean allowed = vector == GuestFault.GP && checkedIsLong() && level != 3;
      if (!allowed) {
        throw fault(vector, selector & ~3);
      }
      nullStack(selector, level);
      return;
    }
    describe(selector, stack);
    boolean writable = stack.s && (stack.type & 0xa) == 2;
    if (!writable || stack.dpl != level || (selector & 3) != level) {
      throw fault(vector, selector);
    }
    requirePresent(stack, selector, GuestFault.SS);
    markAccessed(stack, selector);
  }

  /** Long mode goes to an inner level with a null selector in SS. */
  void nullStack(int selector, int level) {
    stack.reset(0, false);
    stack.selector = selector;
    stack.limit = 0;
    stack.present = false;
    stack.dpl = level;
  }

  Segment checkedStack() {
    return stack;
  }

  /** Enters the level of the last checkGate or checkReturn, with the last checked stack segment. */
  void commitStack(int level) {
    boolean rights = level == 3 || cpu.cpl() == 3;
    cpu.segments[CpuState.SS].copyFrom(stack);
    commitCode(level);
    if (rights) {
      core.flush();
    }
  }

  /** A return to an outer level takes away what that level may not use. */
  void dropInnerSegments(int level) {
    int[] registers = {CpuState.ES, CpuState.DS, CpuState.FS, CpuState.GS};
    for (int register : registers) {
      Segment segment = cpu.segments[register];
      boolean conformingCode = (segment.type & 0xc) == 0xc;
      if (!conformingCode && segment.dpl < level && !segment.unusable) {
        loadNull(register, 0);
      }
    }
  }

  /** Makes the descriptor of the last checkCode the code segment. */
  void commitCode() {
    commitCode(cpu.cpl());
  }

  private void commitCode(int level) {
    cpu.segments[CpuState.CS].copyFrom(loaded);
    cpu.segments[CpuState.CS].selector = loaded.selector & ~3 | level;
    core.changeMode();
  }

  /** The code checked last is 64-bit code. */
  boolean checkedIsLong() {
    return loaded.l && (cpu.efer & CpuState.EFER_LMA) != 0;
  }

  /** #GP(0) unless execution can go on at the offset in the code checked last. */
  void requireOffset(long offset) {
    boolean inside =
        checkedIsLong() ? core.canonical(offset) : Long.compareUnsigned(offset, loaded.limit) <= 0;
    if (!inside) {
      throw core.fault.with(GuestFault.GP, 0);
    }
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
    describe(selector, loaded);
    boolean fits = !loaded.s && (task ? (loaded.type & 7) == 1 : loaded.type == 2);
    if (!fits) {
      throw core.fault.with(GuestFault.GP, selector & 0xfffc);
    }
    requirePresent(loaded, selector, GuestFault.NP);
    if (task) {
      loaded.type |= 2;
      long typeByte = descriptorAddress(selector) + 5;
      core.writeSystem(typeByte, 1, core.readSystem(typeByte, 1) | 2);
    }
    target.copyFrom(loaded);
  }

  /** Limit and attributes stay as they are, which is what makes "unreal mode" work. */
  private static void shift(Segment segment, int selector) {
    segment.selector = selector;
    segment.base = (long) selector << 4;
    segment.unusable = false;
  }

  void loadNull(int register, int selector) {
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

  /** A segment register of virtual-8086 mode. */
  void loadVirtual(int register, int selector) {
    Segment segment = cpu.segments[register];
    segment.reset(3, true);
    segment.dpl = 3;
    shift(segment, selector);
    core.changeMode();
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

  /** The eight bytes of a descriptor. */
  long descriptor(int selector) {
    return core.readSystem(descriptorAddress(selector), 8);
  }

  /** The other eight bytes of a system descriptor in long mode. */
  long upperDescriptor(int selector) {
    if (!inTable(selector, 16)) {
      throw fault(GuestFault.GP, selector);
    }
    return core.readSystem(descriptorAddress(selector) + 8, 8);
  }

  /** The selector's descriptor lies within its table. */
  boolean inTable(int selector) {
    return inTable(selector, 8);
  }

  private boolean inTable(int selector, int bytes) {
    boolean local = (selector & 4) != 0;
    long limit = local ? cpu.ldt.limit : cpu.gdtLimit & 0xffff;
    return !(local && cpu.ldt.unusable) && (selector & 0xfff8) + bytes - 1 <= limit;
  }

  /** The linear address of a descriptor, or #GP. */
  long descriptorAddress(int selector) {
    if (!inTable(selector)) {
      throw fault(GuestFault.GP, selector);
    }
    long base = (selector & 4) != 0 ? cpu.ldt.base : cpu.gdtBase;
    return core.wrap(base + (selector & 0xfff8));
  }

  /** Reads a descriptor without looking at what it is. */
  void describe(int selector, Segment into) {
    long address = descriptorAddress(selector);
    long d = core.readSystem(address, 8);
    into.selector = selector;
    into.base = d >>> 16 & 0xff_ffff | (d >>> 56) << 24;
    into.type = (int) (d >>> 40) & 15;
    into.s = (d >>> 44 & 1) != 0;
    into.dpl = (int) (d >>> 45) & 3;
    into.present = (d >>> 47 & 1) != 0;
    into.avl = (d >>> 52 & 1) != 0;
    into.l = (d >>> 53 & 1) != 0;
    into.db = (d >>> 54 & 1) != 0;
    into.g = (d >>> 55 & 1) != 0;
    into.unusable = false;
    long limit = d & 0xffff | d >>> 32 & 0xf_0000;
    into.limit = into.g ? limit << 12 | 0xfff : limit;
    if (!into.s && core.codeSize == 8) {
      into.base |= core.readSystem(address + 8, 4) << 32;
    }
  }

  void requirePresent(Segment segment, int selector, int vector) {
    if (!segment.present) {
      throw fault(vector, selector);
    }
  }

  void markAccessed(Segment segment, int selector) {
    if ((segment.type & 1) == 0) {
      segment.type |= 1;
      long typeByte = descriptorAddress(selector) + 5;
      core.writeSystem(typeByte, 1, core.readSystem(typeByte, 1) | 1);
    }
  }
}
