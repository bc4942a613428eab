package seamtape.sim.guest;

/**
 * What all instruction groups share: registers, memory, the operands of the instruction in flight
 * and where the next one is. A group changes nothing before its last access that may fault.
 */
final class Core {
  final CpuState cpu;
  final GuestBus bus;
  final GuestExit exit = new GuestExit();
  final GuestFault fault = new GuestFault();
  final Paging paging = new Paging(this);
  final GuestMemory memory = new GuestMemory(this);
  final Mmio mmio = new Mmio(this);
  final Decoder decoder = new Decoder(this);
  final CodeCache code = new CodeCache(this);
  final DebugTraps traps;

  /** The instruction in flight. */
  Insn insn;

  /** RIP when the instruction in flight completes. */
  long nextRip;

  /** Something may have to happen before the next instruction: look at the pending events. */
  boolean attention = true;

  /** CR0, EFER, CS or SS changed: derive the mode again before the next instruction. */
  boolean modeChanged = true;

  /** The instruction in flight is a REP that goes on. */
  boolean repeats;

  /** The instruction completes and then leaves with the exit already described. */
  boolean exitAfter;

  /** An event is being delivered; its memory cannot be MMIO. */
  boolean delivering;

  /** Descriptor tables and the TSS are accessed with the rights of the supervisor. */
  private boolean system;

  /** Cached from the registers: real mode, and the default operand size (2, 4, or 8: long mode). */
  boolean real;

  int codeSize;
  int stackSize;

  Core(CpuState cpu, GuestBus bus) {
    this.cpu = cpu;
    this.bus = bus;
    traps = new DebugTraps(this);
  }

  /** Derives the mode from CR0, EFER, CS and SS. */
  void readMode() {
    real = cpu.realMode();
    Segment cs = cpu.segments[CpuState.CS];
    boolean virtual8086 = !real && cpu.flag(CpuState.VM);
    int size = real || virtual8086 ? 2 : cpu.longMode64() ? 8 : cs.db ? 4 : 2;
    if (size != codeSize) {
      codeSize = size;
      code.flush();
    }
    stackSize = codeSize == 8 ? 8 : cpu.segments[CpuState.SS].db ? 4 : 2;
    traps.arm();
    modeChanged = false;
  }

  /** Forgets pages and mode: control registers, paging or the machine's slots may have changed. */
  void flush() {
    memory.flush();
    code.flush();
    changeMode();
  }

  void changeMode() {
    modeChanged = true;
    attention = true;
  }

  static long mask(int size) {
    return -1L >>> 64 - 8 * size;
  }

  static long signExtend(long value, int size) {
    int shift = 64 - 8 * size;
    return value << shift >> shift;
  }

  long wrap(long linear) {
    return codeSize == 8 ? linear : linear & 0xffff_ffffL;
  }

  boolean canonical(long linear) {
    return linear << 16 >> 16 == linear;
  }

  long ea(Insn i) {
    long address = i.displacement;
    if (i.base >= 0) {
      address += cpu.gpr[i.base];
    }
    if (i.index >= 0) {
      address += cpu.gpr[i.index] << i.scale;
    }
    if (i.ripRelative) {
      address += nextRip;
    }
    return address & mask(i.addressSize);
  }

  long readGpr(int reg, int size) {
    return cpu.gpr[reg] & mask(size);
  }

  /** A 32-bit result clears the upper half; smaller ones keep the rest of the register. */
  void writeGpr(int reg, int size, long value) {
    if (size >= 4) {
      cpu.gpr[reg] = value & mask(size);
    } else {
      long mask = mask(size);
      cpu.gpr[reg] = cpu.gpr[reg] & ~mask | value & mask;
    }
  }

  long read0(Insn i) {
    return read(i, i.kind0, i.reg0, i.size0);
  }

  long read1(Insn i) {
    return read(i, i.kind1, i.reg1, i.size1);
  }

  private long read(Insn i, int kind, int reg, int size) {
    return switch (kind) {
      case Insn.REG -> cpu.gpr[reg] & mask(size);
      case Insn.IMM -> i.imm & mask(size);
      case Insn.MEM -> memory.read(i.segment, ea(i), size);
      case Insn.HIGH8 -> cpu.gpr[reg] >>> 8 & 0xff;
      case Insn.SREG -> cpu.segments[reg].selector;
      default -> throw new AssertionError(kind);
    };
  }

  void write0(Insn i, long value) {
    write(i, i.kind0, i.reg0, i.size0, value);
  }

  void write1(Insn i, long value) {
    write(i, i.kind1, i.reg1, i.size1, value);
  }

  private void write(Insn i, int kind, int reg, int size, long value) {
    switch (kind) {
      case Insn.REG -> writeGpr(reg, size, value);
      case Insn.MEM -> memory.write(i.segment, ea(i), size, value);
      case Insn.HIGH8 -> cpu.gpr[reg] = cpu.gpr[reg] & ~0xff00L | (value & 0xff) << 8;
      default -> throw new AssertionError(kind);
    }
  }

  long stackPointer() {
    return cpu.gpr[CpuState.RSP] & mask(stackSize);
  }

  /** Stores below the stack pointer and moves it. */
  void push(int size, long value) {
    long sp = stackPointer() - size & mask(stackSize);
    memory.write(CpuState.SS, sp, size, value);
    writeGpr(CpuState.RSP, stackSize, sp);
  }

