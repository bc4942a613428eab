package seamtape.sim.guest;

/** Flag instructions, HLT, and what is no instruction at all. */
final class Flow {
  private final Core core;
  private final CpuState cpu;
  private final Virtual8086 virtual8086;

  Flow(Core core, Virtual8086 virtual8086) {
    this.core = core;
    this.cpu = core.cpu;
    this.virtual8086 = virtual8086;
  }

  void execute(Insn i) {
    switch (i.op) {
      case NOP -> {}
      case HLT -> halt();
      case CLI -> clearInterrupts();
      case STI -> setInterrupts();
      case CLC -> cpu.flag(CpuState.CF, false);
      case STC -> cpu.flag(CpuState.CF, true);
      case CMC -> cpu.rflags ^= CpuState.CF;
      case CLD -> cpu.flag(CpuState.DF, false);
      case STD -> cpu.flag(CpuState.DF, true);
      case UD -> throw core.undefined();
      case UNSUPPORTED -> throw core.emulationFailure();
      default -> throw new AssertionError(i.op);
    }
  }

  private void halt() {
    core.requireCpl0();
    core.intercept(12, 0);
    core.exit.kind = GuestExit.Kind.HLT;
    core.exitAfter = true;
    core.attention = true;
  }

  private void clearInterrupts() {
    cpu.flag(virtual8086.virtualInterruptFlag() ? CpuState.VIF : CpuState.IF, false);
  }

  /** Interrupts stay out until the instruction after the STI that enabled them is complete. */
  private void setInterrupts() {
    if (virtual8086.virtualInterruptFlag()) {
      virtual8086.setVirtualInterrupts();
      return;
    }
    if (!cpu.flag(CpuState.IF)) {
      cpu.interruptShadow |= CpuState.SHADOW_STI;
    }
    cpu.flag(CpuState.IF, true);
    core.attention = true;
  }
}
