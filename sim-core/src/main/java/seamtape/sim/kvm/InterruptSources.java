package seamtape.sim.kvm;

import seamtape.sim.kvm.irq.InterruptController;
import seamtape.sim.kvm.vcpu.Vcpu;

/** What may interrupt a vCPU, in KVM's order: a Xen upcall, the PIC, its LAPIC. */
final class InterruptSources {
  private final VcpuRunner runner;
  private final Vm vm;
  private final Vcpu state;

  InterruptSources(VcpuRunner runner) {
    this.runner = runner;
    this.vm = runner.vm();
    this.state = runner.state();
  }

  /** kvm_cpu_has_interrupt, of LAPICs in the kernel. */
  boolean pending() {
    if (runner.lapic() == null) {
      return false;
    }
    runner.requests().pages().syncForInterrupt();
    return vm.xen.upcall(state) >= 0 || externalPending() || runner.lapic().hasInterrupt();
  }

  private boolean externalPending() {
    if (!runner.lapic().acceptsPic()) {
      return false;
    }
    return vm.interrupts.mode() == InterruptController.Mode.KERNEL
        ? vm.interrupts.pic().output()
        : state.pendingExternalVector != Vcpu.NO_VECTOR;
  }

  /** kvm_cpu_get_interrupt: the vector that is injected now. */
  int acknowledge() {
    runner.stats.count(VcpuStats.Name.IRQ_INJECTIONS);
    int upcall = vm.xen.upcall(state);
    if (upcall >= 0) {
      return upcall;
    }
    if (!externalPending()) {
      int vector = runner.lapic().acknowledge();
      runner.requests().pages().injected(vector);
      return vector;
    }
    if (vm.interrupts.mode() == InterruptController.Mode.KERNEL) {
      return vm.interrupts.pic().acknowledge();
    }
    int vector = state.pendingExternalVector;
    state.pendingExternalVector = Vcpu.NO_VECTOR;
    return vector;
  }
}
