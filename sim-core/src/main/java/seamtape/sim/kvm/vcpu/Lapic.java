package seamtape.sim.kvm.vcpu;

import java.nio.ByteBuffer;
import seamtape.sim.profile.CpuFeature;

/** A local APIC in the kernel: its register page and what follows from writes to it. */
public final class Lapic {
  public static final int SIZE = 4096;

  /** Offsets of registers in the page, by their names in the kernel. */
  public static final int ID = 0x20;

  public static final int LVR = 0x30;
  public static final int TASKPRI = 0x80;
  public static final int PROCPRI = 0xa0;
  public static final int EOI = 0xb0;
  public static final int LDR = 0xd0;
  public static final int DFR = 0xe0;
  public static final int SPIV = 0xf0;
  public static final int ISR = 0x100;
  public static final int TMR = 0x180;
  public static final int IRR = 0x200;
  public static final int ESR = 0x280;
  public static final int LVTCMCI = 0x2f0;
  public static final int ICR = 0x300;
  public static final int ICR2 = 0x310;
  public static final int LVTT = 0x320;
  public static final int LVTTHMR = 0x330;
  public static final int LVTPC = 0x340;
  public static final int LVT0 = 0x350;
  public static final int LVT1 = 0x360;
  public static final int LVTERR = 0x370;
  public static final int TMICT = 0x380;
  public static final int TMCCT = 0x390;
  public static final int TDCR = 0x3e0;

  /** Bytes of struct kvm_lapic_state. */
  static final int STATE_SIZE = 0x400;

  private static final int LVT_MASKED = 1 << 16;
  private static final int MODE_EXTINT = 0x700;
  private static final int SPIV_ENABLED = 1 << 8;
  private static final int VERSION = 0x14;
  private static final int LVR_DIRECTED_EOI = 1 << 24;
  private static final long MCG_CMCI_P = 1 << 10;

  /** KVM_X86_QUIRK_LINT0_REENABLED. */
  private static final long QUIRK_LINT0_REENABLED = 1;

  private final Vcpu vcpu;
  private final ByteBuffer regs = Bytes.zeroed(SIZE);
  public final LapicTimer timer;

  Lapic(Vcpu vcpu) {
    this.vcpu = vcpu;
    timer = new LapicTimer(vcpu, this);
    reset();
  }

  /** A register in x2APIC mode, at its offset in the page: MSR 0x800 + offset / 16. */
  long readX2apic(int offset) {
    long high = offset == ICR ? regs.getInt(ICR2) : 0;
    return high << 32 | regs.getInt(offset) & 0xffff_ffffL;
  }

  /** Stores a register in x2APIC mode; the command register is 64 bits wide. */
  void writeX2apic(int offset, long value) {
    if (offset == ICR) {
      regs.putInt(ICR2, (int) (value >>> 32));
    }
    register(offset, (int) value);
  }

  private void reset() {
    regs.putInt(ID, vcpu.id() << 24);
    resetRegisters();
  }

  /** kvm_lapic_reset on INIT: the id stays, requests and the timer do not. */
  public void resetByInit() {
    int id = regs.getInt(ID);
    int logical = x2apic() ? regs.getInt(LDR) : 0;
    int cmci = regs.getInt(LVTCMCI);
    for (int at = 0; at < SIZE; at += Integer.BYTES) {
      regs.putInt(at, 0);
    }
    regs.putInt(ID, id);
    regs.putInt(LDR, logical);
    regs.putInt(LVTCMCI, cmci == 0 ? 0 : LVT_MASKED);
    resetRegisters();
    timer.writeInitialCount(0);
  }

  private void resetRegisters() {
    setVersion();
    for (int lvt : new int[] {LVTT, LVTTHMR, LVTPC, LVT0, LVT1, LVTERR}) {
      regs.putInt(lvt, LVT_MASKED);
    }
    boolean quirk = (vcpu.vm().disabledQuirks() & QUIRK_LINT0_REENABLED) == 0;
    if (vcpu.bootProcessor() && quirk) {
      regs.putInt(LVT0, MODE_EXTINT);
    }
    regs.putInt(DFR, -1);
    regs.putInt(SPIV, 0xff);
  }

  /** Six LVT entries, seven with CMCI; directed EOI where the IOAPIC is not in the kernel. */
  void setVersion() {
    int entries = (vcpu.msrs.mce.capability() & MCG_CMCI_P) != 0 ? 7 : 6;
    int version = VERSION | entries - 1 << 16;
    boolean directed = vcpu.vm().splitIrqchip() && vcpu.cpuid.has(CpuFeature.X2APIC);
    regs.putInt(LVR, directed ? version | LVR_DIRECTED_EOI : version);
  }

  /** The CMCI entry comes and goes with the capability of KVM_X86_SETUP_MCE. */
  void machineCheckCapabilityChanged() {
    boolean cmci = (vcpu.msrs.mce.capability() & MCG_CMCI_P) != 0;
    regs.putInt(LVTCMCI, cmci ? LVT_MASKED : 0);
    setVersion();
  }

  public boolean x2apic() {
    long both = ControlRegisters.APICBASE_ENABLE | ControlRegisters.APICBASE_X2APIC;
    return (vcpu.cpu.apicBase & both) == both;
  }

