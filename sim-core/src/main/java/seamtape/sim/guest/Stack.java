package seamtape.sim.guest;

/** Pushes and pops. */
final class Stack {
  /** The flags that POPF and IRET may change at privilege level 0; RF and VM are not among them. */
  static final long WRITABLE_FLAGS = 0x24_7fd5;

  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;
  final Virtual8086 virtual8086;
  private final long[] popped = new long[8];

  Stack(Core core, Segmentation segmentation) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
    this.virtual8086 = new Virtual8086(core, segmentation);
  }

  void execute(Insn i) {
    switch (i.op) {
      case PUSH -> core.push(i.opSize, core.read0(i));
      case POP -> pop(i);
      case PUSHA -> pushAll(i.opSize);
      case POPA -> popAll(i.opSize);
      case PUSHF -> pushFlags(i.opSize);
      case POPF -> popFlags(i.opSize);
      case ENTER -> enter(i);
      case LEAVE -> leave(i.opSize);
      default -> throw new AssertionError(i.op);
    }
  }

  /** The address of a memory operand is computed with the stack pointer already moved. */
  private void pop(Insn i) {
    long value = core.peek(0, i.opSize);
    if (i.kind0 == Insn.SREG) {
      segmentation.load(i.reg0, (int) value & 0xffff);
      if (i.reg0 == CpuState.SS) {
        cpu.interruptShadow |= CpuState.SHADOW_MOV_SS;
        core.attention = true;
      }
      core.moveStack(i.opSize);
      return;
    }
    long before = cpu.gpr[CpuState.RSP];
    core.moveStack(i.opSize);
    if (i.kind0 == Insn.REG) {
      core.write0(i, value);
      return;
    }
    try {
      core.write0(i, value);
    } catch (GuestFault fault) {
      cpu.gpr[CpuState.RSP] = before;
      throw fault;
    }
  }

  private void pushAll(int size) {
    for (int reg = 0; reg < 8; reg++) {
      core.poke((reg + 1) * size, size, core.readGpr(reg, size));
    }
    core.moveStack(-8L * size);
  }

  private void popAll(int size) {
    for (int reg = 0; reg < 8; reg++) {
      popped[reg] = core.peek((7 - reg) * size, size);
    }
    core.moveStack(8L * size);
    for (int reg = 0; reg < 8; reg++) {
      if (reg != CpuState.RSP) {
        core.writeGpr(reg, size, popped[reg]);
      }
    }
  }

  private void pushFlags(int size) {
    long flags = virtual8086.virtualFlags(size) ? virtual8086.shownFlags() : cpu.rflags;
    core.push(size, flags & ~(CpuState.VM | CpuState.RF));
  }

  private void popFlags(int size) {
    boolean own = virtual8086.virtualFlags(size);
    long value = core.peek(0, size);
    setFlags(own ? virtual8086.takenFlags(value) : value, size);
    core.moveStack(size);
    if (own) {
      virtual8086.commitFlags(value);
    }
  }

  /** IOPL changes only at level 0, IF only where IOPL allows it; 16 bits leave the upper half. */
  void setFlags(long value, int size) {
    long writable = WRITABLE_FLAGS & Core.mask(Math.min(size, 4));
    int cpl = cpu.cpl();
    if (cpl > 0) {
      writable &= ~CpuState.IOPL;
      if (cpl > (cpu.rflags & CpuState.IOPL) >> 12) {
        writable &= ~CpuState.IF;
      }
    }
    boolean guarded = (cpu.cr4 & Paging.CR4_SMAP) != 0;
    if (guarded && ((value ^ cpu.rflags) & writable & CpuState.AC) != 0) {
      core.memory.flush();
    }
    cpu.rflags = cpu.rflags & ~(writable | CpuState.RF) | value & writable | 2;
    core.attention = true;
  }

  /** Nested procedures (a level above 0) are outside the subset, as they are in KVM's emulator. */
  private void enter(Insn i) {
    if ((i.imm2 & 31) != 0) {
      throw core.emulationFailure();
    }
    core.push(i.opSize, core.readGpr(CpuState.RBP, i.opSize));
    core.writeGpr(CpuState.RBP, core.stackSize, core.stackPointer());
    core.moveStack(-(i.imm & 0xffff));
  }

  private void leave(int size) {
    long frame = core.readGpr(CpuState.RBP, core.stackSize);
    long value = core.memory.read(CpuState.SS, frame, size);
    core.writeGpr(CpuState.RSP, core.stackSize, frame + size);
    core.writeGpr(CpuState.RBP, size, value);
  }
}
