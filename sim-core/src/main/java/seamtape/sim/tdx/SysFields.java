package seamtape.sim.tdx;

import seamtape.sim.profile.CpuidEntry;

/** Values of the module's own metadata fields. */
final class SysFields {
  static final int VENDOR_INTEL = 0x8086;
  static final int TDCS_BASE_SIZE = Td.MIN_TDCX * PhysicalMemory.PAGE_SIZE;
  static final int TDVPS_BASE_SIZE = TdVcpu.MIN_PAGES * PhysicalMemory.PAGE_SIZE;

  /** vCPUs of a TD at most, where the module tells. */
  static final int MAX_VCPUS_PER_TD = 576;

  private static final int MAX_MIGS = 512;

  private final TdxModule module;

  SysFields(TdxModule module) {
    this.module = module;
  }

  long get(String name, int index) {
    return switch (name) {
      case "NUM_PKGS" -> module.platform.packages();
      case "PKG_FMS" -> index < module.platform.packages() ? module.cpu.cpuid(1, 0).eax() : 0;
      case "VENDOR_ID" -> VENDOR_INTEL;
      case "BUILD_DATE" -> module.version.buildDate();
      case "BUILD_NUM" -> 1;
      case "MINOR_VERSION" -> module.version.minor();
      case "MAJOR_VERSION" -> module.version.major();
      case "UPDATE_VERSION" -> 1;
      case "NUM_TDX_FEATURES" -> 1;
      case "TDX_FEATURES0" -> module.version.features0();
      case "NUM_CMRS" -> module.platform.cmrs().size();
      case "CMR_BASE" -> hasCmr(index) ? module.platform.cmrs().get(index).base() : 0;
      case "CMR_SIZE" -> hasCmr(index) ? module.platform.cmrs().get(index).size() : 0;
      case "MAX_TDMRS" -> SysLeaves.MAX_TDMRS;
      case "MAX_RESERVED_PER_TDMR" -> TdmrConfig.MAX_RESERVED;
      case "PAMT_4K_ENTRY_SIZE", "PAMT_2M_ENTRY_SIZE", "PAMT_1G_ENTRY_SIZE" ->
          TdmrConfig.PAMT_ENTRY_SIZE;
      case "TDR_BASE_SIZE", "TDCS_SIZE_PER_L2_VM" -> PhysicalMemory.PAGE_SIZE;
      case "TDCS_BASE_SIZE" -> TDCS_BASE_SIZE;
      case "TDVPS_BASE_SIZE" -> TDVPS_BASE_SIZE;
      case "TDVPS_SIZE_PER_L2_VM" -> 3 * PhysicalMemory.PAGE_SIZE;
      case "MAX_VCPUS_PER_TD" -> MAX_VCPUS_PER_TD;
      case "MAX_MIGS" -> MAX_MIGS;
      case "MAX_SERV_TDS" -> 1;
      default -> capability(name, index);
    };
  }

  private long capability(String name, int index) {
    return switch (name) {
      case "ATTRIBUTES_FIXED0" -> TdParamsReader.attributesFixed0(module.version);
      case "XFAM_FIXED0" -> TdParamsReader.xfamFixed0(module.cpu);
      case "XFAM_FIXED1" -> TdParamsReader.XFAM_FIXED1;
      case "CONFIG_FLAGS_FIXED0" -> TdParamsReader.CONFIG_FLAGS_FIXED0;
      case "NUM_CPUID_CONFIG" -> CpuidRow.CONFIGURABLE.size();
      case "CPUID_CONFIG_LEAVES" -> hasCpuid(index) ? leafOf(CpuidRow.CONFIGURABLE.get(index)) : 0;
      case "CPUID_CONFIG_VALUES" -> hasCpuid(index / 2) ? configurable(index) : 0;
      default -> 0;
    };
  }

  private boolean hasCmr(int index) {
    return index < module.platform.cmrs().size();
  }

  private static boolean hasCpuid(int index) {
    return index < CpuidRow.CONFIGURABLE.size();
  }

  /** Leaf (31:0) and subleaf (63:32), all ones where there is none. */
  static long leafOf(CpuidRow row) {
    return row.leaf() & 0xffff_ffffL | (long) row.subleaf() << 32;
  }

  private long configurable(int index) {
    CpuidRow row = CpuidRow.CONFIGURABLE.get(index / 2);
    int register = index % 2 * 2;
    return mask(row, register) & 0xffff_ffffL | (long) mask(row, register + 1) << 32;
  }

  /** Bits of a register of a configurable leaf that TD_PARAMS may set on this CPU. */
  int mask(CpuidRow row, int register) {
    CpuidEntry host = module.cpu.cpuid(row.leaf(), Math.max(row.subleaf(), 0));
    int[] registers = {host.eax(), host.ebx(), host.ecx(), host.edx()};
    return row.allowed(register, registers[register]);
  }
}
