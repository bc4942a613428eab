package seamtape.sim.kvm.vcpu;

import seamtape.sim.guest.CpuState;

/**
 * The state of one vCPU. The machine and the guest work on its parts directly; the rules by which
 * user space may change them are in {@link VcpuIoctls}.
 */
public final class Vcpu {
  /** Values of {@link #mpState}: KVM_MP_STATE_*. */
  public static final int MP_STATE_RUNNABLE = 0;

  public static final int MP_STATE_UNINITIALIZED = 1;
  public static final int MP_STATE_INIT_RECEIVED = 2;
  public static final int MP_STATE_HALTED = 3;
  public static final int MP_STATE_SIPI_RECEIVED = 4;
  public static final int MP_STATE_AP_RESET_HOLD = 9;

  /** {@link #pendingExternalVector} when there is none. */
  public static final int NO_VECTOR = -1;

  private static final long SMBASE_DEFAULT = 0x3_0000;

  /** Signature in RDX after reset of a vCPU without a CPUID table. */
  private static final int RESET_SIGNATURE = 0x600;

  private final VmFacts vm;
  private final int id;

  public final CpuState cpu = new CpuState();
  public final GuestCpuid cpuid = new GuestCpuid(this);
  public final FpuState fpu;
  public final Msrs msrs;

  /** Null without a LAPIC in the kernel. */
  public final Lapic lapic;

  public long xcr0 = 1;

  /** The page directory pointers of PAE paging; read from memory when CR3 was loaded. */
  public final long[] pdptrs = new long[4];

  public int mpState;

  /** KVM_APIC_INIT and KVM_APIC_SIPI of pending_events: taken before the next entry. */
  public boolean initPending;

  public boolean sipiPending;

  public int sipiVector;

  /** The vCPU entered the guest once: CPUID must not change any more. */
  public boolean hasRun;

  /** The exception pending in {@link #cpu} was being delivered already. */
  public boolean exceptionInjected;

  /** NMIs beyond the one in {@link CpuState#nmiPending}; at most one is kept. */
  public int nmisQueued;

  /** Where SMM saves the state and starts: IA32_SMBASE. */
  public long smbase = SMBASE_DEFAULT;

  /** SMIs taken since reset: MSR_SMI_COUNT. */
  public long smiCount;

  public boolean tripleFaultPending;

  /** KVM_INTERRUPT with a split irqchip: the vector of the external PIC. */
  public int pendingExternalVector = NO_VECTOR;

  /** Eight bytes of KVM_SET_SIGNAL_MASK, or null: the thread's own mask. */
  public Long signalMask;

  public int tscKhz;

  /** Guest TSC less the scaled TSC of the host. */
  public long tscOffset;

  public boolean tprAccessReporting;

  /** Guest physical address of KVM_SET_VAPIC_ADDR; 0 for none. */
  public long vapicAddress;

  /** The host tells the guest at its next entry that it was paused. */
  public boolean guestPaused;

  /** The registers are encrypted: only the guest and the firmware know them. */
  public boolean guestStateProtected;

  /** The GHCB MSR of an encrypted vCPU: a page's address, or a request of the MSR protocol. */
  public long ghcbMsr;

  public final SevVcpu sev = new SevVcpu();

  /** KVM_CAP_ENFORCE_PV_FEATURE_CPUID. */
  public boolean enforcePvCpuid;

  /** KVM_CAP_HYPERV_ENFORCE_CPUID. */
  public boolean enforceHypervCpuid;

  /** KVM_HC_KICK_CPU was for this vCPU: the next HLT that waits is over at once. */
  public boolean pvUnhalted;

  /** The MSR of Hyper-V's whose write the VMM has to hear of (KVM_REQ_HV_EXIT); 0 for none. */
  public int hypervExitMsr;

  /** KVM_CAP_HYPERV_SYNIC or SYNIC2. */
  public boolean synicActive;

  public final XenVcpu xen;

  /** Of KVM_SET_NESTED_STATE: -1 outside VMX operation. */
  long vmxonPointer = -1;

  long vmcs12Pointer = -1;

  public Vcpu(VmFacts vm, int id) {
    this.vm = vm;
    this.id = id;
    this.fpu = new FpuState(vm.cpuModel());
    this.msrs = new Msrs(this);
    this.xen = new XenVcpu(this);
    boolean boot = id == vm.bootCpuId();
    cpu.reset(RESET_SIGNATURE);
    cpu.apicBase = 0xfee0_0800L | (boot ? ControlRegisters.APICBASE_BSP : 0);
    lapic = vm.irqchipInKernel() ? new Lapic(this) : null;
    mpState = lapic == null || boot ? MP_STATE_RUNNABLE : MP_STATE_UNINITIALIZED;
    tscKhz = vm.defaultTscKhz();
    tscOffset = vm.tscSync().write(0, scaledTsc(), tscKhz, false);
  }

