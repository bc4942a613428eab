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
  REQUEST;

  /** True where JSON carries a number; all else is a string of hex digits or a symbol. */
  public boolean decimal() {
    return this == DEC || this == FD || this == RESULT;
  }
}
