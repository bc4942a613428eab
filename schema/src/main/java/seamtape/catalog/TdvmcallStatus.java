package seamtape.catalog;

import java.util.Optional;

/** Answers of the VMM to a TDVMCALL, in R10 (GHCI). */
public enum TdvmcallStatus {
  TDVMCALL_STATUS_SUCCESS(0x0000000000000000L, "ok"),
  TDVMCALL_STATUS_RETRY(0x0000000000000001L, "retry, R11 = next GPA for MAP_GPA"),
  TDVMCALL_STATUS_INVALID_OPERAND(0x8000000000000000L, "bad operand"),
  TDVMCALL_STATUS_GPA_INUSE(0x8000000000000001L, "GPA in use (GHCI; not in Linux header)"),
  TDVMCALL_STATUS_ALIGN_ERROR(0x8000000000000002L, "alignment"),
  TDVMCALL_STATUS_SUBFUNC_UNSUPPORTED(0x8000000000000003L, "sub-function not supported (6.16 fix)");

  private final long value;
  private final String meaning;

  TdvmcallStatus(long value, String meaning) {
    this.value = value;
    this.meaning = meaning;
  }

  public long value() {
    return value;
  }

  public String meaning() {
    return meaning;
  }

  public static Optional<TdvmcallStatus> of(long value) {
    for (TdvmcallStatus status : values()) {
      if (status.value == value) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }

  /** The name, or {@code TDVMCALL_STATUS_?(0x8000000000000009)} for a value without one. */
  public static String text(long value) {
    return of(value).map(Enum::name).orElse("TDVMCALL_STATUS_?(0x" + Long.toHexString(value) + ")");
  }
}
