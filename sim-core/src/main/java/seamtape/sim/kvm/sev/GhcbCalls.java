package seamtape.sim.kvm.sev;

import java.util.function.LongSupplier;
import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;

/**
 * VMMCALL by VMGEXIT: kvm_emulate_hypercall with the registers and the privilege level that the
 * GHCB gives, always as of 64-bit code; what the guest's own registers hold comes back.
 */
final class GhcbCalls {
  private final CpuState cpu;
  private final GuestBus bus;
  private final Runnable exit;
  private final LongSupplier answer;
  private final long[] saved = new long[CpuState.RSI + 1];
  private long result;

  GhcbCalls(CpuState cpu, GuestBus bus, Runnable exit, LongSupplier answer) {
    this.cpu = cpu;
    this.bus = bus;
    this.exit = exit;
    this.answer = answer;
  }

  /** True where user space serves the call: struct kvm_run is filled. */
  boolean emulate(Ghcb ghcb) {
    long[] gpr = cpu.gpr;
    int level = cpu.segments[CpuState.SS].dpl;
    boolean wide = cpu.segments[CpuState.CS].l;
    long efer = cpu.efer;
    System.arraycopy(gpr, 0, saved, 0, saved.length);
    gpr[CpuState.RAX] = ghcb.value(Ghcb.RAX);
    gpr[CpuState.RBX] = ghcb.value(Ghcb.RBX);
    gpr[CpuState.RCX] = ghcb.value(Ghcb.RCX);
    gpr[CpuState.RDX] = ghcb.value(Ghcb.RDX);
    gpr[CpuState.RSI] = ghcb.value(Ghcb.RSI);
    cpu.segments[CpuState.SS].dpl = ghcb.cpl();
    cpu.segments[CpuState.CS].l = true;
    cpu.efer |= CpuState.EFER_LMA;
    boolean left = bus.hypercall(cpu) == GuestBus.Answer.EXIT;
    if (left) {
      exit.run();
    }
    result = gpr[CpuState.RAX];
    System.arraycopy(saved, 0, gpr, 0, saved.length);
    cpu.segments[CpuState.SS].dpl = level;
    cpu.segments[CpuState.CS].l = wide;
    cpu.efer = efer;
    return left;
  }

  long result() {
    return result;
  }

  /** User space has answered: what RAX becomes. */
  long complete() {
    return answer.getAsLong();
  }
}
