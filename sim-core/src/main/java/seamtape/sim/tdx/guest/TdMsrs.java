package seamtape.sim.tdx.guest;

import seamtape.sim.guest.CpuState;
import seamtape.sim.tdx.TdVcpu;

/** MSRs that a TD reads and writes without leaving; all others are #VE. */
final class TdMsrs {
  private static final int TSC = 0x10;
  private static final int EFER = 0xc000_0080;
  private static final int FS_BASE = 0xc000_0100;
  private static final int GS_BASE = 0xc000_0101;
  private static final long EFER_SCE = 1;

  private final TdVcpu vcpu;

  TdMsrs(TdVcpu vcpu) {
    this.vcpu = vcpu;
  }

  boolean serves(int msr, boolean write) {
    return switch (msr) {
      case TSC -> !write;
      case EFER -> !write || changesOnlySce();
      case FS_BASE, GS_BASE -> true;
      // SPEC_CTRL, SYSENTER, PAT, XSS; STAR, LSTAR, CSTAR, FMASK, KERNEL_GS_BASE, TSC_AUX.
      case 0x48, 0x49, 0x174, 0x175, 0x176, 0x277, 0xda0 -> true;
      case 0xc000_0081, 0xc000_0082, 0xc000_0083, 0xc000_0084, 0xc000_0102, 0xc000_0103 -> true;
      default -> false;
    };
  }

  private boolean changesOnlySce() {
    long[] gpr = vcpu.cpu.gpr;
    long value = gpr[CpuState.RDX] << 32 | gpr[CpuState.RAX] & 0xffff_ffffL;
    long lma = CpuState.EFER_LMA;
    return ((value ^ vcpu.cpu.efer) & ~(EFER_SCE | lma)) == 0;
  }

  long read(int msr, long tsc) {
    return switch (msr) {
      case TSC -> tsc;
      case EFER -> vcpu.cpu.efer;
      case FS_BASE -> vcpu.cpu.segments[CpuState.FS].base;
      case GS_BASE -> vcpu.cpu.segments[CpuState.GS].base;
      default -> vcpu.msr(msr);
    };
  }

  void write(int msr, long value) {
    switch (msr) {
      case EFER -> vcpu.cpu.efer = vcpu.cpu.efer & ~EFER_SCE | value & EFER_SCE;
      case FS_BASE -> vcpu.cpu.segments[CpuState.FS].base = value;
      case GS_BASE -> vcpu.cpu.segments[CpuState.GS].base = value;
      default -> vcpu.msr(msr, value);
    }
  }
}
