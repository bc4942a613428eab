package seamtape.sim.guest;

import seamtape.sim.guest.GuestBus.Answer;

/** Control and debug registers, descriptor tables, CPUID, MSRs, TSC and hypercalls. */
final class SystemOps {
  private static final long CR0_WRITABLE = 0xe005_003fL;
  private static final long DR6_FIXED = 0xffff_0ff0L;
  private static final long DR6_WRITABLE = 0xe00f;
  private static final long DR7_FIXED = 0x400;
  private static final long DR7_CLEAR = 0xd000;
  private static final long LOW = 0xffff_ffffL;
  private static final int TSC_AUX = 0xc000_0103;
  private static final long CR4_DE = 1 << 3;

  private final Core core;
  private final CpuState cpu;
  private final Flags flags;
  private final Segmentation segmentation;
  private final OwnPages ownPages;
  private final int[] cpuid = new int[4];
  private final long[] msr = new long[1];

  SystemOps(Core core, Flags flags, Segmentation segmentation) {
    this.core = core;
    this.cpu = core.cpu;
    this.flags = flags;
    this.segmentation = segmentation;
    ownPages = new OwnPages(core, flags);
  }

  void execute(Insn i) {
    switch (i.op) {
      case MOVCR -> moveControl(i);
      case CLTS -> {
        core.requireCpl0();
        cpu.cr0 &= ~CpuState.CR0_TS;
      }
      case SGDT -> storeTable(i, cpu.gdtLimit, cpu.gdtBase);
      case SIDT -> storeTable(i, cpu.idtLimit, cpu.idtBase);
      case LGDT, LIDT -> loadTable(i);
      case SMSW -> core.write0(i, cpu.cr0);
      case LMSW -> loadMachineStatus(core.read0(i));
      case SLDT, STR, LLDT, LTR -> systemSegment(i);
      case INVLPG -> {
        core.requireCpl0();
        core.flush();
      }
      case INVD -> invalidate(13);
      case WBINVD -> invalidate(54);
      case RDPMC -> core.hardware(15);
      case MWAIT -> core.hardware(36);
      case MONITOR -> core.hardware(39);
      case XSETBV -> core.hardware(55);
      case PCONFIG -> core.hardware(65);
      case RDTSCP -> readTscAndAux();
      case RDRAND -> random(i, 57);
      case RDSEED -> random(i, 61);
      case INVPCID -> {
        core.hardware(58);
        core.flush();
      }
      case ENQCMD -> core.hardware(72);
      case CPUID -> identify();
      case RDMSR -> readMsr();
      case WRMSR -> writeMsr();
      case RDTSC -> readTsc();
      case VMCALL -> hypercall(18);
      case VMMCALL -> hypercall(GuestBus.VMMCALL);
      case VMGEXIT -> vmgexit();
      case PVALIDATE, RMPADJUST -> ownPages.execute(i);
      case TDCALL -> tdcall();
      case RSM -> resume();
      default -> throw new AssertionError(i.op);
    }
  }

  private void invalidate(int reason) {
    core.requireCpl0();
    core.intercept(reason, 0);
  }

  private void moveControl(Insn i) {
    core.requireCpl0();
    boolean debugs = i.kind0 == Insn.REG ? i.kind1 != Insn.CR : i.kind0 != Insn.CR;
    if (debugs) {
      core.traps.access();
    }
    if (i.kind0 == Insn.REG) {
      boolean control = i.kind1 == Insn.CR;
      core.write0(i, control ? readControl(i.reg1) : readDebug(i.reg1));
    } else if (i.kind0 == Insn.CR) {
      writeControl(i.reg0, core.read1(i), i.reg1);
    } else {
      writeDebug(i.reg0, core.read1(i));
    }
  }

  private long readControl(int number) {
    return switch (number) {
      case 0 -> cpu.cr0;
      case 2 -> cpu.cr2;
      case 3 -> cpu.cr3;
      case 4 -> cpu.cr4 & ~core.bus.hiddenCr4();
      case 8 -> core.bus.taskPriority(cpu);
      default -> throw core.undefined();
    };
  }

  private void writeControl(int number, long value, int register) {
    switch (number) {
      case 0 -> {
        core.intercepted(core.bus.writeControl(0, value, register));
        writeCr0(value);
      }
      case 2 -> cpu.cr2 = value;
      case 3 -> {
        requireGp(core.codeSize != 8 || core.bus.acceptsCr3(value & Long.MAX_VALUE));
        cpu.cr3 = value & Long.MAX_VALUE;
        core.flush();
      }
      case 4 -> {
        core.intercepted(core.bus.writeControl(4, value, register));
        writeCr4(value);
      }
      case 8 -> {
        requireGp((value & ~15L) == 0);
        core.attention = true;
        if (core.bus.setTaskPriority(cpu, value)) {
          core.exit.kind = GuestExit.Kind.SET_TPR;
          core.exitAfter = true;
        }
      }
      default -> throw core.undefined();
    }
  }

