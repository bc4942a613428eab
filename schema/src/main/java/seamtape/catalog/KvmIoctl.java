package seamtape.catalog;

import static seamtape.catalog.FdKind.DEVICE;
import static seamtape.catalog.FdKind.GUEST_MEMFD;
import static seamtape.catalog.FdKind.STATS;
import static seamtape.catalog.FdKind.SYSTEM;
import static seamtape.catalog.FdKind.VCPU;
import static seamtape.catalog.FdKind.VM;
import static seamtape.catalog.Format.CAPABILITY;
import static seamtape.catalog.Format.DEC;
import static seamtape.catalog.Format.GPA;
import static seamtape.catalog.IoctlRow.ioctl;
import static seamtape.catalog.KernelLine.LINUX_6_12;
import static seamtape.catalog.KernelLine.LINUX_6_2;
import static seamtape.catalog.KernelLine.LINUX_7_3;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Every generic and x86 ioctl of include/uapi/linux/kvm.h (Linux 7.3, and those only in 6.1), in
 * the order of their numbers' low byte. Dispatch is on the full 32-bit number.
 */
public enum KvmIoctl implements Call {
  KVM_GET_API_VERSION(ioctl(0xae00, "2.6.20").on(SYSTEM), "API version, always 12"),
  KVM_CREATE_VM(
      ioctl(0xae01, "2.6.20").on(SYSTEM).takes("type", DEC).makes(VM),
      "Create a VM of a type; returns its fd"),
  KVM_GET_MSR_INDEX_LIST(
      ioctl(0xc004ae02, "2.6.20")
          .needs("basic, KVM_CAP_GET_MSR_FEATURES for KVM_GET_MSR_FEATURE_INDEX_LIST")
          .on(SYSTEM)
          .updates("kvm_msr_list")
          .arrayOut(),
      "MSRs that KVM_GET_MSRS and KVM_SET_MSRS know"),
  KVM_CHECK_EXTENSION(
      ioctl(0xae03, "2.6.22")
          .needs("basic, KVM_CAP_CHECK_EXTENSION_VM for vm ioctl")
          .on(SYSTEM, VM)
          .takes("cap", CAPABILITY),
      "Value of a capability, 0 when absent"),
  KVM_GET_VCPU_MMAP_SIZE(
      ioctl(0xae04, "2.6.22").on(SYSTEM), "Bytes to map of a vCPU fd for struct kvm_run"),
  KVM_GET_SUPPORTED_CPUID(
      ioctl(0xc008ae05, "2.6.25")
          .needs("KVM_CAP_EXT_CPUID")
          .on(SYSTEM)
          .updates("kvm_cpuid2")
          .arrayOut(),
      "CPUID leaves that host and KVM support"),
  KVM_TRACE_ENABLE(
      ioctl(0x4008ae06, "2.6.26").only(LINUX_6_2).on(SYSTEM).reads("kvm_user_trace_setup").gone(),
      "Removed tracing interface"),
  KVM_TRACE_PAUSE(
      ioctl(0xae07, "2.6.26").only(LINUX_6_2).on(SYSTEM).gone(), "Removed tracing interface"),
  KVM_TRACE_DISABLE(
      ioctl(0xae08, "2.6.26").only(LINUX_6_2).on(SYSTEM).gone(), "Removed tracing interface"),
  KVM_GET_EMULATED_CPUID(
      ioctl(0xc008ae09, "3.13")
          .needs("KVM_CAP_EXT_EMUL_CPUID")
          .on(SYSTEM)
          .updates("kvm_cpuid2")
          .arrayIn(),
      "CPUID leaves that KVM emulates"),
  KVM_GET_MSR_FEATURE_INDEX_LIST(
      ioctl(0xc004ae0a, "4.17")
          .needs("basic, KVM_CAP_GET_MSR_FEATURES for KVM_GET_MSR_FEATURE_INDEX_LIST")
          .on(SYSTEM)
          .updates("kvm_msr_list")
          .arrayOut(),
      "Feature MSRs readable on the system fd"),
  KVM_SET_MEMORY_REGION(
      ioctl(0x4018ae40, "2.6.20").only(LINUX_6_2).on(VM).reads("kvm_memory_region").gone(),
      "Removed memory slot interface"),
  KVM_CREATE_VCPU(
      ioctl(0xae41, "2.6.20").on(VM).takes("vcpu_id", DEC).makes(VCPU),
      "Create the vCPU of an id; returns its fd"),
  KVM_GET_DIRTY_LOG(
      ioctl(0x4010ae42, "2.6.20").on(VM).reads("kvm_dirty_log"),
      "Copy out and clear the dirty bitmap of a slot"),
  KVM_SET_MEMORY_ALIAS(
      ioctl(0x4020ae43, "2.6.21").only(LINUX_6_2).on(VM).reads("kvm_memory_alias").gone(),
      "Removed memory alias interface"),
  KVM_SET_NR_MMU_PAGES(
      ioctl(0xae44, "2.6.25")
          .needs("KVM_CAP_MMU_SHADOW_CACHE_CONTROL")
          .on(VM)
          .takes("nr_mmu_pages", DEC),
      "Limit the shadow MMU pages of a VM"),
  KVM_GET_NR_MMU_PAGES(
      ioctl(0xae45, "2.6.25").needs("KVM_CAP_MMU_SHADOW_CACHE_CONTROL").on(VM).gone(),
      "Read the limit of shadow MMU pages"),
  KVM_SET_USER_MEMORY_REGION(
      ioctl(0x4020ae46, "2.6.25")
          .needs("KVM_CAP_USER_MEMORY")
          .on(VM)
          .reads("kvm_userspace_memory_region"),
      "Create, move, change or delete a memory slot"),
  KVM_SET_TSS_ADDR(
      ioctl(0xae47, "2.6.25").needs("KVM_CAP_SET_TSS_ADDR").on(VM).takes("addr", GPA),
      "Guest physical address of the three-page TSS region on VMX"),
  KVM_SET_IDENTITY_MAP_ADDR(
      ioctl(0x4008ae48, "2.6.32").needs("KVM_CAP_SET_IDENTITY_MAP_ADDR").on(VM).reads("u64"),
      "Guest physical address of the identity-map page on VMX"),
  KVM_SET_USER_MEMORY_REGION2(
      ioctl(0x40a0ae49, "6.8")
          .from(LINUX_6_12)
          .needs("KVM_CAP_USER_MEMORY2")
          .on(VM)
          .reads("kvm_userspace_memory_region2"),
      "Memory slot with an optional guest_memfd behind it"),
  KVM_CREATE_IRQCHIP(
      ioctl(0xae60, "2.6.24").needs("KVM_CAP_IRQCHIP, KVM_CAP_S390_IRQCHIP (s390)").on(VM),
      "Create PIC, IOAPIC and LAPICs in the kernel"),
  KVM_IRQ_LINE(
      ioctl(0x4008ae61, "2.6.24").needs("KVM_CAP_IRQCHIP").on(VM).reads("kvm_irq_level"),
      "Set the level of a GSI"),
  KVM_GET_IRQCHIP(
      ioctl(0xc208ae62, "2.6.24").needs("KVM_CAP_IRQCHIP").on(VM).updates("kvm_irqchip"),
      "Read the state of a PIC or the IOAPIC"),
  KVM_SET_IRQCHIP(
      ioctl(0x8208ae63, "2.6.24").needs("KVM_CAP_IRQCHIP").on(VM).reads("kvm_irqchip"),
      "Write the state of a PIC or the IOAPIC"),
  KVM_CREATE_PIT(
      ioctl(0xae64, "2.6.26").needs("KVM_CAP_PIT").on(VM), "Create the i8254 in the kernel"),
  KVM_GET_PIT(
      ioctl(0xc048ae65, "2.6.26").needs("KVM_CAP_PIT").on(VM).writes("kvm_pit_state"),
      "Read the i8254 channels"),
  KVM_SET_PIT(
      ioctl(0x8048ae66, "2.6.26").needs("KVM_CAP_PIT").on(VM).reads("kvm_pit_state"),
      "Write the i8254 channels"),
  KVM_IRQ_LINE_STATUS(
      ioctl(0xc008ae67, "2.6.30")
          .needs("KVM_CAP_IRQ_INJECT_STATUS")
          .on(VM)
          .updates("kvm_irq_level"),
      "Set the level of a GSI and report how it was delivered"),
  KVM_REGISTER_COALESCED_MMIO(
      ioctl(0x4010ae67, "2.6.27")
          .needs("KVM_CAP_COALESCED_MMIO (for coalesced mmio)")
          .on(VM)
          .reads("kvm_coalesced_mmio_zone"),
      "Queue writes to a region instead of exiting"),
  KVM_UNREGISTER_COALESCED_MMIO(
      ioctl(0x4010ae68, "2.6.27")
          .needs("KVM_CAP_COALESCED_MMIO (for coalesced mmio)")
          .on(VM)
          .reads("kvm_coalesced_mmio_zone"),
      "Stop coalescing a region"),
  KVM_ASSIGN_PCI_DEVICE(
      ioctl(0x8040ae69, "2.6.28").only(LINUX_6_2).on(VM).writes("kvm_assigned_pci_dev").gone(),
      "Removed device assignment interface"),
  KVM_SET_GSI_ROUTING(
      ioctl(0x4008ae6a, "2.6.30")
          .needs("KVM_CAP_IRQ_ROUTING")
          .on(VM)
          .reads("kvm_irq_routing")
          .arrayIn(),
      "Replace the GSI routing table"),
  KVM_ASSIGN_DEV_IRQ(
      ioctl(0x4040ae70, "2.6.30").only(LINUX_6_2).on(VM).reads("kvm_assigned_irq").gone(),
      "Removed device assignment interface"),
  KVM_ASSIGN_IRQ(
      ioctl(0x8040ae70, "2.6.28").only(LINUX_6_2).on(VM).writes("kvm_assigned_irq").gone(),
      "Removed device assignment interface"),
  KVM_REINJECT_CONTROL(
      ioctl(0xae71, "2.6.30")
          .needs("KVM_CAP_REINJECT_CONTROL")
          .on(VM)
          .reads("kvm_reinject_control"),
      "PIT tick reinjection on or off"),
  KVM_DEASSIGN_PCI_DEVICE(
      ioctl(0x4040ae72, "2.6.30").only(LINUX_6_2).on(VM).reads("kvm_assigned_pci_dev").gone(),
      "Removed device assignment interface"),
  KVM_ASSIGN_SET_MSIX_NR(
      ioctl(0x4008ae73, "2.6.30").only(LINUX_6_2).on(VM).reads("kvm_assigned_msix_nr").gone(),
      "Removed device assignment interface"),
  KVM_ASSIGN_SET_MSIX_ENTRY(
      ioctl(0x4010ae74, "2.6.30").only(LINUX_6_2).on(VM).reads("kvm_assigned_msix_entry").gone(),
      "Removed device assignment interface"),
  KVM_DEASSIGN_DEV_IRQ(
      ioctl(0x4040ae75, "2.6.30").only(LINUX_6_2).on(VM).reads("kvm_assigned_irq").gone(),
      "Removed device assignment interface"),
  KVM_IRQFD(
      ioctl(0x4020ae76, "2.6.32").needs("KVM_CAP_IRQFD").on(VM).reads("kvm_irqfd"),
      "Bind an eventfd to a GSI"),
  KVM_CREATE_PIT2(
      ioctl(0x4040ae77, "2.6.31").needs("KVM_CAP_PIT2").on(VM).reads("kvm_pit_config"),
      "Create the i8254 in the kernel, with flags"),
  KVM_SET_BOOT_CPU_ID(
      ioctl(0xae78, "2.6.32").needs("KVM_CAP_SET_BOOT_CPU_ID").on(VM).takes("vcpu_id", DEC),
      "Choose the bootstrap processor by its vCPU id"),
  KVM_IOEVENTFD(
      ioctl(0x4040ae79, "2.6.32").needs("KVM_CAP_IOEVENTFD").on(VM).reads("kvm_ioeventfd"),
      "Bind an eventfd to a port or MMIO write"),
  KVM_XEN_HVM_CONFIG(
      ioctl(0x4038ae7a, "2.6.33").needs("KVM_CAP_XEN_HVM").on(VM).reads("kvm_xen_hvm_config"),
      "Configure the Xen hypercall page and features"),
  KVM_SET_CLOCK(
      ioctl(0x4030ae7b, "2.6.33").needs("KVM_CAP_ADJUST_CLOCK").on(VM).reads("kvm_clock_data"),
      "Set the kvmclock of a VM"),
  KVM_GET_CLOCK(
      ioctl(0x8030ae7c, "2.6.33").needs("KVM_CAP_ADJUST_CLOCK").on(VM).writes("kvm_clock_data"),
      "Read the kvmclock of a VM"),
  KVM_RUN(ioctl(0xae80, "2.6.20").on(VCPU).runs(), "Run the vCPU until it exits to user space"),
  KVM_GET_REGS(
      ioctl(0x8090ae81, "2.6.20").on(VCPU).writes("kvm_regs"), "Read the general registers"),
  KVM_SET_REGS(
      ioctl(0x4090ae82, "2.6.20").on(VCPU).reads("kvm_regs"), "Write the general registers"),
  KVM_GET_SREGS(
      ioctl(0x8138ae83, "2.6.20").on(VCPU).writes("kvm_sregs"),
      "Read segment and control registers"),
  KVM_SET_SREGS(
      ioctl(0x4138ae84, "2.6.20").on(VCPU).reads("kvm_sregs"),
      "Write segment and control registers"),
  KVM_TRANSLATE(
      ioctl(0xc018ae85, "2.6.20").on(VCPU).updates("kvm_translation"),
      "Translate a guest linear address"),
  KVM_INTERRUPT(
      ioctl(0x4004ae86, "2.6.20").on(VCPU).reads("kvm_interrupt"),
      "Queue an external interrupt vector"),
  KVM_DEBUG_GUEST(
      ioctl(0x4050ae87, "2.6.20").only(LINUX_6_2).on(VCPU).reads("kvm_debug_guest").gone(),
      "Removed guest debug interface"),
  KVM_GET_MSRS(
      ioctl(0xc008ae88, "2.6.20 (vcpu) / 4.17 (system)")
          .needs("basic (vcpu), KVM_CAP_GET_MSR_FEATURES (system)")
          .on(SYSTEM, VCPU)
          .updates("kvm_msrs")
          .arrayIn(),
      "Read MSRs; returns how many were read"),
  KVM_SET_MSRS(
      ioctl(0x4008ae89, "2.6.20").on(VCPU).reads("kvm_msrs").arrayIn(),
      "Write MSRs; returns how many were written"),
  KVM_SET_CPUID(
      ioctl(0x4008ae8a, "2.6.22").on(VCPU).reads("kvm_cpuid").arrayIn(),
      "Set the CPUID table, old layout"),
  KVM_SET_SIGNAL_MASK(
      ioctl(0x4004ae8b, "2.6.22").on(VCPU).reads("kvm_signal_mask").arrayIn(),
      "Signal mask in force during KVM_RUN"),
  KVM_GET_FPU(ioctl(0x81a0ae8c, "2.6.22").on(VCPU).writes("kvm_fpu"), "Read the FPU state"),
  KVM_SET_FPU(ioctl(0x41a0ae8d, "2.6.22").on(VCPU).reads("kvm_fpu"), "Write the FPU state"),
  KVM_GET_LAPIC(
      ioctl(0x8400ae8e, "2.6.24").needs("KVM_CAP_IRQCHIP").on(VCPU).writes("kvm_lapic_state"),
      "Read the local APIC page"),
  KVM_SET_LAPIC(
      ioctl(0x4400ae8f, "2.6.24").needs("KVM_CAP_IRQCHIP").on(VCPU).reads("kvm_lapic_state"),
      "Write the local APIC page"),
  KVM_SET_CPUID2(
      ioctl(0x4008ae90, "2.6.25").needs("KVM_CAP_EXT_CPUID").on(VCPU).reads("kvm_cpuid2").arrayIn(),
      "Set the CPUID table"),
  KVM_GET_CPUID2(
      ioctl(0xc008ae91, "2.6.25")
          .needs("KVM_CAP_EXT_CPUID")
          .on(VCPU)
          .updates("kvm_cpuid2")
          .arrayOut(),
      "Read the CPUID table"),
  KVM_TPR_ACCESS_REPORTING(
      ioctl(0xc028ae92, "2.6.25").needs("KVM_CAP_VAPIC").on(VCPU).updates("kvm_tpr_access_ctl"),
      "Report TPR accesses as exits"),
  KVM_SET_VAPIC_ADDR(
      ioctl(0x4008ae93, "2.6.25").needs("KVM_CAP_VAPIC").on(VCPU).reads("kvm_vapic_addr"),
      "Guest physical address of the virtual APIC page"),
  KVM_GET_MP_STATE(
      ioctl(0x8004ae98, "2.6.26").needs("KVM_CAP_MP_STATE").on(VCPU).writes("kvm_mp_state"),
      "Read the multiprocessing state"),
  KVM_SET_MP_STATE(
      ioctl(0x4004ae99, "2.6.26").needs("KVM_CAP_MP_STATE").on(VCPU).reads("kvm_mp_state"),
      "Write the multiprocessing state"),
  KVM_NMI(ioctl(0xae9a, "2.6.28").needs("KVM_CAP_USER_NMI").on(VCPU), "Queue an NMI"),
  KVM_SET_GUEST_DEBUG(
      ioctl(0x4048ae9b, "2.6.30")
          .needs("KVM_CAP_SET_GUEST_DEBUG")
          .on(VCPU)
          .reads("kvm_guest_debug"),
      "Breakpoints and single step of the guest"),
  KVM_X86_SETUP_MCE(
      ioctl(0x4008ae9c, "2.6.31").needs("KVM_CAP_MCE").on(VCPU).reads("u64"),
      "Set the machine check capability"),
  KVM_X86_GET_MCE_CAP_SUPPORTED(
      ioctl(0x8008ae9d, "2.6.31").needs("KVM_CAP_MCE").on(SYSTEM).writes("u64"),
      "Machine check capability of KVM"),
  KVM_X86_SET_MCE(
      ioctl(0x4040ae9e, "2.6.31").needs("KVM_CAP_MCE").on(VCPU).reads("kvm_x86_mce"),
      "Inject a machine check"),
  KVM_GET_PIT2(
      ioctl(0x8070ae9f, "2.6.32").needs("KVM_CAP_PIT_STATE2").on(VM).writes("kvm_pit_state2"),
      "Read the i8254 state with flags"),
  KVM_GET_VCPU_EVENTS(
      ioctl(0x8040ae9f, "2.6.33").needs("KVM_CAP_VCPU_EVENTS").on(VCPU).writes("kvm_vcpu_events"),
      "Read pending exceptions, interrupts, NMI and SMI"),
  KVM_SET_PIT2(
      ioctl(0x4070aea0, "2.6.32").needs("KVM_CAP_PIT_STATE2").on(VM).reads("kvm_pit_state2"),
      "Write the i8254 state with flags"),
  KVM_SET_VCPU_EVENTS(
      ioctl(0x4040aea0, "2.6.33").needs("KVM_CAP_VCPU_EVENTS").on(VCPU).reads("kvm_vcpu_events"),
      "Write pending exceptions, interrupts, NMI and SMI"),
  KVM_GET_DEBUGREGS(
      ioctl(0x8080aea1, "2.6.34").needs("KVM_CAP_DEBUGREGS").on(VCPU).writes("kvm_debugregs"),
      "Read the debug registers"),
  KVM_SET_DEBUGREGS(
      ioctl(0x4080aea2, "2.6.34").needs("KVM_CAP_DEBUGREGS").on(VCPU).reads("kvm_debugregs"),
      "Write the debug registers"),
  KVM_SET_TSC_KHZ(
      ioctl(0xaea2, "2.6.39 (vcpu) / 5.18 (vm)")
          .needs("KVM_CAP_TSC_CONTROL / KVM_CAP_VM_TSC_CONTROL")
          .on(VM, VCPU)
          .takes("tsc_khz", DEC),
      "Set the TSC frequency in kHz"),
  KVM_ENABLE_CAP(
      ioctl(0x4068aea3, "2.6.34 (generic vcpu) / 4.5 (x86 vcpu) / 4.4 (x86 vm)")
          .needs("KVM_CAP_ENABLE_CAP (vcpu) / KVM_CAP_ENABLE_CAP_VM (vm)")
          .on(VM, VCPU)
          .reads("kvm_enable_cap"),
      "Switch on a capability"),
  KVM_GET_TSC_KHZ(
      ioctl(0xaea3, "2.6.39 (vcpu) / 5.18 (vm)")
          .needs("KVM_CAP_GET_TSC_KHZ / KVM_CAP_VM_TSC_CONTROL")
          .on(VM, VCPU),
      "TSC frequency in kHz"),
  KVM_ASSIGN_SET_INTX_MASK(
      ioctl(0x4040aea4, "3.4").only(LINUX_6_2).on(VM).reads("kvm_assigned_pci_dev").gone(),
      "Removed device assignment interface"),
  KVM_GET_XSAVE(
      ioctl(0x9000aea4, "2.6.36").needs("KVM_CAP_XSAVE").on(VCPU).writes("kvm_xsave"),
      "Read the XSAVE area of 4 KiB"),
  KVM_SET_XSAVE(
      ioctl(0x5000aea5, "2.6.36")
          .needs("KVM_CAP_XSAVE and KVM_CAP_XSAVE2")
          .on(VCPU)
          .reads("kvm_xsave")
          .arrayIn(),
      "Write the XSAVE area"),
  KVM_SIGNAL_MSI(
      ioctl(0x4020aea5, "3.5").needs("KVM_CAP_SIGNAL_MSI").on(VM).reads("kvm_msi"),
      "Deliver an MSI"),
  KVM_GET_XCRS(
      ioctl(0x8188aea6, "2.6.36").needs("KVM_CAP_XCRS").on(VCPU).writes("kvm_xcrs"),
      "Read the extended control registers"),
  KVM_SET_XCRS(
      ioctl(0x4188aea7, "2.6.36").needs("KVM_CAP_XCRS").on(VCPU).reads("kvm_xcrs"),
      "Write the extended control registers"),
  KVM_GET_ONE_REG(
      ioctl(0x4010aeab, "3.6 (ppc) / 6.18 (x86)")
          .needs("KVM_CAP_ONE_REG")
          .on(VCPU)
          .reads("kvm_one_reg"),
      "Read one register by id"),
  KVM_SET_ONE_REG(
      ioctl(0x4010aeac, "3.6 (ppc) / 6.18 (x86)")
          .needs("KVM_CAP_ONE_REG")
          .on(VCPU)
          .reads("kvm_one_reg"),
      "Write one register by id"),
  KVM_KVMCLOCK_CTRL(
      ioctl(0xaead, "3.5").needs("KVM_CAP_KVMCLOCK_CTRL").on(VCPU),
      "Tell the guest that it was paused"),
  KVM_GET_REG_LIST(
      ioctl(0xc008aeb0, "3.9 (arm) / 6.18 (x86)").on(VCPU).updates("kvm_reg_list").arrayOut(),
      "Ids of the registers of KVM_GET_ONE_REG"),
  KVM_SET_PMU_EVENT_FILTER(
      ioctl(0x4020aeb2, "5.3")
          .needs("KVM_CAP_PMU_EVENT_FILTER")
          .on(VM)
          .reads("kvm_pmu_event_filter")
          .arrayIn(),
      "Allow or deny PMU events"),
  KVM_SMI(ioctl(0xaeb7, "4.2").needs("KVM_CAP_X86_SMM").on(VCPU), "Queue an SMI"),
  KVM_MEMORY_ENCRYPT_OP(
      ioctl(0xc008aeba, "4.16 (vm) / 6.16 (vcpu)").on(VM, VCPU).updates("kvm_sev_cmd"),
      "SEV or TDX sub-command of the vendor module"),
  KVM_MEMORY_ENCRYPT_REG_REGION(
      ioctl(0x8010aebb, "4.16").on(VM).reads("kvm_enc_region"), "Pin a region of encrypted memory"),
  KVM_MEMORY_ENCRYPT_UNREG_REGION(
      ioctl(0x8010aebc, "4.16").on(VM).reads("kvm_enc_region"),
      "Unpin a region of encrypted memory"),
  /** No kernel's own: the operation that the profile linux-6.2+tdx-shm adds. */
  KVM_TDX_SHM(
      ioctl(0xc030aedf, "6.2+tdx-shm").only(LINUX_6_2).on(VM).updates("kvm_tdx_shm"),
      "Share memory of a TD's VM with the VMM and with other VMs"),
  KVM_HYPERV_EVENTFD(
      ioctl(0x4018aebd, "4.17").needs("KVM_CAP_HYPERV_EVENTFD").on(VM).reads("kvm_hyperv_eventfd"),
      "Bind an eventfd to a Hyper-V connection id"),
  KVM_GET_NESTED_STATE(
      ioctl(0xc080aebe, "4.19")
          .needs("KVM_CAP_NESTED_STATE")
          .on(VCPU)
          .updates("kvm_nested_state")
          .arrayOut(),
      "Read the nested virtualization state"),
  KVM_SET_NESTED_STATE(
      ioctl(0x4080aebf, "4.19")
          .needs("KVM_CAP_NESTED_STATE")
          .on(VCPU)
          .reads("kvm_nested_state")
          .arrayIn(),
      "Write the nested virtualization state"),
  KVM_CLEAR_DIRTY_LOG(
      ioctl(0xc018aec0, "5.0")
          .needs("KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2")
          .on(VM)
          .reads("kvm_clear_dirty_log"),
      "Clear and write-protect pages of the dirty log"),
  KVM_GET_SUPPORTED_HV_CPUID(
      ioctl(0xc008aec1, "5.0 (vcpu) / 5.11 (system)")
          .needs("KVM_CAP_HYPERV_CPUID (vcpu), KVM_CAP_SYS_HYPERV_CPUID (system)")
          .on(SYSTEM, VCPU)
          .updates("kvm_cpuid2")
          .arrayOut(),
      "Hyper-V CPUID leaves that KVM supports"),
  KVM_X86_SET_MSR_FILTER(
      ioctl(0x4188aec6, "5.10").needs("KVM_CAP_X86_MSR_FILTER").on(VM).reads("kvm_msr_filter"),
      "Which MSR accesses of the guest are denied or exit"),
  KVM_RESET_DIRTY_RINGS(
      ioctl(0xaec7, "5.11")
          .needs("KVM_CAP_DIRTY_LOG_RING or KVM_CAP_DIRTY_LOG_RING_ACQ_REL")
          .on(VM),
      "Collect and re-arm the dirty rings"),
  KVM_XEN_HVM_GET_ATTR(
      ioctl(0xc048aec8, "5.12")
          .needs("KVM_CAP_XEN_HVM / KVM_XEN_HVM_CONFIG_SHARED_INFO")
          .on(VM)
          .updates("kvm_xen_hvm_attr"),
      "Read a Xen attribute of the VM"),
  KVM_XEN_HVM_SET_ATTR(
      ioctl(0x4048aec9, "5.12")
          .needs("KVM_CAP_XEN_HVM / KVM_XEN_HVM_CONFIG_SHARED_INFO")
          .on(VM)
          .reads("kvm_xen_hvm_attr"),
      "Write a Xen attribute of the VM"),
  KVM_XEN_VCPU_GET_ATTR(
      ioctl(0xc048aeca, "5.12")
          .needs("KVM_CAP_XEN_HVM / KVM_XEN_HVM_CONFIG_SHARED_INFO")
          .on(VCPU)
          .updates("kvm_xen_vcpu_attr"),
      "Read a Xen attribute of the vCPU"),
  KVM_XEN_VCPU_SET_ATTR(
      ioctl(0x4048aecb, "5.12")
          .needs("KVM_CAP_XEN_HVM / KVM_XEN_HVM_CONFIG_SHARED_INFO")
          .on(VCPU)
          .reads("kvm_xen_vcpu_attr"),
      "Write a Xen attribute of the vCPU"),
  KVM_GET_SREGS2(
      ioctl(0x8140aecc, "5.14").needs("KVM_CAP_SREGS2").on(VCPU).writes("kvm_sregs2"),
      "Read segment and control registers with PDPTRs"),
  KVM_SET_SREGS2(
      ioctl(0x4140aecd, "5.14").needs("KVM_CAP_SREGS2").on(VCPU).reads("kvm_sregs2"),
      "Write segment and control registers with PDPTRs"),
  KVM_GET_STATS_FD(
      ioctl(0xaece, "5.14").needs("KVM_CAP_BINARY_STATS_FD").on(VM, VCPU).makes(STATS),
      "Open the binary statistics; returns their fd"),
  KVM_GET_XSAVE2(
      ioctl(0x9000aecf, "5.17").needs("KVM_CAP_XSAVE2").on(VCPU).writes("kvm_xsave").arrayOut(),
      "Read the whole XSAVE area"),
  KVM_XEN_HVM_EVTCHN_SEND(
      ioctl(0x400caed0, "5.18")
          .needs("KVM_CAP_XEN_HVM / KVM_XEN_HVM_CONFIG_EVTCHN_SEND")
          .on(VM)
          .reads("kvm_irq_routing_xen_evtchn"),
      "Deliver a Xen event channel interrupt"),
  KVM_SET_MEMORY_ATTRIBUTES(
      ioctl(0x4020aed2, "6.8")
          .from(LINUX_6_12)
          .needs("KVM_CAP_MEMORY_ATTRIBUTES")
          .on(VM)
          .reads("kvm_memory_attributes"),
      "Mark a range of guest memory private or shared"),
  KVM_CREATE_GUEST_MEMFD(
      ioctl(0xc040aed4, "6.8")
          .from(LINUX_6_12)
          .needs("KVM_CAP_GUEST_MEMFD")
          .on(VM)
          .reads("kvm_create_guest_memfd")
          .makes(GUEST_MEMFD),
      "Create guest-private memory; returns its fd"),
  KVM_PRE_FAULT_MEMORY(
      ioctl(0xc040aed5, "6.11")
          .from(LINUX_6_12)
          .needs("KVM_CAP_PRE_FAULT_MEMORY")
          .on(VCPU)
          .updates("kvm_pre_fault_memory"),
      "Map guest memory ahead of use"),
  KVM_CREATE_DEVICE(
      ioctl(0xc00caee0, "3.10").needs("KVM_CAP_DEVICE_CTRL").on(VM).updates("kvm_create_device"),
      "Create a device in the kernel; its fd is in the struct"),
  KVM_SET_DEVICE_ATTR(
      ioctl(0x4018aee1, "3.10 (device) / 5.16 (vcpu, x86)")
          .needs(
              "KVM_CAP_DEVICE_CTRL, KVM_CAP_VM_ATTRIBUTES for vm device, KVM_CAP_VCPU_ATTRIBUTES for vcpu device KVM_CAP_SYS_ATTRIBUTES for system (/dev/kvm) device (no set)")
          .on(VCPU, DEVICE)
          .reads("kvm_device_attr"),
      "Write an attribute of a device, vCPU or VM"),
  KVM_GET_DEVICE_ATTR(
      ioctl(0x4018aee2, "3.10 (device) / 5.16 (vcpu, x86) / 5.17 (system, x86)")
          .needs(
              "KVM_CAP_DEVICE_CTRL, KVM_CAP_VM_ATTRIBUTES for vm device, KVM_CAP_VCPU_ATTRIBUTES for vcpu device KVM_CAP_SYS_ATTRIBUTES for system (/dev/kvm) device (no set)")
          .on(SYSTEM, VCPU, DEVICE)
          .reads("kvm_device_attr"),
      "Read an attribute of a device, vCPU or VM"),
  KVM_HAS_DEVICE_ATTR(
      ioctl(0x4018aee3, "3.10 (device) / 5.16 (vcpu, x86) / 5.17 (system, x86)")
          .needs(
              "KVM_CAP_DEVICE_CTRL, KVM_CAP_VM_ATTRIBUTES for vm device, KVM_CAP_VCPU_ATTRIBUTES for vcpu device KVM_CAP_SYS_ATTRIBUTES for system (/dev/kvm) device")
          .on(SYSTEM, VCPU, DEVICE)
          .reads("kvm_device_attr"),
      "Ask whether an attribute exists"),
  /** No kernel's own: the instruction, by the device of a module for tests of the TDX module. */
  SEAMCALL(
      ioctl(0xc0385301, "7.3, /dev/seamcall").only(LINUX_7_3).on(DEVICE).updates("seamcall_args"),
      "Make a SEAMCALL with these registers; they come back as the TDX module left them"),
  /** No kernel's own. */
  SEAMCALL_PAGE(
      ioctl(0xc0105302, "7.3, /dev/seamcall").only(LINUX_7_3).on(DEVICE).updates("seamcall_page"),
      "A page of host memory for SEAMCALLs, with the content of a page of user memory, or zeros");

