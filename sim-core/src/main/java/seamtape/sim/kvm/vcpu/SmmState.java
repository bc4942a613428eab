package seamtape.sim.kvm.vcpu;

import java.nio.ByteBuffer;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.Segment;
import seamtape.sim.profile.CpuFeature;

/**
 * The state that SMM saves, in KVM's two layouts: struct kvm_smram_state_64 where the guest's CPUID
 * has long mode, else struct kvm_smram_state_32. Offsets are from SMBASE + 0xfe00.
 */
public final class SmmState {
  /** Bytes of union kvm_smram. */
  public static final int SIZE = 512;

  private static final long CR0_EM = 1 << 2;
  private static final int REVISION_64 = 0x0002_0064;
  private static final int REVISION_32 = 0x0002_0000;
  private static final int ENTRY = 0x8000;

  private SmmState() {}

  /** The 512 bytes that an SMI stores. */
  public static byte[] save(Vcpu vcpu) {
    ByteBuffer out = Bytes.zeroed(SIZE);
    if (vcpu.cpuid.has(CpuFeature.LM)) {
      save64(vcpu, out);
    } else {
      save32(vcpu, out);
    }
    return out.array();
  }

  /** Takes the saved state back; false, which is a shutdown, for values that KVM refuses. */
  public static boolean load(Vcpu vcpu, byte[] saved) {
    ByteBuffer in = Bytes.wrap(saved);
    CpuState cpu = vcpu.cpu;
    boolean longMode = vcpu.cpuid.has(CpuFeature.LM);
    cpu.cr0 &= ~(CpuState.CR0_PG | CpuState.CR0_PE);
    if (longMode) {
      cpu.cr4 &= ~CpuState.CR4_PAE;
      cpu.efer = 0;
    }
    return longMode ? load64(vcpu, in) : load32(vcpu, in);
  }

  /** What SMM starts with: big real mode, nothing that can interrupt. */
  public static void enter(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu;
    cpu.rflags = 2;
    cpu.rip = ENTRY;
    cpu.interruptShadow = 0;
    cpu.cr0 &= ~(CpuState.CR0_PE | CR0_EM | CpuState.CR0_TS | CpuState.CR0_PG);
    cpu.cr4 = 0;
    cpu.idtBase = 0;
    cpu.idtLimit = 0;
    cpu.dr7 = 0x400;
    for (Segment segment : cpu.segments) {
      flat(segment, 0, 0);
    }
    flat(cpu.segments[CpuState.CS], (int) (vcpu.smbase >> 4) & 0xffff, vcpu.smbase);
    if (vcpu.cpuid.has(CpuFeature.LM)) {
      cpu.efer = 0;
    }
  }

  private static void flat(Segment segment, int selector, long base) {
    attributes(segment, 0x80_9300);
    segment.selector = selector;
    segment.base = base;
    segment.limit = 0xffff_ffffL;
  }

  private static void save64(Vcpu vcpu, ByteBuffer out) {
    CpuState cpu = vcpu.cpu;
    for (int i = 0; i < cpu.segments.length; i++) {
      segment64(cpu.segments[i], out, 16 * i);
    }
    out.putInt(0x64, cpu.gdtLimit).putLong(0x68, cpu.gdtBase);
    segment64(cpu.ldt, out, 0x70);
    out.putInt(0x84, cpu.idtLimit).putLong(0x88, cpu.idtBase);
    segment64(cpu.tr, out, 0x90);
    out.put(0xcb, (byte) cpu.interruptShadow).putLong(0xd0, cpu.efer);
    out.putInt(0xfc, REVISION_64).putInt(0x100, (int) vcpu.smbase);
    out.putLong(0x148, cpu.cr4).putLong(0x150, cpu.cr3).putLong(0x158, cpu.cr0);
    out.putLong(0x160, cpu.dr7).putLong(0x168, cpu.dr6);
    out.putLong(0x170, cpu.rflags).putLong(0x178, cpu.rip);
    for (int i = 0; i < cpu.gpr.length; i++) {
      out.putLong(0x1f8 - 8 * i, cpu.gpr[i]);
    }
  }