  /** Stores at {@code below} bytes under the stack pointer without moving it. */
  void poke(int below, int size, long value) {
    memory.write(CpuState.SS, stackPointer() - below & mask(stackSize), size, value);
  }

  /** Reads {@code above} bytes over the stack pointer without moving it. */
  long peek(int above, int size) {
    return memory.read(CpuState.SS, stackPointer() + above & mask(stackSize), size);
  }

  void moveStack(long bytes) {
    writeGpr(CpuState.RSP, stackSize, stackPointer() + bytes);
  }

  /** Sets where execution goes on, checked against CS as at a near branch. */
  void branch(long target, int size) {
    long masked = target & mask(size);
    boolean inside =
        codeSize == 8
            ? canonical(masked)
            : Long.compareUnsigned(masked, cpu.segments[CpuState.CS].limit) <= 0;
    if (!inside) {
      throw fault.with(GuestFault.GP, 0);
    }
    nextRip = masked;
  }

  /** Real and virtual-8086 mode: a selector is the base of its segment, shifted. */
  boolean shifts() {
    return real || cpu.flag(CpuState.VM);
  }

  boolean longModeActive() {
    return (cpu.efer & CpuState.EFER_LMA) != 0;
  }

  /** Memory is accessed with the rights of a user. */
  boolean user() {
    return !system && cpu.cpl() == 3;
  }

  /** The access is one of the processor itself: SMAP minds no RFLAGS.AC. */
  boolean implicit() {
    return system;
  }

  /** What a user may touch is not what the supervisor may: pages found so far are forgotten. */
  private void system(boolean on) {
    if (cpu.cpl() == 3) {
      memory.flush();
    }
    system = on;
  }

  /** Reads a descriptor table or the TSS. */
  long readSystem(long linear, int size) {
    system(true);
    try {
      return memory.readLinear(wrapSystem(linear), size);
    } finally {
      system(false);
    }
  }

  private long wrapSystem(long linear) {
    return longModeActive() ? linear : linear & 0xffff_ffffL;
  }

  void writeSystem(long linear, int size, long value) {
    system(true);
    try {
      memory.writeLinear(wrapSystem(linear), size, value);
    } finally {
      system(false);
    }
  }

  void requireCpl0() {
    if (!real && cpu.cpl() != 0) {
      throw fault.with(GuestFault.GP, 0);
    }
  }

  /** Asks whether the machine has another answer to the instruction than to execute it. */
  void intercept(int reason, long qualification) {
    intercepted(bus.intercept(reason, qualification, insn.length));
  }

  /** Raises what the machine answered, unless it is NONE. */
  void intercepted(int vector) {
    if (vector != GuestBus.NONE) {
      throw raised(vector);
    }
  }

  /** An instruction that only a machine with more than KVM's emulator executes. */
  void hardware(int reason) {
    int outcome = bus.hardware(reason, insn.length);
    if (outcome == GuestBus.NOT_EMULATED) {
      throw emulationFailure();
    }
    intercepted(outcome);
  }

  /** The machine serves the TDCALL, or the guest leaves with it. */
  void tdcall() {
    int outcome = bus.tdcall();
    if (outcome == GuestBus.DONE_AND_LEAVE) {
      exit.kind = GuestExit.Kind.TDCALL;
      exitAfter = true;
      attention = true;
    } else if (outcome == GuestBus.LEAVE) {
      throw leave(GuestExit.Kind.EPT_VIOLATION);
    } else if (outcome != GuestBus.NONE) {
      throw raised(outcome);
    }
  }

  private GuestFault raised(int vector) {
    int number = vector & 0xff;
    boolean zero = number == GuestFault.DF || number == GuestFault.GP;
    return zero || vector != number ? fault.with(number, vector >>> 8) : fault.with(number);
  }

  /** No page backs the access: an exception, an exit, or MMIO where this returns. */
  void noPage(long gpa, long linear, int access) {
    int length = insn == null ? 0 : insn.length;
    int vector = bus.eptViolation(gpa, linear, access, length);
    if (vector == GuestBus.LEAVE) {
      throw leave(GuestExit.Kind.EPT_VIOLATION);
    }
    if (vector != GuestBus.NONE) {
      throw raised(vector);
    }
  }

  /** The bytes at RIP, as far as they can be read, for the report of an emulation failure. */
  void copyInstruction() {
    exit.instructionLength = 0;
    try {
      while (exit.instructionLength < Insn.MAX_LENGTH) {
        int value = memory.fetch(cpu.rip + exit.instructionLength);
        exit.instruction[exit.instructionLength++] = (byte) value;
      }
    } catch (GuestFault end) {
      // What could be read is in the report.
      exit.kind = GuestExit.Kind.INTERNAL_ERROR;
    }
  }

  GuestFault undefined() {
    return fault.with(GuestFault.UD);
  }

  /** KVM's emulator gives up on the instruction: KVM_INTERNAL_ERROR_EMULATION. */
  GuestFault emulationFailure() {
    exit.kind = GuestExit.Kind.INTERNAL_ERROR;
    exit.suberror = GuestExit.INTERNAL_ERROR_EMULATION;
    return fault.with(GuestFault.EXIT);
  }

  /** Leaves the instruction with an exit; it starts again when the exit is answered. */
  GuestFault leave(GuestExit.Kind kind) {
    exit.kind = kind;
    return fault.with(GuestFault.EXIT);
  }
}
