package seamtape.sim.kvm.sev;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.Segment;
import seamtape.sim.kvm.vcpu.FpuState;
import seamtape.sim.kvm.vcpu.Vcpu;

/** The save area of a vCPU as KVM hands it to the firmware (sev_es_sync_vmsa). */
final class Vmsa {
  static final int SIZE = 4096;
  private static final long EFER_SVME = 0x1000;
  private static final long CR0_CACHE_OFF = 0x6000_0000;
  private static final long CR4_MCE = 0x40;
  private static final int X87 = 0x420;
  private static final int DEBUGCTL = 0x1d9;
  private static final int XSS = 0xda0;

  /** Offsets of RAX to RDI, in the order of the x86 encoding; RAX and RSP lie apart. */
  private static final int[] GPR = {
    0x1f8, 0x308, 0x310, 0x318, 0x1d8, 0x328, 0x330, 0x338,
  };

  private static final int R8 = 0x340;

  private Vmsa() {}

  /**
   * The page of a vCPU.
   *
   * @param withFpu false for the legacy KVM_SEV_ES_INIT, which leaves the x87 and SSE state 0
   */
  static byte[] of(Vcpu vcpu, long features, boolean withFpu) {
    ByteBuffer page = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    CpuState cpu = vcpu.cpu;
    for (int i = 0; i < 6; i++) {
      segment(page, 0x10 * i, cpu.segments[i]);
    }
    table(page, 0x60, cpu.gdtBase, cpu.gdtLimit);
    segment(page, 0x70, cpu.ldt);
    table(page, 0x80, cpu.idtBase, cpu.idtLimit);
    segment(page, 0x90, cpu.tr);
    control(page, vcpu);
    syscalls(page, vcpu);
    for (int i = 0; i < 8; i++) {
      page.putLong(GPR[i], cpu.gpr[i]);
      page.putLong(R8 + 8 * i, cpu.gpr[8 + i]);
    }
    page.putLong(0x3b0, features).putLong(0x3e8, vcpu.xcr0);
    page.putLong(0x140, msr(vcpu, XSS)).putInt(0x2e8, vcpu.fpu.pkru());
    if (withFpu) {
      floatingPoint(page, ByteBuffer.wrap(vcpu.fpu.image()).order(ByteOrder.LITTLE_ENDIAN));
    }
    return page.array();
  }

  /**
   * The x87 registers lie apart: 8 bytes of each, then 2 bytes of each. Code and data segment of
   * the last instruction are 0.
   */
  private static void floatingPoint(ByteBuffer page, ByteBuffer xsave) {
    page.putLong(0x400, xsave.getLong(FpuState.FDP)).putInt(0x408, xsave.getInt(FpuState.MXCSR));
    page.putShort(0x40c, xsave.getShort(FpuState.FTW))
        .putShort(0x40e, xsave.getShort(FpuState.FSW));
    page.putShort(0x410, xsave.getShort(FpuState.FCW))
        .putShort(0x412, xsave.getShort(FpuState.FOP));
    page.putLong(0x418, xsave.getLong(FpuState.FIP));
    for (int i = 0; i < 8; i++) {
      page.putLong(X87 + 8 * i, xsave.getLong(FpuState.ST + 16 * i));
      page.putShort(X87 + 64 + 2 * i, xsave.getShort(FpuState.ST + 16 * i + 8));
    }
    page.put(0x470, xsave.array(), FpuState.XMM, 256);
    page.put(0x570, xsave.array(), FpuState.YMM_HIGH, 256);
  }

  private static void control(ByteBuffer page, Vcpu vcpu) {
    CpuState cpu = vcpu.cpu;
    page.put(0xcb, (byte) cpu.cpl());
    page.putLong(0xd0, cpu.efer | EFER_SVME);
    page.putLong(0x148, cpu.cr4 | CR4_MCE).putLong(0x150, cpu.cr3);
    page.putLong(0x158, cpu.cr0 & ~CR0_CACHE_OFF);
    page.putLong(0x160, cpu.dr7).putLong(0x168, cpu.dr6);
    page.putLong(0x170, cpu.rflags).putLong(0x178, cpu.rip);
    page.putLong(0x240, cpu.cr2).putLong(0x268, vcpu.msrs.pat);
    page.putLong(0x270, msr(vcpu, DEBUGCTL));
  }

