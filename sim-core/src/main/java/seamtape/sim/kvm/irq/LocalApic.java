package seamtape.sim.kvm.irq;

import seamtape.sim.kvm.vcpu.Lapic;

/**
 * What one vCPU's local APIC does with messages and with the guest's register accesses; its
 * registers are those of {@link Lapic}.
 */
public final class LocalApic {
  private static final int SVR_ENABLED = 1 << 8;
  private static final int LVT_MASKED = 1 << 16;
  private static final int REGISTERS_END = 0x400;

  /** Exists in x2APIC mode only. */
  private static final int SELF_IPI = 0x3f0;

  /** The rest of the vCPU and the other APICs, as this one sees them. */
  public interface Surroundings {
    /** IA32_APIC_BASE. */
    long apicBase();

    void nmi();

    void smi();

    void init();

    void startup(int vector);

    /** A message to the APICs that its destination names. */
    void send(Msi msi);

    /** A message by shorthand: to this APIC, to all, or to all others. */
    void send(Msi msi, boolean toSelf, boolean toOthers);

    /** The guest ended a level-triggered interrupt. */
    void levelEnded(int vector);

    /** The guest read or wrote the task priority. */
    void taskPriorityAccess(boolean isWrite);
  }

  private final Lapic lapic;
  private final Surroundings cpu;

  public LocalApic(Lapic lapic, Surroundings cpu) {
    this.lapic = lapic;
    this.cpu = cpu;
  }

  int register(int offset) {
    return lapic.register(offset);
  }

  void register(int offset, int value) {
    lapic.register(offset, value);
  }

  private boolean hardwareEnabled() {
    return (cpu.apicBase() & 1 << 11) != 0;
  }

  /** The APIC page when it answers at its address: xAPIC mode. */
  public boolean owns(long gpa) {
    long base = cpu.apicBase() & 0xf_ffff_f000L;
    return hardwareEnabled() && !lapic.x2apic() && gpa >= base && gpa < base + 0x1000;
  }

  /** True where this vCPU takes the interrupts of the PIC. */
  public boolean acceptsPic() {
    int lvt0 = register(Lapic.LVT0);
    boolean extInt = (lvt0 >> 8 & 7) == Msi.EXTINT;
    return !hardwareEnabled() || (lvt0 & LVT_MASKED) == 0 && extInt;
  }

  /** A vector waits, and its priority is above the processor's. */
  public boolean hasInterrupt() {
    if (lapic.timer.expire()) {
      local(Lapic.LVTT);
    }
    return lapic.deliverable() >= 0;
  }

  public int acknowledge() {
    return lapic.acknowledge();
  }

  /** The vector in service ends; the IOAPIC hears of a level-triggered one. */
  public void endOfInterrupt() {
    int vector = lapic.endOfInterrupt();
    if (vector >= 0 && lapic.levelTriggered(vector)) {
      cpu.levelEnded(vector);
    }
  }

  /** True when a message's destination names this APIC. */
  boolean isDestination(Msi msi) {
    if (!hardwareEnabled()) {
      return false;
    }
    int destination = msi.destination();
    if (destination == Msi.BROADCAST && !lapic.x2apic() || destination == -1) {
      return true;
    }
    return msi.logical() ? inLogical(destination) : destination == id();
  }

  private int id() {
    return lapic.x2apic() ? register(Lapic.ID) : register(Lapic.ID) >>> 24;
  }

  private boolean inLogical(int destination) {
    int ldr = register(Lapic.LDR);
    if (lapic.x2apic()) {
      return ldr >>> 16 == destination >>> 16 && (ldr & destination & 0xffff) != 0;
    }
    int logicalId = ldr >>> 24;
    if (register(Lapic.DFR) >>> 28 == 0xf) {
      return (logicalId & destination) != 0;
    }
    return logicalId >> 4 == destination >> 4 && (logicalId & destination & 0xf) != 0;
  }

  /** Priority for lowest-priority delivery: the lower takes it. */
  int arbitrationPriority() {
    lapic.deliverable();
    return register(Lapic.PROCPRI) & 0xff;
  }

  boolean takesLowestPriority() {
    return lapic.softwareEnabled();
  }

