package seamtape.catalog;

import java.util.Optional;

/** States of a vCPU of a TD, kept in its TDVPS. */
public enum TdVcpuState {
  /** After VP.CREATE. */
  VCPU_UNINITIALIZED(0),
  /** After VP.INIT and after each exit. */
  VCPU_READY(2),
  /** Inside TDX non-root. */
  VCPU_ACTIVE(4),
  /** Fatal. */
  VCPU_DISABLED(8);

  private final int value;

  TdVcpuState(int value) {
    this.value = value;
  }

  public int value() {
    return value;
  }

  public static Optional<TdVcpuState> byValue(long value) {
    for (TdVcpuState candidate : values()) {
      if (candidate.value == value) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
