package seamtape.sim.guest;

/** Data movement between registers, memory and segment registers. */
final class Moves {
  private final Core core;
  private final CpuState cpu;
  private final Flags flags;
  private final Segmentation segmentation;

  Moves(Core core, Flags flags, Segmentation segmentation) {
    this.core = core;
    this.cpu = core.cpu;
    this.flags = flags;
    this.segmentation = segmentation;
  }

  void execute(Insn i) {
    switch (i.op) {
      case MOV -> move(i);
      case MOVZX -> core.write0(i, core.read1(i));
      case MOVSX -> core.write0(i, Core.signExtend(core.read1(i), i.size1));
      case XCHG -> exchange(i);
      case LEA -> core.write0(i, core.ea(i));
      case CBW -> convert(i.opSize);
      case CWD -> core.writeGpr(CpuState.RDX, i.opSize, signOfAccumulator(i.opSize));
      case LAHF -> core.writeGpr(CpuState.RAX, 2, cpu.rflags << 8 | core.readGpr(CpuState.RAX, 1));
      case SAHF -> storeFlags();
      case XLAT -> translate(i);
      case BSWAP -> swap(i);
      case SETCC -> core.write0(i, flags.condition(i.condition) ? 1 : 0);
      case CMOVCC -> conditional(i);
      case LES -> farPointer(i, CpuState.ES);
      case LDS -> farPointer(i, CpuState.DS);
      case LSS -> farPointer(i, CpuState.SS);
      case LFS -> farPointer(i, CpuState.FS);
      case LGS -> farPointer(i, CpuState.GS);
      default -> throw new AssertionError(i.op);
    }
  }

  private void move(Insn i) {
    if (i.kind0 == Insn.SREG) {
      segmentation.load(i.reg0, (int) core.read1(i));
      if (i.reg0 == CpuState.SS) {
        cpu.interruptShadow |= CpuState.SHADOW_MOV_SS;
        core.attention = true;
      }
    } else {
      core.write0(i, core.read1(i));
    }
  }

  private void exchange(Insn i) {
    long a = core.read0(i);
    long b = core.read1(i);
    core.write0(i, b);
    core.write1(i, a);
  }

  private void convert(int size) {
    long half = core.readGpr(CpuState.RAX, size / 2);
    core.writeGpr(CpuState.RAX, size, Core.signExtend(half, size / 2));
  }

  private long signOfAccumulator(int size) {
    return Core.signExtend(core.readGpr(CpuState.RAX, size), size) >> 63;
  }

  private void storeFlags() {
    long mask = CpuState.CF | CpuState.PF | CpuState.AF | CpuState.ZF | CpuState.SF;
    cpu.rflags = cpu.rflags & ~mask | cpu.gpr[CpuState.RAX] >>> 8 & mask;
  }

  private void translate(Insn i) {
    long address = cpu.gpr[CpuState.RBX] + core.readGpr(CpuState.RAX, 1);
    long value = core.memory.read(i.segment, address & Core.mask(i.addressSize), 1);
    core.writeGpr(CpuState.RAX, 1, value);
  }

  /** BSWAP of 16 bits is undefined; processors give zero. */
  private void swap(Insn i) {
    long value = core.read0(i);
    long swapped = i.opSize == 2 ? 0 : Long.reverseBytes(value) >>> 64 - 8 * i.opSize;
    core.write0(i, swapped);
  }

  /**
   * The source is read, and may fault, whatever the condition; 32-bit forms clear the upper half.
   */
  private void conditional(Insn i) {
    long value = core.read1(i);
    core.write0(i, flags.condition(i.condition) ? value : core.read0(i));
  }

  private void farPointer(Insn i, int segment) {
    long address = core.ea(i);
    long offset = core.memory.read(i.segment, address, i.opSize);
    long next = address + i.opSize & Core.mask(i.addressSize);
    int selector = (int) core.memory.read(i.segment, next, 2);
    segmentation.load(segment, selector);
    core.write0(i, offset);
  }
}
