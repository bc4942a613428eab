package seamtape.sim.kvm;

import seamtape.sim.guest.CpuState;
import seamtape.sim.guest.GuestBus;
import seamtape.sim.kvm.vcpu.Vcpu;

/** RDPMC, XSETBV, MONITOR and MWAIT, which hardware leaves to KVM's exit handlers. */
final class InterceptedInstructions {
  private static final int VMX_RDPMC = 15;
  private static final int VMX_MWAIT = 36;
  private static final int VMX_MONITOR = 39;
  private static final int VMX_XSETBV = 55;

  private static final int GENERAL_PROTECTION = 13;
  private static final long CR4_PCE = 1 << 8;
  private static final long CR4_OSXSAVE = 1 << 18;
  private static final long QUIRK_MWAIT_NEVER_UD_FAULTS = 1 << 6;

  /** KVM_X86_QUIRK_FIX_HYPERCALL_INSN. */
  private static final long QUIRK_FIX_HYPERCALL_INSN = 1 << 5;

  private static final int VMCALL_LAST_BYTE = 0xc1;
  private static final int VMMCALL_LAST_BYTE = 0xd9;

  private final Vcpu state;
  private final CpuState cpu;

  InterceptedInstructions(Vcpu state) {
    this.state = state;
    this.cpu = state.cpu;
  }

  /** As {@link GuestBus#hardware}. */
  int execute(int reason) {
    return switch (reason) {
      case VMX_RDPMC -> readCounter();
      case VMX_XSETBV -> setXcr();
      case VMX_MONITOR, VMX_MWAIT -> waits();
      default -> GuestBus.NOT_EMULATED;
    };
  }

  /**
   * em_hypercall: the other vendor's instruction is #UD, which KVM emulates by patching it.
   *
   * @param emulates KVM gets the #UD of this guest
   */
  int replacedHypercall(int reason, boolean emulates) {
    boolean intel = state.vm().cpuModel().intel();
    if (intel == (reason != GuestBus.VMMCALL)) {
      return GuestBus.NONE;
    }
    boolean quirk = (state.vm().disabledQuirks() & QUIRK_FIX_HYPERCALL_INSN) == 0;
    if (!quirk || !emulates) {
      return GuestBus.UNDEFINED_OPCODE;
    }
    return intel ? VMCALL_LAST_BYTE : VMMCALL_LAST_BYTE;
  }

  /** kvm_pmu_rdpmc. */
  private int readCounter() {
    boolean allowed = cpu.cpl() == 0 || (cpu.cr4 & CR4_PCE) != 0;
    if (!allowed || !state.msrs.readCounter((int) cpu.gpr[CpuState.RCX])) {
      return GENERAL_PROTECTION;
    }
    cpu.gpr[CpuState.RAX] = state.msrs.value & 0xffff_ffffL;
    cpu.gpr[CpuState.RDX] = state.msrs.value >>> 32;
    return GuestBus.NONE;
  }

  /** kvm_emulate_xsetbv; #UD comes before the exit. */
  private int setXcr() {
    if ((cpu.cr4 & CR4_OSXSAVE) == 0) {
      return GuestBus.UNDEFINED_OPCODE;
    }
    long value = cpu.gpr[CpuState.RDX] << 32 | cpu.gpr[CpuState.RAX] & 0xffff_ffffL;
    boolean first = (int) cpu.gpr[CpuState.RCX] == 0;
    return cpu.cpl() == 0 && first && state.setXcr0(value) ? GuestBus.NONE : GENERAL_PROTECTION;
  }

  /** kvm_emulate_monitor_mwait: nothing happens; #UD by CPUID only with the quirk disabled. */
  private int waits() {
    boolean quirk = (state.vm().disabledQuirks() & QUIRK_MWAIT_NEVER_UD_FAULTS) == 0;
    boolean known = cpu.cpl() == 0 && (quirk || state.cpuid.mwait());
    return known ? GuestBus.NONE : GuestBus.UNDEFINED_OPCODE;
  }
}