  private static void segment64(Segment segment, ByteBuffer out, int at) {
    out.putShort(at, (short) segment.selector).putShort(at + 2, (short) (attributes(segment) >> 8));
    out.putInt(at + 4, (int) segment.limit).putLong(at + 8, segment.base);
  }

  private static boolean load64(Vcpu vcpu, ByteBuffer in) {
    CpuState cpu = vcpu.cpu;
    for (int i = 0; i < cpu.gpr.length; i++) {
      cpu.gpr[i] = in.getLong(0x1f8 - 8 * i);
    }
    cpu.rip = in.getLong(0x178);
    cpu.rflags = in.getInt(0x170) & 0xffff_ffffL | 2;
    vcpu.smbase = in.getInt(0x100) & 0xffff_ffffL;
    long efer = in.getLong(0xd0) & ~CpuState.EFER_LMA;
    if (!debug(cpu, in.getLong(0x168), in.getLong(0x160))
        || !vcpu.msrs.write(Msr.EFER, efer, false)) {
      return false;
    }
    readSegment64(cpu.tr, in, 0x90);
    cpu.idtLimit = in.getInt(0x84) & 0xffff;
    cpu.idtBase = in.getLong(0x88);
    readSegment64(cpu.ldt, in, 0x70);
    cpu.gdtLimit = in.getInt(0x64) & 0xffff;
    cpu.gdtBase = in.getLong(0x68);
    boolean entered = enterMode(vcpu, in.getLong(0x158), in.getLong(0x150), in.getLong(0x148));
    for (int i = 0; i < cpu.segments.length && entered; i++) {
      readSegment64(cpu.segments[i], in, 16 * i);
    }
    cpu.interruptShadow = in.get(0xcb) & 3;
    return entered;
  }

  private static void readSegment64(Segment segment, ByteBuffer in, int at) {
    attributes(segment, Bytes.u16(in, at + 2) << 8);
    segment.selector = Bytes.u16(in, at);
    segment.limit = in.getInt(at + 4) & 0xffff_ffffL;
    segment.base = in.getLong(at + 8);
  }

  private static void save32(Vcpu vcpu, ByteBuffer out) {
    CpuState cpu = vcpu.cpu;
    out.putInt(0xf8, (int) vcpu.smbase).putInt(0xfc, REVISION_32);
    out.putInt(0x114, (int) cpu.cr4).put(0x11a, (byte) cpu.interruptShadow);
    out.putInt(0x154, cpu.idtLimit).putInt(0x158, (int) cpu.idtBase);
    segment32(cpu.tr, out, 0x15c, 0x1c4);
    out.putInt(0x170, cpu.gdtLimit).putInt(0x174, (int) cpu.gdtBase);
    segment32(cpu.ldt, out, 0x178, 0x1c0);
    for (int i = 0; i < cpu.segments.length; i++) {
      segment32(cpu.segments[i], out, place32(i), 0x1a8 + 4 * i);
    }
    out.putInt(0x1c8, (int) cpu.dr7).putInt(0x1cc, (int) cpu.dr6);
    for (int i = 0; i < 8; i++) {
      out.putInt(0x1d0 + 4 * i, (int) cpu.gpr[i]);
    }
    out.putInt(0x1f0, (int) cpu.rip).putInt(0x1f4, (int) cpu.rflags);
    out.putInt(0x1f8, (int) cpu.cr3).putInt(0x1fc, (int) cpu.cr0);
  }

  /** DS, FS and GS come first, then ES, CS and SS. */
  private static int place32(int register) {
    return register < CpuState.DS ? 0x184 + 12 * register : 0x12c + 12 * (register - CpuState.DS);
  }

  private static void segment32(Segment segment, ByteBuffer out, int at, int selectorAt) {
    out.putInt(at, attributes(segment)).putInt(at + 4, (int) segment.limit);
    out.putInt(at + 8, (int) segment.base).putInt(selectorAt, segment.selector);
  }