  /** Takes a message: 1, or 0 when it has no effect. */
  int accept(Msi msi) {
    switch (msi.deliveryMode()) {
      case Msi.FIXED, Msi.LOWEST_PRIORITY -> {
        if (!lapic.softwareEnabled()) {
          return 0;
        }
        lapic.request(msi.vector(), msi.level());
      }
      case Msi.SMI -> cpu.smi();
      case Msi.NMI -> cpu.nmi();
      case Msi.INIT -> cpu.init();
      case Msi.STARTUP -> cpu.startup(msi.vector());
      default -> {
        return 0;
      }
    }
    return 1;
  }

  /** Raises what a local source asks for, if its entry is not masked. */
  void local(int lvt) {
    int entry = register(lvt);
    if ((entry & LVT_MASKED) == 0) {
      accept(new Msi(entry & 0xff, 0, false, entry >> 8 & 7, false));
    }
  }

  public int read(int offset) {
    return switch (offset) {
      case Lapic.TMCCT -> lapic.timer.current();
      case Lapic.EOI -> 0;
      case Lapic.TASKPRI -> {
        cpu.taskPriorityAccess(false);
        yield register(offset);
      }
      default -> offset < REGISTERS_END && (offset & 0xf) == 0 ? register(offset) : 0;
    };
  }

  public void write(int offset, int value) {
    switch (offset) {
      case Lapic.ID, Lapic.LDR, Lapic.ICR2 -> writeHighByte(offset, value);
      case Lapic.TASKPRI -> {
        cpu.taskPriorityAccess(true);
        register(offset, value & 0xff);
      }
      case Lapic.EOI -> endOfInterrupt();
      case Lapic.DFR -> register(offset, value | 0x0fff_ffff);
      case Lapic.SPIV -> writeSpurious(value);
      case Lapic.ESR -> register(offset, 0);
      case Lapic.ICR -> writeCommand(value);
      case Lapic.LVTT -> lapic.timer.writeVector(maskIfDisabled(value));
      case Lapic.TMICT -> lapic.timer.writeInitialCount(value);
      case Lapic.TDCR -> lapic.timer.writeDivider(value);
      case Lapic.LVTTHMR, Lapic.LVTPC, Lapic.LVT0, Lapic.LVT1, Lapic.LVTERR ->
          register(offset, maskIfDisabled(value));
      default -> {
        // Read-only and reserved registers keep their values.
      }
    }
  }

  /** WRMSR of an x2APIC register: the number of the register in the page, its value. */
  public void writeX2apic(int offset, long value) {
    switch (offset) {
      case Lapic.ICR -> {
        register(Lapic.ICR2, (int) (value >>> 32));
        command((int) value, (int) (value >>> 32));
      }
      case SELF_IPI -> accept(new Msi((int) value & 0xff, 0, false, Msi.FIXED, false));
      case Lapic.EOI, Lapic.SPIV, Lapic.LVTT, Lapic.TMICT, Lapic.TDCR -> write(offset, (int) value);
      default -> {
        // The rest are stores, which the register file has made.
      }
    }
  }

  private void writeHighByte(int offset, int value) {
    if (!lapic.x2apic()) {
      register(offset, value & 0xff00_0000);
    }
  }

  private void writeSpurious(int value) {
    register(Lapic.SPIV, value & 0x3ff);
    if ((value & SVR_ENABLED) == 0) {
      for (int lvt = Lapic.LVTT; lvt <= Lapic.LVTERR; lvt += 0x10) {
        register(lvt, register(lvt) | LVT_MASKED);
      }
    }
  }

  int maskIfDisabled(int lvt) {
    return (register(Lapic.SPIV) & SVR_ENABLED) == 0 ? lvt | LVT_MASKED : lvt;
  }

  private void writeCommand(int value) {
    command(value, register(Lapic.ICR2) >>> 24);
  }

  private void command(int value, int destination) {
    register(Lapic.ICR, value & ~(1 << 12));
    boolean level = (value & 1 << 15) != 0;
    boolean assertion = (value & 1 << 14) != 0;
    int mode = value >> 8 & 7;
    if (mode == Msi.INIT && level && !assertion) {
      return;
    }
    boolean logical = (value & 1 << 11) != 0;
    Msi msi = new Msi(value & 0xff, destination, logical, mode, level);
    switch (value >> 18 & 3) {
      case 0 -> cpu.send(msi);
      case 1 -> cpu.send(msi, true, false);
      case 2 -> cpu.send(msi, true, true);
      default -> cpu.send(msi, false, true);
    }
  }
}