  public VmFacts vm() {
    return vm;
  }

  /** The number given to KVM_CREATE_VCPU, which is also its x2APIC id. */
  public int id() {
    return id;
  }

  public boolean bootProcessor() {
    return id == vm.bootCpuId();
  }

  /** The host's TSC at the guest's frequency. */
  long scaledTsc() {
    int host = vm.cpuModel().tscKhz();
    long tsc = vm.tsc();
    return tscKhz == host
        ? tsc
        : Math.multiplyHigh(tsc, ((long) tscKhz << 32) / host) << 32
            | tsc * (((long) tscKhz << 32) / host) >>> 32;
  }

  /** What the guest reads with RDTSC. */
  public long guestTsc() {
    return scaledTsc() + tscOffset;
  }

  /** The task priority: that of the LAPIC where one is in the kernel. */
  public long cr8() {
    return lapic == null ? cpu.cr8 : lapic.taskPriority() >> 4;
  }

  /** Sets CR8; a value above 15 is refused. */
  public boolean setCr8(long value) {
    if ((value & ~0xfL) != 0) {
      return false;
    }
    cpu.cr8 = value;
    if (lapic != null) {
      lapic.setTaskPriority((int) value << 4);
    }
    return true;
  }

  /** Queues an exception for delivery before the next instruction. */
  public void queueException(int vector, boolean hasErrorCode, int errorCode) {
    cpu.pend(vector, hasErrorCode, errorCode);
    exceptionInjected = false;
  }

  /** KVM_NMI, or an NMI from the interrupt controller. */
  public void injectNmi() {
    nmisQueued++;
    processNmi();
  }

  /** Makes a queued NMI pending; one more is kept behind it unless NMIs are blocked. */
  public void processNmi() {
    if (nmisQueued > 0 && !cpu.nmiPending) {
      cpu.nmiPending = true;
      nmisQueued--;
    }
    int limit = cpu.nmiMasked || cpu.nmiInjected ? 0 : 1;
    nmisQueued = Math.min(nmisQueued, limit);
  }

  /** An address with the bits above the linear width made copies of its highest bit. */
  long canonicalized(long address) {
    int unused = 64 - linearBits();
    return address << unused >> unused;
  }

  private int linearBits() {
    if (vm.profile().msrAddressesOfHostWidth()) {
      return Math.max(vm.cpuModel().linearBits(), 48);
    }
    return (cpu.cr4 & ControlRegisters.CR4_LA57) != 0 ? 57 : 48;
  }

  /** Takes over the registers of a vCPU whose encrypted state moves here. */
  public void takeRegisters(Vcpu other) {
    cpu.copyFrom(other.cpu);
    xcr0 = other.xcr0;
    ghcbMsr = other.ghcbMsr;
    msrs.takeSaveArea(other.msrs);
  }

  /** kvm_read_guest_virt, as a supervisor: false where an address leads to no memory. */
  public boolean readLinear(long linear, byte[] target, int length) {
    for (int done = 0; done < length; done++) {
      long gpa = Translation.of(this, linear + done);
      byte[] page = gpa == Translation.NONE ? null : vm.guestPage(gpa);
      if (page == null) {
        return false;
      }
      target[done] = page[(int) gpa & 0xfff];
    }
    return true;
  }

  /** An MSR of Hyper-V's that KVM only keeps. */
  public long hypervMsr(int index) {
    return msrs.hyperv.stored(index);
  }

  int pendingNmis() {
    return (cpu.nmiPending ? 1 : 0) + nmisQueued;
  }

  /** Puts the LAPIC in x2APIC mode at its default address; false where CPUID has none. */
  public boolean enterX2apicMode() {
    long enabled = ControlRegisters.APICBASE_ENABLE | ControlRegisters.APICBASE_X2APIC;
    long bsp = bootProcessor() ? ControlRegisters.APICBASE_BSP : 0;
    return ControlRegisters.setApicBase(this, 0xfee0_0000L | enabled | bsp, true);
  }

  /** XSETBV of XCR0: false for a value that KVM refuses. */
  public boolean setXcr0(long value) {
    return ControlRegisters.setXcr0(this, value);
  }

  /** MOV to CR4: false for bits that KVM or the guest's CPUID does not have. */
  public boolean acceptsCr4(long value) {
    return ControlRegisters.validCr4(this, value);
  }

  /** MOV to CR3 in long mode: false for address bits that the guest does not have. */
  public boolean acceptsCr3(long value) {
    return ControlRegisters.validCr3(this, value);
  }

  void changeApicBase(long value) {
    long old = cpu.apicBase;
    cpu.apicBase = value;
    if (lapic != null) {
      lapic.baseChanged(old, value);
    }
  }
}
