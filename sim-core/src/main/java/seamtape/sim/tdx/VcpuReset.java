package seamtape.sim.tdx;

import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.Segment;
import seamtape.sim.marshal.Gpr;
import seamtape.sim.profile.CpuModel;

/** The guest state that TDH.VP.INIT makes. */
final class VcpuReset {
  private static final long PAT = 0x0007_0406_0007_0406L;
  private static final int MSR_ARCH_CAPABILITIES = 0x10a;
  private static final int MSR_PAT = 0x277;
  private static final int MSR_PERF_GLOBAL_CTRL = 0x38f;
  private static final int MSR_LBR_DEPTH = 0x14cf;
  private static final int MSR_FMASK = 0xc000_0084;
  private static final long XFAM_LBR = 1 << 15;

  private VcpuReset() {}

  /**
   * @param rcx operand of VP.INIT
   */
  static void apply(TdVcpu vcpu, CpuModel model, long rcx) {
    CpuState cpu = vcpu.cpu;
    int signature = model.cpuid(1, 0).eax();
    cpu.reset(signature);
    cpu.gpr[CpuState.RBX] = vcpu.td.gpaWidth();
    cpu.gpr[CpuState.RCX] = rcx;
    cpu.gpr[Gpr.R8] = rcx;
    cpu.gpr[CpuState.RSI] = vcpu.index;
    cpu.rip = 0xffff_fff0L;
    cpu.cr0 = 0x21;
    cpu.cr4 = 0x2040;
    cpu.efer = 0x901;
    for (int i = 0; i < cpu.segments.length; i++) {
      flat(cpu.segments[i], i == CpuState.CS ? 11 : 3);
    }
    cpu.ldt.unusable = true;
    cpu.gdtLimit = 0xffff;
    cpu.idtLimit = 0;
    vcpu.xcr0 = 1;
    vcpu.xfam = vcpu.td.params.xfam();
    vcpu.msr(MSR_ARCH_CAPABILITIES, TdxPlatform.archCapabilities(model));
    vcpu.msr(MSR_PAT, PAT);
    vcpu.msr(MSR_FMASK, 0x20200);
    vcpu.msr(MSR_PERF_GLOBAL_CTRL, 0xff);
    if ((vcpu.td.params.xfam() & XFAM_LBR) != 0) {
      vcpu.msr(MSR_LBR_DEPTH, 0x20);
    }
  }

  private static void flat(Segment segment, int type) {
    segment.selector = 0;
    segment.base = 0;
    segment.limit = 0xffff_ffffL;
    segment.type = type;
    segment.s = true;
    segment.dpl = 0;
    segment.present = true;
    segment.db = true;
    segment.l = false;
    segment.g = true;
  }
}
