package seamtape.sim.kvm.vcpu;

import static seamtape.catalog.Errno.EFAULT;
import static seamtape.catalog.Errno.EINVAL;

import java.nio.ByteBuffer;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.Segment;
import seamtape.sim.kvm.UserCopy;

/** Segment, table and control registers: struct kvm_sregs and struct kvm_sregs2. */
public final class SregsIoctls {
  /** Bytes of struct kvm_sregs. */
  public static final int SREGS_SIZE = 312;

  static final int SREGS2_SIZE = 320;
  static final int SEGMENT_SIZE = 24;
  static final int TR = 144;
  static final int LDT = 168;
  static final int GDT = 192;
  static final int IDT = 208;
  static final int CR0 = 224;
  static final int CR2 = 232;
  static final int CR3 = 240;
  static final int CR4 = 248;
  static final int CR8 = 256;
  static final int EFER = 264;
  static final int APIC_BASE = 272;
  static final int INTERRUPT_BITMAP = 280;
  static final int SREGS2_FLAGS = 280;
  static final int PDPTRS = 288;
  private static final long PDPTRS_VALID = 1;
  private static final int VECTORS = 256;

  /** Segment register numbers in the order of the struct: cs ds es fs gs ss. */
  private static final int[] ORDER = {
    CpuState.CS, CpuState.DS, CpuState.ES, CpuState.FS, CpuState.GS, CpuState.SS
  };

  private SregsIoctls() {}

  static long getSregs(Vcpu vcpu, long arg, UserCopy user) {
    byte[] sregs = new byte[SREGS_SIZE];
    copySregsOut(vcpu, sregs, 0);
    return user.out(arg, sregs) ? 0 : EFAULT.result();
  }

  /** Stores struct kvm_sregs; also for the copy in struct kvm_run. */
  public static void copySregsOut(Vcpu vcpu, byte[] target, int offset) {
    ByteBuffer out = Bytes.wrap(target);
    common(vcpu, out, offset);
    if (vcpu.cpu.interruptInjected && !vcpu.cpu.interruptSoft) {
      int vector = vcpu.cpu.interruptVector;
      out.putLong(offset + INTERRUPT_BITMAP + vector / 64 * 8, 1L << vector % 64);
    }
  }

  static long getSregs2(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer out = Bytes.zeroed(SREGS2_SIZE);
    common(vcpu, out, 0);
    CpuState cpu = vcpu.cpu;
    if (paePaging(cpu.cr0, cpu.cr4, cpu.efer)) {
      out.putLong(SREGS2_FLAGS, PDPTRS_VALID);
      for (int i = 0; i < 4; i++) {
        out.putLong(PDPTRS + 8 * i, vcpu.pdptrs[i]);
      }
    }
    return user.out(arg, out.array()) ? 0 : EFAULT.result();
  }

  private static void common(Vcpu vcpu, ByteBuffer out, int at) {
    CpuState cpu = vcpu.cpu;
    for (int i = 0; i < ORDER.length; i++) {
      segmentOut(cpu.segments[ORDER[i]], out, at + SEGMENT_SIZE * i);
    }
    segmentOut(cpu.tr, out, at + TR);
    segmentOut(cpu.ldt, out, at + LDT);
    out.putLong(at + GDT, cpu.gdtBase);
    out.putShort(at + GDT + 8, (short) cpu.gdtLimit);
    out.putLong(at + IDT, cpu.idtBase);
    out.putShort(at + IDT + 8, (short) cpu.idtLimit);
    out.putLong(at + CR0, cpu.cr0);
    out.putLong(at + CR2, cpu.cr2);
    out.putLong(at + CR3, cpu.cr3);
    out.putLong(at + CR4, cpu.cr4);
    out.putLong(at + CR8, vcpu.cr8());
    out.putLong(at + EFER, cpu.efer);
    out.putLong(at + APIC_BASE, cpu.apicBase);
  }

  private static void segmentOut(Segment segment, ByteBuffer out, int at) {
    out.putLong(at, segment.base);
    out.putInt(at + 8, (int) segment.limit);
    out.putShort(at + 12, (short) segment.selector);
    out.put(at + 14, (byte) segment.type);
    Bytes.flag(out, at + 15, segment.present);
    out.put(at + 16, (byte) segment.dpl);
    Bytes.flag(out, at + 17, segment.db);
    Bytes.flag(out, at + 18, segment.s);
    Bytes.flag(out, at + 19, segment.l);
    Bytes.flag(out, at + 20, segment.g);
    Bytes.flag(out, at + 21, segment.avl);
    Bytes.flag(out, at + 22, segment.unusable);
  }

  /** A segment that is not present is unusable and the other way round, as VMX keeps them. */
  private static void segmentIn(Segment segment, ByteBuffer in, int at) {
    segment.base = in.getLong(at);
    segment.limit = in.getInt(at + 8) & 0xffff_ffffL;
    segment.selector = Bytes.u16(in, at + 12);
    segment.type = in.get(at + 14) & 0xf;
    segment.dpl = in.get(at + 16) & 3;
    segment.db = bit(in, at + 17);
    segment.s = bit(in, at + 18);
    segment.l = bit(in, at + 19);
    segment.g = bit(in, at + 20);
    segment.avl = bit(in, at + 21);
    segment.unusable = Bytes.flag(in, at + 22) || !Bytes.flag(in, at + 15);
    segment.present = !segment.unusable;
  }

