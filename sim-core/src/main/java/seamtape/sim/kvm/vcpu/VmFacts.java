package seamtape.sim.kvm.vcpu;

import seamtape.sim.profile.CpuModel;
import seamtape.sim.profile.Profile;

/** What a vCPU asks of the VM it belongs to. */
public interface VmFacts {
  Profile profile();

  CpuModel cpuModel();

  /** LAPICs are in the kernel: KVM_CREATE_IRQCHIP or KVM_CAP_SPLIT_IRQCHIP. */
  boolean irqchipInKernel();

  /** LAPICs are in the kernel, PIC and IOAPIC are not. */
  boolean splitIrqchip();

  int bootCpuId();

  /** The host's TSC: that of the machine. */
  long tsc();

  /** The MSRs of Hyper-V that belong to the VM. */
  HypervVm hyperv();

  /** The Xen side of the VM. */
  default XenFacts xen() {
    return XenFacts.NONE;
  }

  /** The TSC writes of this VM's vCPUs, which keep them in step. */
  TscSync tscSync();

  /**
   * How much of a range of guest physical memory has slots behind it, from its start.
   *
   * @return bytes, 0 to {@code length}
   */
  long slotBytes(long gpa, long length);

  /** The 4096 bytes of the guest page that holds an address, or null without memory there. */
  byte[] guestPage(long gpa);

  /** The 4096 bytes of user memory that hold an address, or null where none is mapped. */
  default byte[] userPage(long hva) {
    return null;
  }

  /** kvm_write_guest: marks the pages dirty; false where a byte has no memory behind it. */
  default boolean writeGuest(long gpa, byte[] bytes) {
    return false;
  }

  /** kvmclock of the VM in nanoseconds. */
  default long guestNanos() {
    return nanos();
  }

  /** The VM's type takes the registers of its vCPUs from user space. */
  default boolean hasProtectedState() {
    return false;
  }

  /** The VM is an SEV guest: one of the bits of its physical addresses asks for encryption. */
  default boolean encrypts() {
    return false;
  }

  /** LAPIC, TSC and page tables of the vCPUs are the guest's secret, as in a TD. */
  default boolean hasProtectedApic() {
    return false;
  }

  /**
   * Maps guest memory ahead of use (KVM_PRE_FAULT_MEMORY).
   *
   * @return bytes mapped from the start of the range, or a negative errno
   */
  default long preFault(long gpa, long size) {
    return slotBytes(gpa, size);
  }

  /** Virtual nanoseconds since the machine's start. */
  default long nanos() {
    long khz = cpuModel().tscKhz();
    return tsc() / khz * 1_000_000 + tsc() % khz * 1_000_000 / khz;
  }

  /** A cycle of the clock that LAPIC timers count (KVM_CAP_X86_APIC_BUS_CYCLES_NS). */
  default long apicBusCycleNanos() {
    return 1;
  }

  /** TSC frequency of new vCPUs in kHz (KVM_SET_TSC_KHZ on the VM). */
  default int defaultTscKhz() {
    return cpuModel().tscKhz();
  }

  /** KVM_CAP_EXCEPTION_PAYLOAD is enabled. */
  default boolean exceptionPayload() {
    return false;
  }

  /** KVM_CAP_X86_TRIPLE_FAULT_EVENT is enabled. */
  default boolean tripleFaultEvent() {
    return false;
  }

  /** KVM_X2APIC_API_USE_32BIT_IDS is set. */
  default boolean x2apicFormat() {
    return false;
  }

  /** Bits of KVM_CAP_DISABLE_QUIRKS and _QUIRKS2. */
  default long disabledQuirks() {
    return 0;
  }

  /** KVM_CAP_MSR_PLATFORM_INFO: the guest may read PLATFORM_INFO. */
  default boolean guestReadsPlatformInfo() {
    return true;
  }

  /** KVM_CAP_PMU_CAPABILITY has not switched the PMU off. */
  default boolean pmuEnabled() {
    return true;
  }
}
