package seamtape.sim.kvm.tdx;

import static seamtape.sim.marshal.Gpr.R10;
import static seamtape.sim.marshal.Gpr.R11;
import static seamtape.sim.marshal.Gpr.R12;
import static seamtape.sim.marshal.Gpr.R13;
import static seamtape.sim.marshal.Gpr.R14;

import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;

/**
 * tdx_emulate_vmcall: one of KVM's own hypercalls from a TD, number in R10 and arguments behind it.
 * KVM handles it as one of an ordinary guest in 64-bit mode, in RAX to RSI of its copy of the
 * vCPU's registers; what the TD had left there comes back.
 */
final class VendorHypercall {
  private final CpuState cpu;
  private final GuestBus bus;
  private final long[] saved = new long[CpuState.RSI + 1];
  private long result;

  VendorHypercall(CpuState cpu, GuestBus bus) {
    this.cpu = cpu;
    this.bus = bus;
    cpu.efer = CpuState.EFER_LME | CpuState.EFER_LMA;
    cpu.segments[CpuState.CS].l = true;
  }

  GuestBus.Answer emulate() {
    long[] gpr = cpu.gpr;
    System.arraycopy(gpr, 0, saved, 0, saved.length);
    gpr[CpuState.RAX] = gpr[R10];
    gpr[CpuState.RBX] = gpr[R11];
    gpr[CpuState.RCX] = gpr[R12];
    gpr[CpuState.RDX] = gpr[R13];
    gpr[CpuState.RSI] = gpr[R14];
    GuestBus.Answer answer = bus.hypercall(cpu);
    result = gpr[CpuState.RAX];
    System.arraycopy(saved, 0, gpr, 0, saved.length);
    return answer;
  }

  /** What the call gave; meaningful unless it went to user space. */
  long result() {
    return result;
  }
}
