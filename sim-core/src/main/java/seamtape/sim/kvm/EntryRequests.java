package seamtape.sim.kvm;

import static seamtape.catalog.Errno.EIO;

import seamtape.catalog.KvmExit;
import seamtape.machine.Machine;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * What vcpu_enter_guest looks at before it enters: requests that end KVM_RUN, the guest's clock.
 */
final class EntryRequests {
  /** HV_X64_MSR_SYNDBG_CONTROL. */
  private static final int FIRST_DEBUGGER_MSR = 0x4000_00f1;

  private final VcpuRunner runner;
  private final Vcpu state;
  private final ApicEvents apicEvents;
  private final ExitWriter exits;
  private final KvmClock clock;
  private final PvPages pages;

  EntryRequests(VcpuRunner runner, ApicEvents apicEvents, ExitWriter exits) {
    this.runner = runner;
    this.state = runner.state();
    this.apicEvents = apicEvents;
    this.exits = exits;
    this.clock = new KvmClock(runner.vm(), state);
    this.pages = new PvPages(runner.vm(), state, runner.lapic());
  }

  /** The result with which a request ends KVM_RUN, or IN_PROGRESS; in the kernel's order. */
  long leave() {
    if (runner.vm().dead()) {
      return EIO.result();
    }
    return exits() ? 0 : Machine.IN_PROGRESS;
  }

  private boolean exits() {
    if (runner.dirtyRing().softFull()) {
      exits.reason(KvmExit.KVM_EXIT_DIRTY_RING_FULL);
      return true;
    }
    if (apicEvents.takeTprAccess(exits)) {
      return true;
    }
    if (state.tripleFaultPending) {
      state.tripleFaultPending = false;
      exits.reason(KvmExit.KVM_EXIT_SHUTDOWN);
      return true;
    }
    pages.recordStealTime();
    int ended = apicEvents.takeIoapicEoi();
    if (ended >= 0) {
      exits.ioapicEoi(ended);
      return true;
    }
    if (state.hypervExitMsr != 0) {
      hypervExit();
      return true;
    }
    pages.completeAsyncFaults();
    return false;
  }

  /** KVM_REQ_HV_EXIT: the guest has written to its SynIC, or to the synthetic debugger. */
  private void hypervExit() {
    int msr = state.hypervExitMsr;
    state.hypervExitMsr = 0;
    if (msr >= FIRST_DEBUGGER_MSR) {
      exits.hypervDebugger(msr, state::hypervMsr);
    } else {
      exits.hypervSynic(msr, state::hypervMsr);
    }
  }

  /** The guest must not go on before {@link #leave} was asked. */
  boolean pending() {
    return apicEvents.leaves() || state.hypervExitMsr != 0 || state.xen.polled() != null;
  }

  PvPages pages() {
    return pages;
  }

  void enterGuest() {
    runner.vm().xen.beforeEntry(state);
    clock.update();
    apicEvents.toVapic();
  }

  void leaveGuest() {
    pages.syncFromGuest();
    apicEvents.fromVapic();
  }
}