  private static boolean bit(ByteBuffer in, int at) {
    return (in.get(at) & 1) != 0;
  }

  static long setSregs(Vcpu vcpu, long arg, UserCopy user) {
    byte[] sregs = user.in(arg, SREGS_SIZE);
    if (sregs == null) {
      return EFAULT.result();
    }
    return copySregsIn(vcpu, sregs, 0) ? 0 : EINVAL.result();
  }

  /** Takes struct kvm_sregs over; false, and nothing changed, for values KVM refuses. */
  public static boolean copySregsIn(Vcpu vcpu, byte[] source, int offset) {
    ByteBuffer in = Bytes.wrap(source);
    if (!set(vcpu, in, offset)) {
      return false;
    }
    for (int vector = 0; vector < VECTORS; vector++) {
      long word = in.getLong(offset + INTERRUPT_BITMAP + vector / 64 * 8);
      if ((word >>> vector % 64 & 1) != 0) {
        queueInterrupt(vcpu, vector);
        break;
      }
    }
    return true;
  }

  static void queueInterrupt(Vcpu vcpu, int vector) {
    vcpu.cpu.interruptInjected = true;
    vcpu.cpu.interruptVector = vector;
    vcpu.cpu.interruptSoft = false;
  }

  static long setSregs2(Vcpu vcpu, long arg, UserCopy user) {
    ByteBuffer in = user.struct(arg, SREGS2_SIZE);
    if (in == null) {
      return EFAULT.result();
    }
    long flags = in.getLong(SREGS2_FLAGS);
    boolean pae = paePaging(in.getLong(CR0), in.getLong(CR4), in.getLong(EFER));
    boolean valid = (flags & PDPTRS_VALID) != 0;
    if ((flags & ~PDPTRS_VALID) != 0 || valid && !pae || !set(vcpu, in, 0)) {
      return EINVAL.result();
    }
    if (valid) {
      for (int i = 0; i < 4; i++) {
        vcpu.pdptrs[i] = in.getLong(PDPTRS + 8 * i);
      }
    }
    return 0;
  }

  private static boolean paePaging(long cr0, long cr4, long efer) {
    return (cr0 & CpuState.CR0_PG) != 0
        && (cr4 & CpuState.CR4_PAE) != 0
        && (efer & CpuState.EFER_LMA) == 0;
  }

  /** __set_sregs_common: all checks first, then all registers. */
  private static boolean set(Vcpu vcpu, ByteBuffer in, int at) {
    long cr0 = in.getLong(at + CR0);
    long cr3 = in.getLong(at + CR3);
    long cr4 = in.getLong(at + CR4);
    long efer = in.getLong(at + EFER);
    boolean csLong = Bytes.flag(in, at + 19);
    if (!ControlRegisters.validSregs(vcpu, cr0, cr3, cr4, efer, csLong)
        || !ControlRegisters.setApicBase(vcpu, in.getLong(at + APIC_BASE), true)) {
      return false;
    }
    CpuState cpu = vcpu.cpu;
    cpu.gdtBase = in.getLong(at + GDT);
    cpu.gdtLimit = Bytes.u16(in, at + GDT + 8);
    cpu.idtBase = in.getLong(at + IDT);
    cpu.idtLimit = Bytes.u16(in, at + IDT + 8);
    cpu.cr2 = in.getLong(at + CR2);
    cpu.cr3 = cr3;
    vcpu.setCr8(in.getLong(at + CR8));
    cpu.efer = efer;
    cpu.cr0 = cr0;
    cpu.cr4 = cr4;
    if (paePaging(cr0, cr4, efer)) {
      loadPdptrs(vcpu);
    }
    for (int i = 0; i < ORDER.length; i++) {
      segmentIn(cpu.segments[ORDER[i]], in, at + SEGMENT_SIZE * i);
    }
    segmentIn(cpu.tr, in, at + TR);
    segmentIn(cpu.ldt, in, at + LDT);
    unhaltAfterReset(vcpu);
    return true;
  }

  /** The pointers stay as they were where CR3 points to no memory. */
  private static void loadPdptrs(Vcpu vcpu) {
    long table = vcpu.cpu.cr3 & 0xffff_ffe0L;
    byte[] page = vcpu.vm().guestPage(table);
    if (page != null) {
      ByteBuffer entries = Bytes.wrap(page);
      for (int i = 0; i < 4; i++) {
        vcpu.pdptrs[i] = entries.getLong((int) (table & 0xfff) + 8 * i);
      }
    }
  }

  /**
   * A boot processor put back to its reset state runs again, for user space that forgets to say.
   */
  private static void unhaltAfterReset(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu;
    Segment cs = cpu.segments[CpuState.CS];
    boolean resetVector = cs.selector == 0xf000 && cs.base == 0xffff_0000L && cpu.rip == 0xfff0;
    if (vcpu.bootProcessor() && resetVector && (cpu.cr0 & CpuState.CR0_PE) == 0) {
      vcpu.mpState = Vcpu.MP_STATE_RUNNABLE;
    }
  }
}
