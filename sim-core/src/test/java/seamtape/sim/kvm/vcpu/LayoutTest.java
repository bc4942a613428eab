package seamtape.sim.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import seamtape.catalog.Structs;

/** The offsets used in the code, held against the struct layouts of the catalog. */
class LayoutTest {
  private static void size(String struct, int size) {
    assertEquals(Structs.of(struct).size(), size, struct);
  }

  private static void at(String struct, String path, int offset) {
    var place = Structs.of(struct).locate(path).orElseThrow(() -> new AssertionError(path));
    assertEquals(place.offset(), offset, struct + '.' + path);
  }

  @Test
  void registersLieWhereTheStructsSay() {
    size("kvm_regs", RegsIoctls.REGS_SIZE);
    String[] order = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp", "r8", "r15", "rip"};
    int[] offsets = {0, 8, 16, 24, 32, 40, 48, 56, 64, 120, 128};
    for (int i = 0; i < order.length; i++) {
      at("kvm_regs", order[i], offsets[i]);
    }
    at("kvm_regs", "rflags", 136);
    size("kvm_debugregs", RegsIoctls.DEBUGREGS_SIZE);
    at("kvm_debugregs", "dr6", RegsIoctls.DR6);
    at("kvm_debugregs", "dr7", RegsIoctls.DR7);
    at("kvm_debugregs", "flags", RegsIoctls.DEBUGREGS_FLAGS);
    size("kvm_translation", RegsIoctls.TRANSLATION_SIZE);
    at("kvm_translation", "physical_address", RegsIoctls.PHYSICAL_ADDRESS);
    at("kvm_translation", "valid", RegsIoctls.VALID);
    at("kvm_translation", "writeable", RegsIoctls.WRITEABLE);
    size("kvm_guest_debug", RegsIoctls.GUEST_DEBUG_SIZE);
    at("kvm_guest_debug", "arch", RegsIoctls.GUEST_DEBUG_REGISTERS);
  }

  @Test
  void segmentAndControlRegistersLieWhereTheStructsSay() {
    size("kvm_sregs", SregsIoctls.SREGS_SIZE);
    size("kvm_sregs2", SregsIoctls.SREGS2_SIZE);
    for (String struct : new String[] {"kvm_sregs", "kvm_sregs2"}) {
      String[] segments = {"cs", "ds", "es", "fs", "gs", "ss"};
      for (int i = 0; i < segments.length; i++) {
        at(struct, segments[i], SregsIoctls.SEGMENT_SIZE * i);
      }
      at(struct, "tr", SregsIoctls.TR);
      at(struct, "ldt", SregsIoctls.LDT);
      at(struct, "gdt.limit", SregsIoctls.GDT + 8);
      at(struct, "idt", SregsIoctls.IDT);
      at(struct, "cr0", SregsIoctls.CR0);
      at(struct, "cr2", SregsIoctls.CR2);
      at(struct, "cr3", SregsIoctls.CR3);
      at(struct, "cr4", SregsIoctls.CR4);
      at(struct, "cr8", SregsIoctls.CR8);
      at(struct, "efer", SregsIoctls.EFER);
      at(struct, "apic_base", SregsIoctls.APIC_BASE);
    }
    at("kvm_sregs", "interrupt_bitmap", SregsIoctls.INTERRUPT_BITMAP);
    at("kvm_sregs2", "flags", SregsIoctls.SREGS2_FLAGS);
    at("kvm_sregs2", "pdptrs", SregsIoctls.PDPTRS);
    at("kvm_segment", "unusable", 22);
    at("kvm_segment", "l", 19);
  }

  @Test
  void eventsAndStatesLieWhereTheStructsSay() {
    size("kvm_vcpu_events", EventIoctls.EVENTS_SIZE);
    at("kvm_vcpu_events", "exception.error_code", EventIoctls.ERROR_CODE);
    at("kvm_vcpu_events", "interrupt.injected", EventIoctls.INTERRUPT);
    at("kvm_vcpu_events", "nmi.injected", EventIoctls.NMI);
    at("kvm_vcpu_events", "sipi_vector", EventIoctls.SIPI_VECTOR);
    at("kvm_vcpu_events", "flags", EventIoctls.FLAGS);
    at("kvm_vcpu_events", "smi.smm", EventIoctls.SMI);
    at("kvm_vcpu_events", "triple_fault.pending", EventIoctls.TRIPLE_FAULT);
    at("kvm_vcpu_events", "exception_has_payload", EventIoctls.HAS_PAYLOAD);
    at("kvm_vcpu_events", "exception_payload", EventIoctls.PAYLOAD);
    size("kvm_x86_mce", 64);
    at("kvm_x86_mce", "bank", 32);
    at("kvm_x86_mce", "mcg_status", 24);
    size("kvm_lapic_state", Lapic.STATE_SIZE);
  }

  @Test
  void floatingPointStateLiesWhereTheStructsSay() {
    size("kvm_fpu", FpuIoctls.FPU_SIZE);
    at("kvm_fpu", "fcw", FpuIoctls.FCW);
    at("kvm_fpu", "fsw", FpuIoctls.FSW);
    at("kvm_fpu", "ftwx", FpuIoctls.FTWX);
    at("kvm_fpu", "last_opcode", FpuIoctls.LAST_OPCODE);
    at("kvm_fpu", "last_ip", FpuIoctls.LAST_IP);
    at("kvm_fpu", "last_dp", FpuIoctls.LAST_DP);
    at("kvm_fpu", "xmm", FpuIoctls.XMM);
    size("kvm_xsave", FpuState.SIZE);
    size("kvm_xcrs", FpuIoctls.XCRS_SIZE);
    at("kvm_xcrs", "xcrs[1].value", FpuIoctls.XCRS + FpuIoctls.XCR_SIZE + 8);
  }

  @Test
  void listsLieWhereTheStructsSay() {
    size("kvm_msr_entry", MsrIoctls.ENTRY_SIZE);
    at("kvm_msrs", "entries", MsrIoctls.HEADER_SIZE);
    at("kvm_msr_entry", "data", MsrIoctls.DATA);
    size("kvm_cpuid_entry", CpuidIoctls.OLD_ENTRY_SIZE);
    size("kvm_cpuid_entry2", CpuidIoctls.ENTRY_SIZE);
    at("kvm_cpuid2", "entries", CpuidIoctls.HEADER_SIZE);
    at("kvm_cpuid_entry2", "edx", 24);
    size("kvm_nested_state", NestedIoctls.SIZE);
    at("kvm_nested_state", "format", NestedIoctls.FORMAT);
    at("kvm_nested_state", "size", NestedIoctls.TOTAL_SIZE);
    at("kvm_vmx_nested_state_hdr", "vmxon_pa", NestedIoctls.VMXON_PA - 8);
    at("kvm_vmx_nested_state_hdr", "vmcs12_pa", NestedIoctls.VMCS12_PA - 8);
    size("kvm_enable_cap", 104);
    size("kvm_device_attr", 24);
    size("kvm_one_reg", 16);
    size("kvm_pre_fault_memory", 64);
    size("kvm_tpr_access_ctl", 40);
  }
}