  private static long msr(Vcpu vcpu, int index) {
    return vcpu.msrs.read(index, true) ? vcpu.msrs.value : 0;
  }

  private static void syscalls(ByteBuffer page, Vcpu vcpu) {
    page.putLong(0x200, vcpu.msrs.star).putLong(0x208, vcpu.msrs.lstar);
    page.putLong(0x210, vcpu.msrs.cstar).putLong(0x218, vcpu.msrs.syscallMask);
    page.putLong(0x220, vcpu.msrs.kernelGsBase).putLong(0x228, vcpu.msrs.sysenterCs);
    page.putLong(0x230, vcpu.msrs.sysenterEsp).putLong(0x238, vcpu.msrs.sysenterEip);
  }

  private static void segment(ByteBuffer page, int at, Segment segment) {
    int attributes = segment.type | segment.dpl << 5;
    attributes |= segment.s ? 0x10 : 0;
    attributes |= segment.present ? 0x80 : 0;
    attributes |= segment.avl ? 0x100 : 0;
    attributes |= segment.l ? 0x200 : 0;
    attributes |= segment.db ? 0x400 : 0;
    attributes |= segment.g ? 0x800 : 0;
    page.putShort(at, (short) segment.selector).putShort(at + 2, (short) attributes);
    page.putInt(at + 4, (int) segment.limit).putLong(at + 8, segment.base);
  }

  private static void table(ByteBuffer page, int at, long base, int limit) {
    page.putInt(at + 4, limit).putLong(at + 8, base);
  }

  /** The registers of a save area that the guest made: the other way round. */
  static void load(ByteBuffer page, Vcpu vcpu) {
    CpuState cpu = vcpu.cpu;
    for (int i = 0; i < 6; i++) {
      loadSegment(page, 0x10 * i, cpu.segments[i]);
    }
    cpu.gdtLimit = page.getInt(0x64) & 0xffff;
    cpu.gdtBase = page.getLong(0x68);
    loadSegment(page, 0x70, cpu.ldt);
    cpu.idtLimit = page.getInt(0x84) & 0xffff;
    cpu.idtBase = page.getLong(0x88);
    loadSegment(page, 0x90, cpu.tr);
    cpu.efer = page.getLong(0xd0) & ~EFER_SVME;
    cpu.cr4 = page.getLong(0x148);
    cpu.cr3 = page.getLong(0x150);
    cpu.cr0 = page.getLong(0x158);
    cpu.dr7 = page.getLong(0x160);
    cpu.dr6 = page.getLong(0x168);
    cpu.rflags = page.getLong(0x170);
    cpu.rip = page.getLong(0x178);
    cpu.cr2 = page.getLong(0x240);
    vcpu.msrs.pat = page.getLong(0x268);
    vcpu.xcr0 = page.getLong(0x3e8);
    for (int i = 0; i < 8; i++) {
      cpu.gpr[i] = page.getLong(GPR[i]);
      cpu.gpr[8 + i] = page.getLong(R8 + 8 * i);
    }
  }

  private static void loadSegment(ByteBuffer page, int at, Segment segment) {
    segment.selector = page.getShort(at) & 0xffff;
    int attributes = page.getShort(at + 2);
    segment.type = attributes & 0xf;
    segment.s = (attributes & 0x10) != 0;
    segment.dpl = attributes >> 5 & 3;
    segment.present = (attributes & 0x80) != 0;
    segment.avl = (attributes & 0x100) != 0;
    segment.l = (attributes & 0x200) != 0;
    segment.db = (attributes & 0x400) != 0;
    segment.g = (attributes & 0x800) != 0;
    segment.unusable = !segment.present;
    segment.limit = page.getInt(at + 4) & 0xffff_ffffL;
    segment.base = page.getLong(at + 8);
  }
}
