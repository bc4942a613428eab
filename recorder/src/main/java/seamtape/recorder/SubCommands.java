package seamtape.recorder;

import seamtape.catalog.SevCommand;
import seamtape.catalog.Structs;
import seamtape.catalog.TdxCommand;

/**
 * How much memory the kernel reads at {@code data} of a sub-command of KVM_MEMORY_ENCRYPT_OP. SEV
 * and TDX use the same numbers for other commands; where the host is not known, the longer struct
 * is taken.
 */
enum SubCommands {
  SEV(true, false),
  TDX(false, true),
  EITHER(true, true);

  /** KVM_MAX_CPUID_ENTRIES; KVM refuses more. */
  static final int MAX_CPUID_ENTRIES = 256;

  /** sizeof(struct kvm_cpuid_entry2). */
  static final int CPUID_ENTRY_BYTES = 40;

  private static final int MAX_COMMAND = 103;

  /** Of the number of entries in struct kvm_tdx_init_vm, whose CPUID the kernel reads too. */
  private static final int INIT_VM_NENT = 256;

  private final int[] bytes = new int[MAX_COMMAND + 1];

  SubCommands(boolean sev, boolean tdx) {
    if (sev) {
      for (SevCommand command : SevCommand.values()) {
        take(command.id(), command.struct());
      }
    }
    if (tdx) {
      // What CAPABILITIES and GET_CPUID point to is an answer.
      take(TdxCommand.KVM_TDX_INIT_VM.id(), TdxCommand.KVM_TDX_INIT_VM.struct());
      take(TdxCommand.KVM_TDX_INIT_MEM_REGION.id(), TdxCommand.KVM_TDX_INIT_MEM_REGION.struct());
    }
  }

  private void take(int id, String name) {
    Structs.find(name).ifPresent(struct -> bytes[id] = Math.max(bytes[id], struct.size()));
  }

  static SubCommands of(String vendor) {
    return vendor.equals("intel") ? TDX : SEV;
  }

  /** Bytes of the struct; 0 for a command without one. */
  int bytes(long id) {
    return bytes.length > id ? bytes[(int) id] : 0;
  }

  /** Where the number of CPUID entries behind the struct is; -1 for a struct without them. */
  int countOffset(long id) {
    return this == TDX && id == TdxCommand.KVM_TDX_INIT_VM.id() ? INIT_VM_NENT : -1;
  }
}