  private void requireGp(boolean allowed) {
    if (!allowed) {
      throw core.fault.with(GuestFault.GP, 0);
    }
  }

  private void writeCr0(long value) {
    requireGp(value >>> 32 == 0);
    boolean paging = (value & CpuState.CR0_PG) != 0;
    requireGp(!paging || (value & CpuState.CR0_PE) != 0);
    requireGp((value & CpuState.CR0_NW) == 0 || (value & CpuState.CR0_CD) != 0);
    boolean wasPaging = (cpu.cr0 & CpuState.CR0_PG) != 0;
    boolean longModeWanted = (cpu.efer & CpuState.EFER_LME) != 0;
    if (paging && !wasPaging && longModeWanted) {
      requireGp((cpu.cr4 & CpuState.CR4_PAE) != 0 && !cpu.segments[CpuState.CS].l);
      cpu.efer |= CpuState.EFER_LMA;
    } else if (!paging && wasPaging) {
      requireGp(core.codeSize != 8);
      cpu.efer &= ~CpuState.EFER_LMA;
    }
    cpu.cr0 = value & CR0_WRITABLE | CpuState.CR0_ET;
    core.flush();
  }

  private void writeCr4(long value) {
    boolean longMode = (cpu.efer & CpuState.EFER_LMA) != 0;
    requireGp(core.bus.acceptsCr4(value) && !(longMode && (value & CpuState.CR4_PAE) == 0));
    cpu.cr4 = value | core.bus.hiddenCr4();
    core.flush();
  }

  /** DR4 and DR5 are DR6 and DR7 unless CR4.DE makes them undefined. */
  private int debugNumber(int number) {
    if (number > 7 || (number == 4 || number == 5) && (cpu.cr4 & CR4_DE) != 0) {
      throw core.undefined();
    }
    return number == 4 || number == 5 ? number + 2 : number;
  }

  private long readDebug(int encoded) {
    int number = debugNumber(encoded);
    return number < 4 ? cpu.dr[number] : number == 6 ? cpu.dr6 : cpu.dr7;
  }

  private void writeDebug(int encoded, long value) {
    int number = debugNumber(encoded);
    core.flush();
    if (number < 4) {
      cpu.dr[number] = value;
      return;
    }
    requireGp(value >>> 32 == 0);
    if (number == 6) {
      cpu.dr6 = value & DR6_WRITABLE | DR6_FIXED;
    } else {
      cpu.dr7 = value & ~DR7_CLEAR | DR7_FIXED;
    }
  }

  private int tableBytes(Insn i) {
    return core.codeSize == 8 ? 8 : 4;
  }

  /** As KVM's emulator: with 16-bit operand size the base has 24 bits. */
  private void storeTable(Insn i, int limit, long base) {
    long address = core.ea(i);
    long next = address + 2 & Core.mask(i.addressSize);
    int size = tableBytes(i);
    long stored = size == 4 && i.opSize == 2 ? base & 0xff_ffff : base;
    core.memory.write(i.segment, address, 2, limit);
    core.memory.write(i.segment, next, size, stored);
  }

  private void loadTable(Insn i) {
    core.requireCpl0();
    long address = core.ea(i);
    long next = address + 2 & Core.mask(i.addressSize);
    int size = tableBytes(i);
    int limit = (int) core.memory.read(i.segment, address, 2);
    long base = core.memory.read(i.segment, next, size);
    if (size == 4 && i.opSize == 2) {
      base &= 0xff_ffff;
    }
    requireGp(size == 4 || core.canonical(base));
    if (i.op == Op.LGDT) {
      cpu.gdtLimit = limit;
      cpu.gdtBase = base;
    } else {
      cpu.idtLimit = limit;
      cpu.idtBase = base;
    }
  }

  /** LMSW can set CR0.PE but not clear it. */
  private void loadMachineStatus(long value) {
    core.requireCpl0();
    writeCr0(cpu.cr0 & ~0xeL | value & 0xf);
  }

  private void systemSegment(Insn i) {
    if (core.real || cpu.flag(CpuState.VM)) {
      throw core.undefined();
    }
    switch (i.op) {
      case SLDT -> core.write0(i, cpu.ldt.selector);
      case STR -> core.write0(i, cpu.tr.selector);
      case LLDT, LTR -> {
        core.requireCpl0();
        boolean task = i.op == Op.LTR;
        segmentation.loadSystem(task ? cpu.tr : cpu.ldt, (int) core.read0(i), task);
      }
      default -> throw new AssertionError(i.op);
    }
  }