  private final IoctlRow row;
  private final String doc;
  private final List<Field> in;
  private final List<Field> out;

  /** What {@link #byNumber} answers, made once: every ioctl of a recording asks. */
  private final Optional<KvmIoctl> found = Optional.of(this);

  KvmIoctl(IoctlRow row, String doc) {
    this.row = row;
    this.doc = doc;
    this.in =
        List.of(
            Field.stimulus("fd", Format.FD, ""),
            Field.stimulus(row.argument, row.format, row.struct));
    List<Field> results = new ArrayList<>();
    results.add(Field.outcome("ret", Format.RESULT, "result, or a negative errno"));
    if (row.runs) {
      results.add(
          Field.outcome("exit_reason", Format.EXIT_REASON, "of struct kvm_run; -1 unknown"));
    }
    this.out = List.copyOf(results);
  }

  /** The row of a 32-bit request number; empty for numbers that are not in the catalog. */
  public static Optional<KvmIoctl> byNumber(int number) {
    KvmIoctl row = (KvmIoctl) Catalog.byNumber(Family.KVM_IOCTL, number);
    return row == null ? Optional.empty() : row.found;
  }

  @Override
  public Family family() {
    return Family.KVM_IOCTL;
  }

  @Override
  public int number() {
    return row.number;
  }

