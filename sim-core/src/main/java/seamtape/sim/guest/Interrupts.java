package seamtape.sim.guest;

/**
 * Delivery of exceptions and interrupts through the IVT or the IDT. Everything is checked and
 * written before a register changes; a fault on the way is thrown like any other.
 */
final class Interrupts {
  /** Bits of a selector error code: the event came from outside, the selector is an IDT index. */
  private static final int EXTERNAL = 1;

  private static final int IDT = 2;

  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;

  Interrupts(Core core, Segmentation segmentation) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
  }

  /** INT n, INT3, INTO: the frame points behind the instruction. */
  void software(int vector) {
    deliver(vector, core.nextRip, true, false, 0);
  }

  /** An interrupt or exception whose frame shows {@code rip}; execution goes on at core.nextRip. */
  void event(int vector, long rip, boolean hasErrorCode, int errorCode) {
    deliver(vector, rip, false, hasErrorCode, errorCode);
  }

  private void deliver(int vector, long rip, boolean soft, boolean hasErrorCode, int errorCode) {
    core.delivering = true;
    try {
      if (core.real) {
        throughVectorTable(vector, rip);
      } else {
        throughGate(vector, rip, soft, hasErrorCode, errorCode);
      }
    } finally {
      core.delivering = false;
    }
    core.attention = true;
  }

  private void throughVectorTable(int vector, long rip) {
    if (4 * vector + 3 > (cpu.idtLimit & 0xffff)) {
      throw core.fault.with(GuestFault.GP, 0);
    }
    long entry = core.memory.readLinear(cpu.idtBase + 4L * vector & 0xffff_ffffL, 4);
    core.poke(2, 2, cpu.rflags);
    core.poke(4, 2, cpu.segments[CpuState.CS].selector);
    core.poke(6, 2, rip);
    core.moveStack(-6);
    segmentation.loadCode((int) (entry >>> 16));
    cpu.rflags &= ~(CpuState.IF | CpuState.TF | CpuState.AC | CpuState.RF);
    core.nextRip = entry & 0xffff;
  }

  private void throughGate(
      int vector, long rip, boolean soft, boolean hasErrorCode, int errorCode) {
    boolean longMode = (cpu.efer & CpuState.EFER_LMA) != 0;
    int gateSize = longMode ? 16 : 8;
    int code = vector * 8 | IDT | (soft ? 0 : EXTERNAL);
    if (vector * gateSize + gateSize - 1 > (cpu.idtLimit & 0xffff)) {
      throw core.fault.with(GuestFault.GP, code);
    }
    long at = cpu.idtBase + (long) vector * gateSize;
    long gate = core.memory.readLinear(core.wrap(at), 8);
    checkGate(gate, code, soft, longMode);
    int selector = (int) (gate >>> 16) & 0xffff;
    long offset = gate & 0xffff | (gate >>> 48) << 16;
    boolean wide = (gate >>> 43 & 1) != 0;
    segmentation.checkCode(selector);
    if (longMode) {
      offset |= core.memory.readLinear(core.wrap(at + 8), 4) << 32;
      longFrame((int) (gate >>> 32) & 7, rip, flagsImage(vector, soft), hasErrorCode, errorCode);
    } else {
      frame(wide ? 4 : 2, rip, flagsImage(vector, soft), hasErrorCode, errorCode);
      offset &= wide ? 0xffff_ffffL : 0xffff;
    }
    segmentation.commitCode();
    long cleared = CpuState.TF | CpuState.NT | CpuState.VM | CpuState.RF;
    boolean interruptGate = (gate >>> 40 & 1) == 0;
    cpu.rflags &= ~(interruptGate ? cleared | CpuState.IF : cleared);
    core.nextRip = offset;
  }

  private void checkGate(long gate, int code, boolean soft, boolean longMode) {
    int type = (int) (gate >>> 40) & 0x1f;
    boolean interruptOrTrap = (type & 0x1e) == 0xe || !longMode && (type & 0x1e) == 6;
    if (type == 5 && !longMode) {
      // A task gate: outside the subset.
      throw core.emulationFailure();
    }
    boolean level = !soft || (int) (gate >>> 45 & 3) >= cpu.cpl();
    if (!interruptOrTrap || !level) {
      throw core.fault.with(GuestFault.GP, code);
    }
    if ((gate >>> 47 & 1) == 0) {
      throw core.fault.with(GuestFault.NP, code);
    }
  }

  /** A fault is restartable: its flags image carries RF. */
  private long flagsImage(int vector, boolean soft) {
    boolean trap = vector >= GuestFault.DB && vector <= GuestFault.OF;
    boolean fault = !soft && vector < 32 && !trap;
    return fault ? cpu.rflags | CpuState.RF : cpu.rflags;
  }

  private void frame(int size, long rip, long flags, boolean hasErrorCode, int errorCode) {
    core.poke(size, size, flags);
    core.poke(2 * size, size, cpu.segments[CpuState.CS].selector);
    core.poke(3 * size, size, rip);
    if (hasErrorCode) {
      core.poke(4 * size, size, errorCode);
    }
    core.moveStack(hasErrorCode ? -4L * size : -3L * size);
  }

  /** Long mode aligns the stack to 16 bytes and always saves SS:RSP. */
  private void longFrame(int ist, long rip, long flags, boolean hasErrorCode, int errorCode) {
    long top = cpu.gpr[CpuState.RSP];
    if (ist != 0) {
      top = core.memory.readLinear(cpu.tr.base + 0x24 + (ist - 1) * 8L, 8);
    }
    top &= -16;
    long[] words = {
      cpu.segments[CpuState.SS].selector,
      cpu.gpr[CpuState.RSP],
      flags,
      cpu.segments[CpuState.CS].selector,
      rip,
      errorCode
    };
    int count = hasErrorCode ? 6 : 5;
    for (int i = 0; i < count; i++) {
      core.memory.writeLinear(top - 8L * (i + 1), 8, words[i]);
    }
    cpu.gpr[CpuState.RSP] = top - 8L * count;
  }
}
