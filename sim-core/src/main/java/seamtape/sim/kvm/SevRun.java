package seamtape.sim.kvm;

import seamtape.sim.guest.GuestExit;
import seamtape.sim.kvm.sev.Vmgexit;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * KVM_RUN of a vCPU on a host with SEV: where the guest's state is encrypted it asks by VMGEXIT.
 */
final class SevRun {
  private final Vm vm;
  private final Vcpu state;
  private final VcpuBus bus;
  private final Vmgexit vmgexit;

  SevRun(Vm vm, Vcpu state, VcpuBus bus, ExitWriter exits, Hypercalls hypercalls) {
    this.vm = vm;
    this.state = state;
    this.bus = bus;
    vmgexit =
        new Vmgexit(
            vm,
            state,
            bus,
            exits,
            bus::msrExitReason,
            () -> hypercalls.exit(exits),
            () -> hypercalls.complete(exits));
  }

  /** An instruction that needs the host raises #VC in the guest instead, which asks by itself. */
  boolean raisesVc(GuestExit exit) {
    if (!exit.kind.asksUserSpace() || !bus.raisesVc()) {
      return false;
    }
    state.queueException(VcCodes.VMM_COMMUNICATION, true, VcCodes.ofExit(exit.kind));
    return true;
  }

  /** What the guest asks of its host; devices and registers are the kernel's in the meantime. */
  long vmgexit() {
    bus.serving(true);
    long result = vmgexit.handle();
    bus.serving(false);
    return result;
  }

  /** User space has answered; 0 where that leads to another exit. */
  long complete() {
    bus.serving(true);
    long result = vmgexit.complete();
    bus.serving(false);
    return result;
  }

  void beforeEntry() {
    vmgexit.beforeEntry();
  }

  /** VMRUN fails. */
  boolean entryFails() {
    return vm.sev.entryFails() || state.sev.entryFails;
  }

  /** INIT of a vCPU whose registers the host cannot reset. */
  void init() {
    vmgexit.init();
  }

  /** A SIPI of such a vCPU. */
  void startup() {
    vmgexit.startup();
  }
}