  @Override
  public String doc() {
    return doc;
  }

  @Override
  public List<Field> in() {
    return in;
  }

  @Override
  public List<Field> out() {
    return out;
  }

  @Override
  public boolean copies() {
    return pointer() || row.runs;
  }

  /** The mainline kernels that brought it: one, or one for each fd. */
  @Override
  public String since() {
    return row.since;
  }

  /** What KVM_CHECK_EXTENSION tells of it, in words; empty where it was always there. */
  public String capability() {
    return row.capability;
  }

  /** The kernel lines whose headers define it. */
  public Set<KernelLine> lines() {
    return Collections.unmodifiableSet(row.lines);
  }

  /** The kinds of fd that some kernel dispatches this ioctl on. */
  public Set<FdKind> on() {
    return row.on;
  }

  /** True where the argument is a pointer. */
  public boolean pointer() {
    return readsMemory() || writesMemory();
  }

  /** True where the kernel copies the argument struct in. */
  public boolean readsMemory() {
    return row.flow == IoctlRow.Flow.IN || row.flow == IoctlRow.Flow.IN_OUT;
  }

  /** True where the kernel copies the argument struct out. */
  public boolean writesMemory() {
    return row.flow == IoctlRow.Flow.OUT || row.flow == IoctlRow.Flow.IN_OUT;
  }

  /** True where the argument is the value itself. */
  public boolean takesValue() {
    return row.flow == IoctlRow.Flow.VALUE;
  }

  /** Name of the argument's struct, empty without one; "u64" is a plain 64-bit number. */
  public String struct() {
    return row.struct;
  }

  /** True where the kernel reads the flexible array at the end of the struct. */
  public boolean readsArray() {
    return row.arrayIn;
  }

  /** True where the kernel writes the flexible array at the end of the struct. */
  public boolean writesArray() {
    return row.arrayOut;
  }

  /** The kind of fd that the result is, if it is one. */
  public Optional<FdKind> makes() {
    return Optional.ofNullable(row.makes);
  }

  /** True for interfaces that Linux 7.3 does not dispatch; an older line may. */
  public boolean gone() {
    return row.gone;
  }
}
