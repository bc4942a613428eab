package seamtape.cli;

import java.util.Map;

/**
 * Why a call answers otherwise on another kernel line; the rules are in fixtures/abi/behaviour.md.
 */
final class KernelChanges {
  private static final Map<String, String> WHY =
      Map.ofEntries(
          Map.entry("KVM_TRACE_ENABLE", "6.1 knew the number (EOPNOTSUPP), 6.8 forgot it"),
          Map.entry("KVM_TRACE_PAUSE", "6.1 knew the number (EOPNOTSUPP), 6.8 forgot it"),
          Map.entry("KVM_TRACE_DISABLE", "6.1 knew the number (EOPNOTSUPP), 6.8 forgot it"),
          Map.entry("KVM_CREATE_VM", "VM types came with KVM_CAP_VM_TYPES in 6.8"),
          Map.entry("KVM_CREATE_VCPU", "the id was cut to 32 bits; duplicates are refused earlier"),
          Map.entry("KVM_CHECK_EXTENSION", "the capability came, grew or went between the lines"),
          Map.entry("KVM_SET_USER_MEMORY_REGION2", "since 6.8"),
          Map.entry("KVM_SET_MEMORY_ATTRIBUTES", "since 6.8"),
          Map.entry("KVM_CREATE_GUEST_MEMFD", "since 6.8"),
          Map.entry("KVM_PRE_FAULT_MEMORY", "since 6.11"),
          Map.entry("KVM_GET_ONE_REG", "since 6.18 on x86"),
          Map.entry("KVM_SET_ONE_REG", "since 6.18 on x86"),
          Map.entry("KVM_GET_REG_LIST", "since 6.18 on x86"),
          Map.entry("KVM_SET_MP_STATE", "SIPI_RECEIVED became INIT_RECEIVED with a pending SIPI"),
          Map.entry("KVM_GET_MP_STATE", "SIPI_RECEIVED became INIT_RECEIVED with a pending SIPI"),
          Map.entry("KVM_GET_MSR_INDEX_LIST", "the lists grow with each line"),
          Map.entry("KVM_GET_MSR_FEATURE_INDEX_LIST", "the lists grow with each line"),
          Map.entry("KVM_GET_SUPPORTED_CPUID", "the leaves grow with each line"));

  private KernelChanges() {}

  static String why(String call) {
    return WHY.getOrDefault(call, "");
  }
}