  private void identify() {
    core.intercept(10, 0);
    core.bus.cpuid((int) cpu.gpr[CpuState.RAX], (int) cpu.gpr[CpuState.RCX], cpuid);
    core.writeGpr(CpuState.RAX, 4, cpuid[0]);
    core.writeGpr(CpuState.RBX, 4, cpuid[1]);
    core.writeGpr(CpuState.RCX, 4, cpuid[2]);
    core.writeGpr(CpuState.RDX, 4, cpuid[3]);
  }

  private void readMsr() {
    core.requireCpl0();
    core.intercept(31, 0);
    int index = (int) cpu.gpr[CpuState.RCX];
    if (core.mmio.replaying()) {
      msr[0] = core.mmio.next();
      requireGp(core.exit.msrError == 0);
    } else {
      Answer answer = core.bus.readMsr(index, msr);
      requireGp(answer != Answer.FAULT);
      if (answer == Answer.EXIT) {
        throw leaveForMsr(GuestExit.Kind.RDMSR, index, 0);
      }
    }
    core.writeGpr(CpuState.RAX, 4, msr[0]);
    core.writeGpr(CpuState.RDX, 4, msr[0] >>> 32);
  }

  private void writeMsr() {
    core.requireCpl0();
    core.intercept(32, 0);
    if (core.mmio.replaying()) {
      core.mmio.next();
      requireGp(core.exit.msrError == 0);
      return;
    }
    int index = (int) cpu.gpr[CpuState.RCX];
    long value = core.readGpr(CpuState.RDX, 4) << 32 | core.readGpr(CpuState.RAX, 4);
    Answer answer = core.bus.writeMsr(index, value);
    requireGp(answer != Answer.FAULT);
    if (answer == Answer.EXIT) {
      throw leaveForMsr(GuestExit.Kind.WRMSR, index, value);
    }
    // EFER, the APIC base and the FS and GS bases may have changed.
    core.flush();
  }

  private GuestFault leaveForMsr(GuestExit.Kind kind, int index, long value) {
    core.exit.msrIndex = index;
    core.exit.msrData = value;
    core.exit.msrError = 0;
    return core.leave(kind);
  }

  private void readTsc() {
    requireGp(core.real || cpu.cpl() == 0 || (cpu.cr4 & CpuState.CR4_TSD) == 0);
    long tsc = core.bus.tsc();
    core.writeGpr(CpuState.RAX, 4, tsc);
    core.writeGpr(CpuState.RDX, 4, tsc >>> 32);
  }

  private void readTscAndAux() {
    core.hardware(51);
    readTsc();
    core.bus.readMsr(TSC_AUX, msr);
    core.writeGpr(CpuState.RCX, 4, msr[0]);
  }

  private void random(Insn i, int reason) {
    core.hardware(reason);
    core.write0(i, core.bus.random());
    flags.carryAndOverflow(true, false);
  }

  /**
   * @param reason VMX exit reason
   */
  private void hypercall(int reason) {
    core.intercept(reason, 0);
    int replacement = core.bus.replacedHypercall(reason);
    if (replacement != GuestBus.NONE) {
      replaceHypercall(replacement);
    }
    if (core.mmio.replaying()) {
      core.writeGpr(CpuState.RAX, core.codeSize == 8 ? 8 : 4, core.mmio.next());
      return;
    }
    called(core.bus.hypercall(cpu), GuestExit.Kind.HYPERCALL);
  }

  /** emulator_fix_hypercall: the bytes change, as a write of the guest would change them. */
  private void replaceHypercall(int last) {
    if (last == GuestBus.UNDEFINED_OPCODE) {
      throw core.undefined();
    }
    long base = core.codeSize == 8 ? 0 : cpu.segments[CpuState.CS].base;
    long linear = base + cpu.rip;
    int[] bytes = {0x0f, 0x01, last};
    for (int at = 0; at < bytes.length; at++) {
      core.memory.writeLinear(core.codeSize == 8 ? linear + at : linear + at & LOW, 1, bytes[at]);
    }
  }

  private void called(Answer answer, GuestExit.Kind exit) {
    switch (answer) {
      case DONE -> core.attention = true;
      case FAULT -> throw core.undefined();
      case EXIT -> throw core.leave(exit);
    }
  }

  /** Registers of an encrypted guest are not touched: what it gets lies where it asked. */
  private void vmgexit() {
    if (core.mmio.replaying()) {
      core.mmio.next();
    } else {
      called(core.bus.vmgexit(cpu), GuestExit.Kind.VMGEXIT);
    }
  }

  private void resume() {
    int outcome = core.bus.leaveSmm();
    if (outcome == GuestBus.LEAVE) {
      throw core.leave(GuestExit.Kind.SHUTDOWN);
    }
    core.intercepted(outcome);
    core.nextRip = cpu.rip;
    core.flush();
  }

  private void tdcall() {
    core.requireCpl0();
    core.intercept(77, 0);
    core.tdcall();
  }
}
