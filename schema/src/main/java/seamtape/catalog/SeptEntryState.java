package seamtape.catalog;

import java.util.Optional;

/** States of a secure EPT entry as bits 15:8 of RDX tell them, in Linux's names. */
public enum SeptEntryState {
  /** Linux name. */
  TDX_SEPT_FREE(0),
  TDX_SEPT_BLOCKED(1),
  TDX_SEPT_PENDING(2),
  TDX_SEPT_PENDING_BLOCKED(3),
  TDX_SEPT_PRESENT(4);

  private final int value;

  SeptEntryState(int value) {
    this.value = value;
  }

  public int value() {
    return value;
  }

  public static Optional<SeptEntryState> byValue(long value) {
    for (SeptEntryState candidate : values()) {
      if (candidate.value == value) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
