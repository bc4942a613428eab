package seamtape.sim.kvm;

import seamtape.sim.kvm.irq.LocalApic;
import seamtape.sim.kvm.irq.Msi;
import seamtape.sim.kvm.vcpu.PvMsrs;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * The structures of asm/kvm_para.h that KVM keeps in a guest's memory beside its clock: stolen
 * time, async page faults, ends of interrupt. The simulated host never takes the processor or a
 * page from its guests, so no time is stolen and no fault waits; what KVM stores without either is
 * stored.
 */
final class PvPages {
  private static final int STEAL_VERSION = 8;
  private static final int STEAL_PREEMPTED = 16;
  private static final int TOKEN = 4;
  private static final byte[] NOT_PREEMPTED = {0};
  private static final byte[] BROADCAST_WAKEUP = {-1, -1, -1, -1};
  private static final byte[] EOI_BY_FLAG = {1};
  private static final byte[] EOI_BY_REGISTER = {0};

  private final Vm vm;
  private final Vcpu state;
  private final LocalApic lapic;
  private final PvMsrs msrs;
  private boolean stealDue;
  private long stealTime;

  /** The flag is set in guest memory: the guest may end its interrupt by clearing it. */
  private boolean eoiPending;

  /**
   * @param lapic null without one in the kernel
   */
  PvPages(Vm vm, Vcpu state, LocalApic lapic) {
    this.vm = vm;
    this.state = state;
    this.lapic = lapic;
    this.msrs = state.msrs.pv;
  }

  /** KVM_RUN: a thread has taken the vCPU. */
  void loaded() {
    stealDue = true;
  }

  /** record_steal_time: once a KVM_RUN, and when the address changes. */
  void recordStealTime() {
    boolean due = stealDue || msrs.stealTime != stealTime;
    stealDue = false;
    stealTime = msrs.stealTime;
    if (!due || (stealTime & PvMsrs.ENABLED) == 0) {
      return;
    }
    long gpa = stealTime & -64;
    byte[] version = new byte[Integer.BYTES];
    if (vm.readGuest(gpa + STEAL_VERSION, version, Integer.BYTES)) {
      vm.writeGuest(gpa + STEAL_PREEMPTED, NOT_PREEMPTED);
      // Odd while the time changes: once up to odd from what is there, once more to even.
      int now = Words.u32(version, 0);
      vm.writeGuest(gpa + STEAL_VERSION, Words.u32(now + (now & 1) + 2));
    }
  }

  /**
   * kvm_check_async_pf_completion: who enables async faults hears first that none is waited for.
   */
  void completeAsyncFaults() {
    if (!msrs.asyncPfWakeup || lapic == null || !state.lapic.softwareEnabled()) {
      return;
    }
    byte[] token = new byte[Integer.BYTES];
    long gpa = (msrs.asyncPfEnable & ~0x3fL) + TOKEN;
    if (vm.readGuest(gpa, token, Integer.BYTES) && Words.u32(token, 0) == 0) {
      msrs.asyncPfWakeup = false;
      vm.writeGuest(gpa, BROADCAST_WAKEUP);
      int vector = (int) msrs.asyncPfInt & 0xff;
      vm.lapics.deliver(new Msi(vector, state.id(), false, Msi.FIXED, false));
    }
  }

  /** apic_sync_pv_eoi_to_guest: an interrupt was injected, and nothing depends on its end. */
  void injected(int vector) {
    boolean enabled = (msrs.pvEoi & PvMsrs.ENABLED) != 0;
    if (enabled && !state.lapic.requests() && !vm.interrupts.ioapicHandles(vector)) {
      eoiPending = vm.writeGuest(msrs.pvEoi & ~PvMsrs.ENABLED, EOI_BY_FLAG);
    }
  }

  /** apic_sync_pv_eoi_from_guest: the flag is taken back, or its clearing was the end. */
  void syncFromGuest() {
    if (!eoiPending) {
      return;
    }
    eoiPending = false;
    long gpa = msrs.pvEoi & ~PvMsrs.ENABLED;
    byte[] flag = new byte[1];
    if (vm.readGuest(gpa, flag, 1) && flag[0] != 0) {
      vm.writeGuest(gpa, EOI_BY_REGISTER);
    } else {
      lapic.endOfInterrupt();
    }
  }

  /** Another interrupt waits: KVM would take the vCPU out of the guest to look. */
  void syncForInterrupt() {
    if (eoiPending && state.lapic.requests()) {
      syncFromGuest();
    }
  }
}