  private static boolean load32(Vcpu vcpu, ByteBuffer in) {
    CpuState cpu = vcpu.cpu;
    cpu.rflags = in.getInt(0x1f4) & 0xffff_ffffL | 2;
    cpu.rip = in.getInt(0x1f0) & 0xffff_ffffL;
    for (int i = 0; i < 8; i++) {
      cpu.gpr[i] = in.getInt(0x1d0 + 4 * i) & 0xffff_ffffL;
    }
    debug(cpu, in.getInt(0x1cc) & 0xffff_ffffL, in.getInt(0x1c8) & 0xffff_ffffL);
    readSegment32(cpu.tr, in, 0x15c, 0x1c4);
    readSegment32(cpu.ldt, in, 0x178, 0x1c0);
    cpu.gdtLimit = in.getInt(0x170) & 0xffff;
    cpu.gdtBase = in.getInt(0x174) & 0xffff_ffffL;
    cpu.idtLimit = in.getInt(0x154) & 0xffff;
    cpu.idtBase = in.getInt(0x158) & 0xffff_ffffL;
    for (int i = 0; i < cpu.segments.length; i++) {
      readSegment32(cpu.segments[i], in, place32(i), 0x1a8 + 4 * i);
    }
    vcpu.smbase = in.getInt(0xf8) & 0xffff_ffffL;
    cpu.interruptShadow = in.get(0x11a) & 3;
    long cr0 = in.getInt(0x1fc) & 0xffff_ffffL;
    return enterMode(vcpu, cr0, in.getInt(0x1f8) & 0xffff_ffffL, in.getInt(0x114) & 0xffff_ffffL);
  }

  private static void readSegment32(Segment segment, ByteBuffer in, int at, int selectorAt) {
    attributes(segment, in.getInt(at));
    segment.selector = in.getInt(selectorAt) & 0xffff;
    segment.limit = in.getInt(at + 4) & 0xffff_ffffL;
    segment.base = in.getInt(at + 8) & 0xffff_ffffL;
  }

  private static boolean debug(CpuState cpu, long dr6, long dr7) {
    cpu.dr6 = dr6 & 0xe00f | CpuState.DR6_ACTIVE_LOW;
    cpu.dr7 = dr7 & ~0xd000L | 0x400;
    return dr6 >>> 32 == 0 && dr7 >>> 32 == 0;
  }

  /** rsm_enter_protected_mode. */
  private static boolean enterMode(Vcpu vcpu, long cr0, long cr3, long cr4) {
    CpuState cpu = vcpu.cpu;
    boolean longMode = (cpu.efer & CpuState.EFER_LME) != 0 && (cr0 & CpuState.CR0_PG) != 0;
    boolean paging = !longMode || (cr4 & CpuState.CR4_PAE) != 0;
    boolean valid = ControlRegisters.validCr3(vcpu, cr3) && ControlRegisters.validCr4(vcpu, cr4);
    if (!valid || !paging || !ControlRegisters.validCr0(cr0)) {
      return false;
    }
    cpu.cr3 = cr3;
    cpu.cr4 = cr4;
    cpu.cr0 = cr0 | CpuState.CR0_ET;
    cpu.efer |= longMode ? CpuState.EFER_LMA : 0;
    return true;
  }

  /** The attributes as they lie in the upper half of a descriptor, from bit 8 on. */
  private static int attributes(Segment segment) {
    return bit(segment.g, 23)
        | bit(segment.db, 22)
        | bit(segment.l, 21)
        | bit(segment.avl, 20)
        | bit(segment.present, 15)
        | segment.dpl << 13
        | bit(segment.s, 12)
        | segment.type << 8;
  }

  private static int bit(boolean set, int number) {
    return set ? 1 << number : 0;
  }

  private static void attributes(Segment segment, int attributes) {
    segment.g = (attributes >> 23 & 1) != 0;
    segment.db = (attributes >> 22 & 1) != 0;
    segment.l = (attributes >> 21 & 1) != 0;
    segment.avl = (attributes >> 20 & 1) != 0;
    segment.present = (attributes >> 15 & 1) != 0;
    segment.dpl = attributes >> 13 & 3;
    segment.s = (attributes >> 12 & 1) != 0;
    segment.type = attributes >> 8 & 15;
    segment.unusable = !segment.present;
  }
}
