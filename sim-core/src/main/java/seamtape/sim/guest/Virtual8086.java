package seamtape.sim.guest;

/**
 * Virtual-8086 mode: IRET of level 0 enters it, events through the IDT leave it. With CR4.VME a
 * guest whose IOPL is below 3 has an interrupt flag of its own, VIF, and software interrupts that
 * the TSS does not claim go through the vector table at 0; with CR4.PVI level 3 has VIF too.
 */
final class Virtual8086 {
  private static final int IO_MAP_BASE = 0x66;
  private static final int REDIRECTION_BYTES = 32;

  /** Of the words that leaving pushes, those before SS. */
  private static final int[] PUSHED = {CpuState.GS, CpuState.FS, CpuState.DS, CpuState.ES};

  /** Those of its frame on top of SS:ESP, upwards. */
  private static final int[] POPPED = {CpuState.ES, CpuState.DS, CpuState.FS, CpuState.GS};

  private final Core core;
  private final CpuState cpu;
  private final Segmentation segmentation;

  Virtual8086(Core core, Segmentation segmentation) {
    this.core = core;
    this.cpu = core.cpu;
    this.segmentation = segmentation;
  }

  /** In real mode the flag means nothing. */
  private boolean inMode() {
    return !core.real && cpu.flag(CpuState.VM);
  }

  private boolean iopl3() {
    return (cpu.rflags & CpuState.IOPL) == CpuState.IOPL;
  }

  private boolean extended() {
    return (cpu.cr4 & CpuState.CR4_VME) != 0;
  }

  private GuestFault refused() {
    return core.fault.with(GuestFault.GP, 0);
  }

  /** PUSHF, POPF and IRET act on VIF; #GP where they may act on nothing. */
  boolean virtualFlags(int size) {
    if (!inMode() || iopl3()) {
      return false;
    }
    if (!extended() || size != 2) {
      throw refused();
    }
    return true;
  }

  /** CLI and STI act on VIF; #GP where they may act on nothing. */
  boolean virtualInterruptFlag() {
    int iopl = (int) (cpu.rflags & CpuState.IOPL) >> 12;
    if (core.real || cpu.cpl() <= iopl) {
      return false;
    }
    boolean level3 = (cpu.cr4 & CpuState.CR4_PVI) != 0 && cpu.cpl() == 3;
    if (!(inMode() ? extended() : level3)) {
      throw refused();
    }
    return true;
  }

  void setVirtualInterrupts() {
    if (cpu.flag(CpuState.VIP)) {
      throw refused();
    }
    cpu.flag(CpuState.VIF, true);
  }

  /** The flags that PUSHF and a software interrupt show: VIF is IF, and IOPL is 3. */
  long shownFlags() {
    long shown = cpu.rflags & ~CpuState.IF | CpuState.IOPL;
    return cpu.flag(CpuState.VIF) ? shown | CpuState.IF : shown;
  }

  /** POPF and IRET: the image's IF goes to VIF. Returns the image for the other flags. */
  long takenFlags(long image) {
    boolean enables = (image & CpuState.IF) != 0;
    if ((image & CpuState.TF) != 0 || enables && cpu.flag(CpuState.VIP)) {
      throw refused();
    }
    return image;
  }

  void commitFlags(long image) {
    cpu.flag(CpuState.VIF, (image & CpuState.IF) != 0);
  }

  /** IRET of level 0 to a frame with VM: nine words, of which three are EIP, CS and EFLAGS. */
  void enter(long offset, int selector, long image) {
    long pointer = core.peek(12, 4);
    int stack = (int) core.peek(16, 4) & 0xffff;
    long[] data = new long[POPPED.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = core.peek(20 + 4 * i, 4) & 0xffff;
    }
    if (offset > 0xffff) {
      throw refused();
    }
    long writable = Stack.WRITABLE_FLAGS | CpuState.VM | CpuState.VIF | CpuState.VIP | CpuState.RF;
    cpu.rflags = image & writable | 2;
    segmentation.loadVirtual(CpuState.CS, selector);
    segmentation.loadVirtual(CpuState.SS, stack);
    for (int i = 0; i < data.length; i++) {
      segmentation.loadVirtual(POPPED[i], (int) data[i]);
    }
    cpu.gpr[CpuState.RSP] = pointer;
    core.nextRip = offset & 0xffff;
    core.flush();
  }

  /** How many words an event's frame has before SS. */
  int extraWords() {
    return cpu.flag(CpuState.VM) ? PUSHED.length : 0;
  }

  void extraWords(long[] frame) {
    for (int i = 0; i < extraWords(); i++) {
      frame[i] = cpu.segments[PUSHED[i]].selector;
    }
  }

  /** The handler of an event has no data segments. */
  void left() {
    for (int register : PUSHED) {
      segmentation.loadNull(register, 0);
    }
  }

  /**
   * INT n, as CR4.VME, IOPL and the TSS's redirection bitmap say.
   *
   * @return true when it went through the guest's own vector table; false: through the IDT
   */
  boolean software(int vector) {
    if (!inMode()) {
      return false;
    }
    if (extended() && redirected(vector)) {
      throughVectorTable(vector);
      return true;
    }
    if (!iopl3()) {
      throw refused();
    }
    return false;
  }

  private boolean redirected(int vector) {
    if (cpu.tr.unusable || cpu.tr.limit < IO_MAP_BASE + 1) {
      throw refused();
    }
    long map = core.readSystem(cpu.tr.base + IO_MAP_BASE, 2) - REDIRECTION_BYTES + vector / 8;
    if (map < 0 || map > cpu.tr.limit) {
      throw refused();
    }
    return (core.readSystem(cpu.tr.base + map, 1) >>> vector % 8 & 1) == 0;
  }

  private void throughVectorTable(int vector) {
    boolean own = !iopl3();
    long entry = core.memory.readLinear(4L * vector, 4);
    core.poke(2, 2, own ? shownFlags() : cpu.rflags);
    core.poke(4, 2, cpu.segments[CpuState.CS].selector);
    core.poke(6, 2, core.nextRip);
    core.moveStack(-6);
    segmentation.loadCode((int) (entry >>> 16));
    cpu.rflags &= ~(CpuState.TF | CpuState.RF | (own ? CpuState.VIF : CpuState.IF));
    core.nextRip = entry & 0xffff;
  }
}
