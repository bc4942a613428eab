package seamtape.sim.kvm;

import seamtape.catalog.KvmCapability;
import seamtape.sim.guest.CpuState;
import seamtape.sim.kvm.irq.LocalApic;
import seamtape.sim.kvm.irq.Msi;
import seamtape.sim.kvm.vcpu.Lapic;
import seamtape.sim.kvm.vcpu.Vcpu;

/**
 * What reaches a vCPU through its local APIC beside vectors: NMI, INIT, SIPI, ends of interrupt.
 */
final class ApicEvents implements LocalApic.Surroundings {
  private static final int NONE = -1;
  private static final int TPR_READ = 0;
  private static final int TPR_WRITE = 1;

  /** Of a vCPU without a CPUID table: a family 6 processor. */
  private static final int DEFAULT_SIGNATURE = 0x600;

  private final Vm vm;
  private final Vcpu state;
  private final LocalApic lapic;
  private int ioapicEoi = NONE;
  private int tprAccess = NONE;
  private long tprRip;

  /** Null on a host without SEV. */
  private SevRun sev;

  ApicEvents(Vm vm, Vcpu state) {
    this.vm = vm;
    this.state = state;
    lapic = state.lapic == null ? null : new LocalApic(state.lapic, this);
    if (lapic != null) {
      vm.lapics.add(lapic);
    }
  }

  void protectedBy(SevRun run) {
    sev = run;
  }

  /** Null without a LAPIC in the kernel. */
  LocalApic lapic() {
    return lapic;
  }

  /** kvm_apic_accept_events: takes INIT and SIPI; true when INIT reset the vCPU. */
  boolean accept() {
    boolean reset = false;
    if (state.cpu.smm) {
      // INIT stays latched until RSM; a SIPI is lost.
      state.sipiPending = false;
      return false;
    }
    if (state.initPending) {
      state.initPending = false;
      reset = !state.guestStateProtected;
      if (reset) {
        resetByInit();
      } else if (sev != null) {
        sev.init();
      }
      state.mpState = state.bootProcessor() ? Vcpu.MP_STATE_RUNNABLE : Vcpu.MP_STATE_INIT_RECEIVED;
    }
    if (state.sipiPending) {
      state.sipiPending = false;
      startUp();
    }
    return reset;
  }

  /** kvm_vcpu_reset on INIT: the APIC's base and the cache bits of CR0 stay. */
  private void resetByInit() {
    CpuState cpu = state.cpu;
    long apicBase = cpu.apicBase;
    long cache = cpu.cr0 & (CpuState.CR0_CD | CpuState.CR0_NW);
    cpu.reset(signature());
    cpu.apicBase = apicBase;
    state.smiCount = 0;
    cpu.cr0 = CpuState.CR0_ET | cache;
    state.lapic.resetByInit();
  }

  /** CPUID.1:EAX, which RDX holds after a reset. */
  private int signature() {
    int[] registers = new int[4];
    state.cpuid.cpuid(1, 0, registers);
    return registers[0] == 0 ? DEFAULT_SIGNATURE : registers[0];
  }

  private void startUp() {
    if (state.mpState != Vcpu.MP_STATE_INIT_RECEIVED) {
      return;
    }
    if (state.guestStateProtected && sev != null) {
      sev.startup();
    } else {
      state.cpu.segments[CpuState.CS].selector = state.sipiVector << 8;
      state.cpu.segments[CpuState.CS].base = (long) state.sipiVector << Limits.PAGE_SHIFT;
      state.cpu.rip = 0;
    }
    state.mpState = Vcpu.MP_STATE_RUNNABLE;
  }

  /** A vector whose end the IOAPIC of user space must hear of; -1 for none. */
  int takeIoapicEoi() {
    int vector = ioapicEoi;
    ioapicEoi = NONE;
    return vector;
  }

  @Override
  public long apicBase() {
    return state.cpu.apicBase;
  }

  @Override
  public void nmi() {
    state.injectNmi();
  }

  @Override
  public void smi() {
    state.cpu.smiPending |= vm.has(KvmCapability.KVM_CAP_X86_SMM);
  }

  @Override
  public void init() {
    state.initPending = true;
    state.sipiPending = false;
  }

  @Override
  public void startup(int vector) {
    state.sipiVector = vector;
    state.sipiPending = true;
  }

  @Override
  public void send(Msi msi) {
    vm.lapics.deliver(msi);
  }

  @Override
  public void send(Msi msi, boolean toSelf, boolean toOthers) {
    vm.lapics.deliver(msi, lapic, toSelf, toOthers);
  }

  @Override
  public void levelEnded(int vector) {
    if (vm.interrupts.ioapic() != null) {
      vm.interrupts.ioapic().endOfInterrupt(vector);
    } else if (vm.interrupts.userIoapicHandles(vector)) {
      ioapicEoi = vector;
    }
  }

  @Override
  public void taskPriorityAccess(boolean isWrite) {
    if (state.tprAccessReporting) {
      tprAccess = isWrite ? TPR_WRITE : TPR_READ;
      tprRip = state.cpu.rip;
    }
  }

  /** Tells user space of an access to the task priority; false where there was none. */
  boolean takeTprAccess(ExitWriter exits) {
    int access = tprAccess;
    tprAccess = NONE;
    if (access != NONE) {
      exits.tprAccess(tprRip, access == TPR_WRITE);
    }
    return access != NONE;
  }

  /** Something that the guest did with its APIC ends KVM_RUN before the next instruction. */
  boolean leaves() {
    return ioapicEoi != NONE || tprAccess != NONE;
  }

  /** Shows the priorities to a guest that keeps its task priority in memory. */
  void toVapic() {
    byte[] page = vapicPage();
    if (page != null) {
      int isr = Math.max(state.lapic.highest(Lapic.ISR), 0) & 0xf0;
      int irr = Math.max(state.lapic.highest(Lapic.IRR), 0);
      int at = (int) state.vapicAddress & Limits.PAGE_SIZE - 1;
      byte[] words = {(byte) state.lapic.taskPriority(), (byte) isr, 0, (byte) irr};
      for (int i = 0; i < words.length && at + i < page.length; i++) {
        page[at + i] = words[i];
      }
    }
  }

  /** Takes over the task priority that the guest left in memory. */
  void fromVapic() {
    byte[] page = vapicPage();
    if (page != null) {
      int priority = page[(int) state.vapicAddress & Limits.PAGE_SIZE - 1] & 0xff;
      state.lapic.setTaskPriority(priority);
    }
  }

  private byte[] vapicPage() {
    return state.vapicAddress == 0 ? null : vm.guestPage(state.vapicAddress);
  }
}