  /** Enabled in APICBASE and in the spurious vector register. */
  public boolean softwareEnabled() {
    boolean hardware = (vcpu.cpu.apicBase & ControlRegisters.APICBASE_ENABLE) != 0;
    return hardware && (regs.getInt(SPIV) & SPIV_ENABLED) != 0;
  }

  void baseChanged(long old, long value) {
    long changed = old ^ value;
    boolean enabled = (value & ControlRegisters.APICBASE_ENABLE) != 0;
    if ((changed & ControlRegisters.APICBASE_ENABLE) != 0 && enabled) {
      regs.putInt(ID, vcpu.id() << 24);
    }
    if ((changed & ControlRegisters.APICBASE_X2APIC) != 0 && x2apic()) {
      regs.putInt(ID, vcpu.id());
      regs.putInt(LDR, logicalX2apicId());
    }
  }

  private int logicalX2apicId() {
    return vcpu.id() >> 4 << 16 | 1 << (vcpu.id() & 0xf);
  }

  public int taskPriority() {
    return regs.getInt(TASKPRI) & 0xff;
  }

  public void setTaskPriority(int priority) {
    regs.putInt(TASKPRI, priority & 0xff);
    updateProcessorPriority();
  }

  private void updateProcessorPriority() {
    int tpr = taskPriority();
    int isr = Math.max(highest(ISR), 0);
    regs.putInt(PROCPRI, (tpr & 0xf0) >= (isr & 0xf0) ? tpr & 0xff : isr & 0xf0);
  }

  /** A register of the page as KVM_GET_LAPIC shows it, at one of the offsets above. */
  public int register(int offset) {
    return regs.getInt(offset);
  }

  public void register(int offset, int value) {
    regs.putInt(offset, value);
    if (offset == TASKPRI) {
      updateProcessorPriority();
    }
  }

  /** A vector waits for delivery. */
  public boolean requests() {
    return highest(IRR) >= 0;
  }

  /** Requests an interrupt; false when the vector was requested already or the APIC is off. */
  public boolean request(int vector, boolean level) {
    if (!softwareEnabled() || bit(IRR, vector)) {
      return false;
    }
    bit(IRR, vector, true);
    bit(TMR, vector, level);
    return true;
  }

  /** The vector to deliver next, or {@link Vcpu#NO_VECTOR}: requested and above the priority. */
  public int deliverable() {
    int vector = softwareEnabled() ? highest(IRR) : Vcpu.NO_VECTOR;
    updateProcessorPriority();
    return vector >= 0 && (vector & 0xf0) > (regs.getInt(PROCPRI) & 0xf0) ? vector : Vcpu.NO_VECTOR;
  }

  /** Takes {@link #deliverable} into service. */
  public int acknowledge() {
    int vector = deliverable();
    if (vector >= 0) {
      bit(IRR, vector, false);
      bit(ISR, vector, true);
      updateProcessorPriority();
    }
    return vector;
  }

  /** Ends the interrupt in service; returns its vector, or {@link Vcpu#NO_VECTOR}. */
  public int endOfInterrupt() {
    int vector = highest(ISR);
    if (vector >= 0) {
      bit(ISR, vector, false);
      updateProcessorPriority();
    }
    return vector;
  }

  /** True while a vector was delivered as level-triggered: its end goes to the IOAPIC. */
  public boolean levelTriggered(int vector) {
    return bit(TMR, vector);
  }

  /** The highest vector in service, or requested: {@link #ISR}, {@link #IRR}. */
  public int highest(int bitmap) {
    for (int word = 7; word >= 0; word--) {
      int bits = regs.getInt(bitmap + word * 16);
      if (bits != 0) {
        return word * 32 + 31 - Integer.numberOfLeadingZeros(bits);
      }
    }
    return Vcpu.NO_VECTOR;
  }

  private boolean bit(int bitmap, int vector) {
    return (regs.getInt(bitmap + vector / 32 * 16) >> vector % 32 & 1) != 0;
  }

  private void bit(int bitmap, int vector, boolean on) {
    int offset = bitmap + vector / 32 * 16;
    int mask = 1 << vector % 32;
    int bits = regs.getInt(offset);
    regs.putInt(offset, on ? bits | mask : bits & ~mask);
  }

  /** struct kvm_lapic_state: in x2APIC mode with the id where user space expects it. */
  byte[] copyOut() {
    byte[] state = new byte[STATE_SIZE];
    System.arraycopy(regs.array(), 0, state, 0, STATE_SIZE);
    Bytes.wrap(state).putInt(TMCCT, timer.current());
    if (x2apic() && !vcpu.vm().x2apicFormat()) {
      Bytes.wrap(state).putInt(ID, vcpu.id() << 24);
    }
    return state;
  }

  /** Takes a struct kvm_lapic_state over; false for an x2APIC id that is not this vCPU's. */
  boolean copyIn(byte[] state) {
    ByteBuffer in = Bytes.wrap(state);
    if (x2apic() && vcpu.vm().x2apicFormat() && in.getInt(ID) != vcpu.id()) {
      return false;
    }
    System.arraycopy(state, 0, regs.array(), 0, STATE_SIZE);
    if (x2apic()) {
      regs.putInt(ID, vcpu.id());
      regs.putInt(LDR, logicalX2apicId());
    }
    setVersion();
    updateProcessorPriority();
    timer.restart(in.getInt(TMCCT));
    regs.putInt(TMCCT, 0);
    return true;
  }
}
