package seamtape.catalog;

import static seamtape.catalog.Symbols.counted;
import static seamtape.catalog.Symbols.flags;
import static seamtape.catalog.Symbols.values;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Names of the flags and kinds that fields of structs carry, as include/uapi/linux/kvm.h and
 * arch/x86/include/uapi/asm/kvm.h have them.
 */
public final class StructSymbols {
  private static final Map<String, Symbols> BY_FIELD = new HashMap<>();

  static {
    memory();
    interrupts();
    processor();
    devicesAndGuests();
    run();
    confidential();
  }

  private StructSymbols() {}

  /** The symbols of a field, named as in its {@link StructLayout}. */
  public static Optional<Symbols> of(String struct, String field) {
    return Optional.ofNullable(BY_FIELD.get(struct + "." + field));
  }

  /** All fields that have symbols, as {@code struct.field}. */
  public static Map<String, Symbols> all() {
    return java.util.Collections.unmodifiableMap(BY_FIELD);
  }

  private static void put(Symbols symbols, String... fields) {
    for (String field : fields) {
      BY_FIELD.put(field, symbols);
    }
  }

  private static void memory() {
    Symbols region =
        flags("KVM_MEM_").put(1, "LOG_DIRTY_PAGES").put(2, "READONLY").put(4, "GUEST_MEMFD");
    put(region, "kvm_userspace_memory_region.flags", "kvm_userspace_memory_region2.flags");
    put(region, "kvm_memory_region.flags");
    put(flags("KVM_MEMORY_ATTRIBUTE_").put(8, "PRIVATE"), "kvm_memory_attributes.attributes");
    put(
        flags("GUEST_MEMFD_FLAG_").put(1, "MMAP").put(2, "INIT_SHARED"),
        "kvm_create_guest_memfd.flags");
    put(flags("KVM_DIRTY_GFN_F_").put(1, "DIRTY").put(2, "RESET"), "kvm_dirty_gfn.flags");
  }

  private static void interrupts() {
    Symbols chips = counted("KVM_IRQCHIP_", "PIC_MASTER", "PIC_SLAVE", "IOAPIC");
    put(chips, "kvm_irqchip.chip_id", "kvm_irq_routing_irqchip.irqchip");
    put(
        values("KVM_IRQ_ROUTING_")
            .put(1, "IRQCHIP")
            .put(2, "MSI")
            .put(3, "S390_ADAPTER")
            .put(4, "HV_SINT")
            .put(5, "XEN_EVTCHN"),
        "kvm_irq_routing_entry.type");
    Symbols msi = flags("KVM_MSI_").put(1, "VALID_DEVID");
    put(msi, "kvm_irq_routing_entry.flags", "kvm_msi.flags");
    put(flags("KVM_IRQFD_FLAG_").put(1, "DEASSIGN").put(2, "RESAMPLE"), "kvm_irqfd.flags");
    put(
        flags("KVM_IOEVENTFD_FLAG_")
            .put(1, "DATAMATCH")
            .put(2, "PIO")
            .put(4, "DEASSIGN")
            .put(8, "VIRTIO_CCW_NOTIFY"),
        "kvm_ioeventfd.flags");
    put(flags("KVM_PIT_").put(1, "SPEAKER_DUMMY"), "kvm_pit_config.flags");
    put(
        flags("KVM_PIT_FLAGS_").put(1, "HPET_LEGACY").put(2, "SPEAKER_DATA_ON"),
        "kvm_pit_state2.flags");
  }

