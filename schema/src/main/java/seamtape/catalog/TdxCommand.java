package seamtape.catalog;

import java.util.Optional;

/**
 * Sub-commands of KVM_MEMORY_ENCRYPT_OP on Intel: {@code id} of struct kvm_tdx_cmd. Every other id
 * is EINVAL.
 */
public enum TdxCommand {
  KVM_TDX_CAPABILITIES(0, FdKind.VM, "kvm_tdx_capabilities", "What a TD may be configured with"),
  KVM_TDX_INIT_VM(1, FdKind.VM, "kvm_tdx_init_vm", "Create and initialize the TD"),
  KVM_TDX_INIT_VCPU(
      2, FdKind.VCPU, "", "Create and initialize a vCPU of the TD; data is its initial RCX"),
  KVM_TDX_INIT_MEM_REGION(
      3, FdKind.VCPU, "kvm_tdx_init_mem_region", "Add, and measure, initial memory of the TD"),
  KVM_TDX_FINALIZE_VM(4, FdKind.VM, "", "Finish the measurement; the TD may run"),
  KVM_TDX_GET_CPUID(
      5, FdKind.VCPU, "kvm_cpuid2", "CPUID of a vCPU as the TDX module virtualizes it");

  private final int id;
  private final FdKind on;
  private final String struct;
  private final String doc;

  TdxCommand(int id, FdKind on, String struct, String doc) {
    this.id = id;
    this.on = on;
    this.struct = struct;
    this.doc = doc;
  }

  public int id() {
    return id;
  }

  /** The kind of fd that takes it. */
  public FdKind on() {
    return on;
  }

  /** The struct behind {@code data}; empty where data is a value or unused. */
  public String struct() {
    return struct;
  }

  public String doc() {
    return doc;
  }

  public static Optional<TdxCommand> byId(long id) {
    for (TdxCommand command : values()) {
      if (command.id == id) {
        return Optional.of(command);
      }
    }
    return Optional.empty();
  }
}
