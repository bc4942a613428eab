package seamtape.sim.tdx;

/** The values behind metadata fields, by the field's name. */
final class FieldAccess {
  /** Microseconds that HP_LOCK_TIMEOUT may say: 10 ms to 100 s. */
  private static final long MIN_LOCK_TIMEOUT = 10_000;

  private static final long MAX_LOCK_TIMEOUT = 100_000_000;

  private final TdxModule module;
  private final SysFields sys;

  FieldAccess(TdxModule module) {
    this.module = module;
    this.sys = new SysFields(module);
  }

  long get(MetadataField field, int index, Td td, TdVcpu vcpu) {
    return switch (field.scope()) {
      case SYS -> sys.get(field.name(), index);
      case TD -> ofTd(field, index, td);
      case VP -> ofVcpu(field, index, vcpu);
    };
  }

  long cpuid(Td td, CpuidRow row, long id) {
    int[] values = td.cpuid.values(row);
    int first = (id & 1) == 0 ? 0 : 2;
    return values[first] & 0xffff_ffffL | (long) values[first + 1] << 32;
  }

  private long ofTd(MetadataField field, int index, Td td) {
    TdParams params = td.params;
    return switch (field.name()) {
      case "FATAL" -> td.fatal ? 1 : 0;
      case "NUM_TDCX" -> td.numTdcx;
      case "CHLDCNT" -> td.childCount;
      case "LIFECYCLE_STATE" -> td.lifecycle.value();
      case "TDCX_PA" -> index < td.numTdcx ? td.tdcx[index] : SeptLeaves.NULL_PA;
      case "TD_UUID" -> td.uuid[index];
      case "HKID" -> td.keyId;
      case "PKG_CONFIG_BITMAP" -> td.packagesConfigured;
      case "NUM_VCPUS" -> td.numVcpus;
      case "NUM_ASSOC_VCPUS" -> td.numAssocVcpus;
      case "OP_STATE" -> td.opState.value();
      case "NUM_L2_VMS" -> params.numL2Vms();
      case "ATTRIBUTES" -> params.attributes();
      case "XFAM" -> params.xfam();
      case "MAX_VCPUS" -> params.maxVcpus();
      case "GPAW" -> params.configFlags() & Td.CONFIG_GPAW;
      case "EPTP" -> td.sept == null ? 0 : td.septRoot() | params.eptpControls();
      case "TSC_MULTIPLIER" -> td.tscMultiplier(module.cpu.tscKhz());
      case "TSC_OFFSET" -> td.tscOffset();
      case "VIRTUAL_TSC" -> td.virtualTsc(module.hostTsc());
      case "TSC_FREQUENCY" -> params.tscFrequency();
      case "NUM_CPUID_VALUES" -> CpuidRow.ALL.size();
      case "NOTIFY_ENABLES" -> td.notifyEnables;
      case "CONFIG_FLAGS" -> params.configFlags();
      case "TD_CTLS" -> td.controls;
      case "TD_EPOCH" -> td.epoch;
      case "REFCOUNT" -> td.refCount[index];
      case "MRTD" -> Bytes.u64(td.measurement.mrtd(), 8 * index);
      case "MRCONFIGID" -> Bytes.u64(params.mrConfigId(), 8 * index);
      case "MROWNER" -> Bytes.u64(params.mrOwner(), 8 * index);
      case "MROWNERCONFIG" -> Bytes.u64(params.mrOwnerConfig(), 8 * index);
      case "CPUID_VALID" -> index < CpuidRow.ALL.size() && served(index) ? 1 : 0;
      case "VIRTUAL_IA32_ARCH_CAPABILITIES" -> TdxPlatform.archCapabilities(module.cpu);
      case "SEPT_ROOT" ->
          td.sept == null ? 0 : SeptPage.architectural(td.sept.root().entries[index]);
      case "RTMR" -> Bytes.u64(td.measurement.rtmr(index / 6), 8 * (index % 6));
      default -> td.fields.get(field.key() + index);
    };
  }

  private static boolean served(int row) {
    return CpuidRow.ALL.get(row).kind() != CpuidRow.Kind.VE;
  }