  private static void processor() {
    put(
        flags("KVM_CPUID_FLAG_")
            .put(1, "SIGNIFCANT_INDEX")
            .put(2, "STATEFUL_FUNC")
            .put(4, "STATE_READ_NEXT"),
        "kvm_cpuid_entry2.flags");
    put(
        counted(
            "KVM_MP_STATE_",
            "RUNNABLE",
            "UNINITIALIZED",
            "INIT_RECEIVED",
            "HALTED",
            "SIPI_RECEIVED",
            "STOPPED",
            "CHECK_STOP",
            "OPERATING",
            "LOAD",
            "AP_RESET_HOLD",
            "SUSPENDED"),
        "kvm_mp_state.mp_state");
    put(
        flags("KVM_VCPUEVENT_VALID_")
            .put(1, "NMI_PENDING")
            .put(2, "SIPI_VECTOR")
            .put(4, "SHADOW")
            .put(8, "SMM")
            .put(0x10, "PAYLOAD")
            .put(0x20, "TRIPLE_FAULT"),
        "kvm_vcpu_events.flags");
    put(
        flags("KVM_X86_SHADOW_INT_").put(1, "MOV_SS").put(2, "STI"),
        "kvm_vcpu_events.interrupt.shadow");
    put(flags("KVM_SREGS2_FLAGS_").put(1, "PDPTRS_VALID"), "kvm_sregs2.flags");
    put(
        flags("KVM_CLOCK_").put(2, "TSC_STABLE").put(4, "REALTIME").put(8, "HOST_TSC"),
        "kvm_clock_data.flags");
    put(
        flags("KVM_GUESTDBG_")
            .put(1, "ENABLE")
            .put(2, "SINGLESTEP")
            .put(0x10000, "USE_SW_BP")
            .put(0x20000, "USE_HW_BP")
            .put(0x40000, "INJECT_DB")
            .put(0x80000, "INJECT_BP")
            .put(0x100000, "BLOCKIRQ"),
        "kvm_guest_debug.control");
    put(flags("KVM_MSR_FILTER_").put(1, "DEFAULT_DENY"), "kvm_msr_filter.flags");
    put(flags("KVM_MSR_FILTER_").put(1, "READ").put(2, "WRITE"), "kvm_msr_filter_range.flags");
    put(counted("KVM_PMU_EVENT_", "ALLOW", "DENY"), "kvm_pmu_event_filter.action");
    put(flags("KVM_PMU_EVENT_FLAG_").put(1, "MASKED_EVENTS"), "kvm_pmu_event_filter.flags");
    nested();
  }

  private static void nested() {
    put(
        flags("KVM_STATE_NESTED_")
            .put(1, "GUEST_MODE")
            .put(2, "RUN_PENDING")
            .put(4, "EVMCS")
            .put(8, "MTF_PENDING")
            .put(0x100, "GIF_SET"),
        "kvm_nested_state.flags");
    put(counted("KVM_STATE_NESTED_FORMAT_", "VMX", "SVM"), "kvm_nested_state.format");
    put(
        flags("KVM_STATE_NESTED_SMM_").put(1, "GUEST_MODE").put(2, "VMXON"),
        "kvm_vmx_nested_state_hdr.smm.flags");
    put(
        flags("KVM_STATE_VMX_").put(1, "PREEMPTION_TIMER_DEADLINE"),
        "kvm_vmx_nested_state_hdr.flags");
  }

  private static void devicesAndGuests() {
    put(
        counted(
            "KVM_DEV_TYPE_",
            "?(0)",
            "FSL_MPIC_20",
            "FSL_MPIC_42",
            "XICS",
            "VFIO",
            "ARM_VGIC_V2",
            "FLIC",
            "ARM_VGIC_V3",
            "ARM_VGIC_ITS",
            "XIVE",
            "ARM_PV_TIME",
            "RISCV_AIA"),
        "kvm_create_device.type");
    put(flags("KVM_CREATE_DEVICE_").put(1, "TEST"), "kvm_create_device.flags");
    put(flags("KVM_HYPERV_EVENTFD_").put(1, "DEASSIGN"), "kvm_hyperv_eventfd.flags");
    put(
        flags("KVM_XEN_HVM_CONFIG_")
            .put(1, "HYPERCALL_MSR")
            .put(2, "INTERCEPT_HCALL")
            .put(4, "SHARED_INFO")
            .put(8, "RUNSTATE")
            .put(0x10, "EVTCHN_2LEVEL")
            .put(0x20, "EVTCHN_SEND")
            .put(0x40, "RUNSTATE_UPDATE_FLAG")
            .put(0x80, "PVCLOCK_TSC_UNSTABLE")
            .put(0x100, "SHARED_INFO_HVA"),
        "kvm_xen_hvm_config.flags");
    put(
        counted(
            "KVM_XEN_ATTR_TYPE_",
            "LONG_MODE",
            "SHARED_INFO",
            "UPCALL_VECTOR",
            "EVTCHN",
            "XEN_VERSION",
            "RUNSTATE_UPDATE_FLAG",
            "SHARED_INFO_HVA"),
        "kvm_xen_hvm_attr.type");
    put(
        flags("KVM_XEN_EVTCHN_").put(1, "DEASSIGN").put(2, "UPDATE").put(4, "RESET"),
        "kvm_xen_hvm_attr.u.evtchn.flags");
    put(
        counted(
            "KVM_XEN_VCPU_ATTR_TYPE_",
            "VCPU_INFO",
            "VCPU_TIME_INFO",
            "RUNSTATE_ADDR",
            "RUNSTATE_CURRENT",
            "RUNSTATE_DATA",
            "RUNSTATE_ADJUST",
            "VCPU_ID",
            "TIMER",
            "UPCALL_VECTOR",
            "VCPU_INFO_HVA"),
        "kvm_xen_vcpu_attr.type");
  }

