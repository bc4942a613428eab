package seamtape.catalog;

/** How a 64-bit field is written for people and in JSON. */
public enum Format {
  DEC,
  HEX,
  /** Guest physical address. */
  GPA,
  /** Host physical address. */
  HPA,
  /** User address of the VMM. */
  ADDRESS,
  FD,
  /** A KVM capability number, {@link KvmCapability}. */
  CAPABILITY,
  /** An exit reason of KVM_RUN, {@link KvmExit}. */
  EXIT_REASON,
  /** A result of a system call: a number, or a negative {@link Errno}. */
  RESULT,
  /** A 64-bit completion status of the TDX module. */
  TDX_STATUS,
  /** A status of a TDVMCALL (GHCI table of R10 values). */
  TDVMCALL_STATUS,
  /** The 32-bit number of an ioctl. */
  REQUEST,
  /** A result of a KVM hypercall: a number, or a negative KVM_E number. */
  KVM_HC_RESULT,
  /** A result word of a Hyper-V hypercall: status in bits 15:0, repetitions in 43:32. */
  HV_STATUS,
  /** The index of a model specific register, {@link Msr}. */
  MSR,
  /** The id of a metadata field of the TDX module, {@link TdxMetadata}. */
  SYS_FIELD,
  /** The id of a metadata field of a TD. */
  TD_FIELD,
  /** The id of a metadata field of a vCPU of a TD. */
  VP_FIELD;

  /**
   * The value as JSON carries it: a number where it counts, else hex digits or a symbol. Decimal
   * values are signed.
   */
  public Object value(long number) {
    return switch (this) {
      case DEC, FD, RESULT, KVM_HC_RESULT -> number;
      case CAPABILITY -> KvmCapability.text(number);
      case EXIT_REASON -> KvmExit.text(number);
      case MSR -> Msr.text(number);
      case SYS_FIELD -> TdxMetadata.text(TdxMetadata.Scope.SYS, number);
      case TD_FIELD -> TdxMetadata.text(TdxMetadata.Scope.TD, number);
      case VP_FIELD -> TdxMetadata.text(TdxMetadata.Scope.VP, number);
      case HEX, GPA, HPA, ADDRESS, TDX_STATUS, TDVMCALL_STATUS, HV_STATUS, REQUEST ->
          "0x" + Long.toHexString(number);
    };
  }

  /** True where JSON carries a number; all else is a string of hex digits or a symbol. */
  public boolean decimal() {
    return this == DEC || this == FD || this == RESULT || this == KVM_HC_RESULT;
  }
}