  private long ofVcpu(MetadataField field, int index, TdVcpu vcpu) {
    if (isRegister(field)) {
      return vcpu.cpu.gpr[(int) field.key() & 15];
    }
    return switch (field.name()) {
      case "DR0", "DR1", "DR2", "DR3" -> vcpu.cpu.dr[(int) field.key() & 3];
      case "DR6" -> vcpu.cpu.dr6;
      case "XCR0" -> vcpu.xcr0;
      case "CR2" -> vcpu.cpu.cr2;
      case "VCPU_STATE_DETAILS" -> vcpu.interruptPending ? 1 : 0;
      case "VCPU_STATE" -> vcpu.state.value();
      case "VCPU_INDEX" -> vcpu.index;
      case "NUM_TDVPS_PAGES" -> vcpu.numPages;
      case "ASSOC_LPID" -> vcpu.assocLp;
      case "VCPU_EPOCH" -> vcpu.epoch;
      case "CPUID_SUPERVISOR_VE" -> vcpu.cpuidSupervisorVe ? 1 : 0;
      case "CPUID_USER_VE" -> vcpu.cpuidUserVe ? 1 : 0;
      case "LAST_EXIT_TSC" -> vcpu.lastExitTsc;
      case "PEND_NMI" -> vcpu.pendNmi ? 1 : 0;
      case "XFAM" -> vcpu.xfam;
      case "IA32_XSS" -> vcpu.xss;
      case "TDVPS_PAGE_PA" -> index < vcpu.numPages ? vcpu.pages[index] : SeptLeaves.NULL_PA;
      case "TD_HKID" -> vcpu.td.keyId;
      case "EPTP" -> vcpu.td.septRoot() | vcpu.td.params.eptpControls();
      case "EXIT_REASON" -> vcpu.veInfo.exitReason;
      case "VALID" -> vcpu.veInfo.valid ? 0xffff_ffffL : 0;
      case "EXIT_QUALIFICATION" -> vcpu.veInfo.exitQualification;
      case "GLA" -> vcpu.veInfo.gla;
      case "GPA" -> vcpu.veInfo.gpa;
      case "INSTRUCTION_LENGTH" -> vcpu.veInfo.instructionLength;
      case "INSTRUCTION_INFORMATION" -> vcpu.veInfo.instructionInfo & 0xffff_ffffL;
      case "Time-Stamp_Counter_Multiplier" ->
          vcpu.fields.has(field.key())
              ? vcpu.fields.get(field.key())
              : vcpu.td.tscMultiplier(module.cpu.tscKhz());
      default -> vcpu.fields.get(field.key() + index);
    };
  }

  private static boolean isRegister(MetadataField field) {
    return field.key() >>> 56 == 16;
  }

  /** The field's own rule on a value to be written. */
  boolean accepts(MetadataField field, long value, Td td, Metadata.Caller caller) {
    return switch (field.name()) {
      case "PEND_NMI" -> value == 0 || value == 1;
      case "HP_LOCK_TIMEOUT" -> value >= MIN_LOCK_TIMEOUT && value <= MAX_LOCK_TIMEOUT;
      case "TD_CTLS" -> (td.params.configFlags() & Td.CONFIG_FLEXIBLE_PENDING_VE) != 0;
      case "Shared_EPTP", "Posted-interrupt_descriptor_address" ->
          value >>> TdxPlatform.PHYSICAL_BITS == 0
              && !module.keyIds.isPrivate(value >>> TdxPlatform.KEY_ID_SHIFT);
      default -> true;
    };
  }

  void set(MetadataField field, int index, Td td, TdVcpu vcpu, long value) {
    switch (field.scope()) {
      case TD -> setTd(field, index, td, value);
      case VP -> setVcpu(field, index, vcpu, value);
      default -> throw new IllegalStateException("no field of the module can be written");
    }
  }

  private static void setTd(MetadataField field, int index, Td td, long value) {
    switch (field.name()) {
      case "NOTIFY_ENABLES" -> td.notifyEnables = value;
      case "TD_CTLS" -> td.controls = value;
      default -> td.fields.set(field.key() + index, value);
    }
  }

  private static void setVcpu(MetadataField field, int index, TdVcpu vcpu, long value) {
    if (isRegister(field)) {
      vcpu.cpu.gpr[(int) field.key() & 15] = value;
      return;
    }
    switch (field.name()) {
      case "PEND_NMI" -> vcpu.pendNmi = value != 0;
      case "DR0", "DR1", "DR2", "DR3" -> vcpu.cpu.dr[(int) field.key() & 3] = value;
      case "DR6" -> vcpu.cpu.dr6 = value;
      case "CR2" -> vcpu.cpu.cr2 = value;
      case "XFAM" -> vcpu.xfam = value;
      case "CPUID_SUPERVISOR_VE" -> vcpu.cpuidSupervisorVe = value != 0;
      case "CPUID_USER_VE" -> vcpu.cpuidUserVe = value != 0;
      default -> vcpu.fields.set(field.key() + index, value);
    }
  }
}