  private static void run() {
    put(
        flags("KVM_RUN_X86_").put(1, "SMM").put(2, "BUS_LOCK").put(4, "GUEST_MODE"),
        "kvm_run.flags");
    Symbols registers = flags("KVM_SYNC_X86_").put(1, "REGS").put(2, "SREGS").put(4, "EVENTS");
    put(registers, "kvm_run.kvm_valid_regs", "kvm_run.kvm_dirty_regs");
    put(counted("KVM_EXIT_IO_", "IN", "OUT"), "kvm_run.io.direction");
    Symbols errors =
        values("KVM_INTERNAL_ERROR_")
            .put(1, "EMULATION")
            .put(2, "SIMUL_EX")
            .put(3, "DELIVERY_EV")
            .put(4, "UNEXPECTED_EXIT_REASON");
    put(errors, "kvm_run.internal.suberror", "kvm_run.emulation_failure.suberror");
    put(
        flags("KVM_INTERNAL_ERROR_EMULATION_FLAG_").put(1, "INSTRUCTION_BYTES"),
        "kvm_run.emulation_failure.flags");
    put(
        values("KVM_SYSTEM_EVENT_")
            .put(1, "SHUTDOWN")
            .put(2, "RESET")
            .put(3, "CRASH")
            .put(4, "WAKEUP")
            .put(5, "SUSPEND")
            .put(6, "SEV_TERM")
            .put(7, "TDX_FATAL"),
        "kvm_run.system_event.type");
    put(flags("KVM_MEMORY_EXIT_FLAG_").put(8, "PRIVATE"), "kvm_run.memory_fault.flags");
    put(flags("KVM_NOTIFY_").put(1, "CONTEXT_INVALID"), "kvm_run.notify.flags");
    put(
        flags("KVM_MSR_EXIT_REASON_").put(1, "INVAL").put(2, "UNKNOWN").put(4, "FILTER"),
        "kvm_run.msr.reason");
    put(flags("KVM_EXIT_HYPERCALL_").put(1, "LONG_MODE"), "kvm_run.hypercall.flags");
    put(
        values("KVM_EXIT_HYPERV_").put(1, "SYNIC").put(2, "HCALL").put(3, "SYNDBG"),
        "kvm_hyperv_exit.type");
    put(values("KVM_EXIT_XEN_").put(1, "HCALL"), "kvm_xen_exit.type");
    Symbols hypercalls = values("KVM_HC_");
    for (KvmHypercall call : KvmHypercall.values()) {
      if (call != KvmHypercall.KVM_HC_UNKNOWN) {
        hypercalls.put(call.number(), call.name().substring("KVM_HC_".length()));
      }
    }
    put(hypercalls, "kvm_run.hypercall.nr");
    Symbols subFunctions = values("");
    for (Tdvmcall call : Tdvmcall.values()) {
      subFunctions.put(call.number(), call.label());
    }
    put(subFunctions, "kvm_run.tdx.nr");
  }

  private static void confidential() {
    Symbols sev = values("");
    for (SevCommand command : SevCommand.values()) {
      sev.put(command.id(), command.name());
    }
    put(sev, "kvm_sev_cmd.id");
    Symbols errors = values("");
    for (SevStatus status : SevStatus.values()) {
      errors.put(Integer.toUnsignedLong(status.code()), status.name());
    }
    put(errors, "kvm_sev_cmd.error");
    put(counted("TDX_SHM_", "SHARE", "FIND", "READ", "WRITE", "UNSHARE"), "kvm_tdx_shm.op");
    Symbols tdx = values("");
    for (TdxCommand command : TdxCommand.values()) {
      tdx.put(command.id(), command.name());
    }
    put(tdx, "kvm_tdx_cmd.id");
    put(flags("KVM_TDX_").put(1, "MEASURE_MEMORY_REGION"), "kvm_tdx_cmd.flags");
    put(
        counted(
            "SEV_STATE_", "UNINIT", "LUPDATE", "LSECRET", "RUNNING", "SUPDATE", "RUPDATE", "SENT"),
        "kvm_sev_guest_status.state");
    put(
        values("KVM_SEV_SNP_PAGE_TYPE_")
            .put(1, "NORMAL")
            .put(3, "ZERO")
            .put(4, "UNMEASURED")
            .put(5, "SECRETS")
            .put(6, "CPUID"),
        "kvm_sev_snp_launch_update.type");
  }
}
