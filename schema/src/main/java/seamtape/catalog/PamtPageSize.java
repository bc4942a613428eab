package seamtape.catalog;

import java.util.Optional;

/** Page sizes in the PAMT. */
public enum PamtPageSize {
  PT_4KB(0),
  PT_2MB(1),
  PT_1GB(2);

  private final int value;

  PamtPageSize(int value) {
    this.value = value;
  }

  public int value() {
    return value;
  }

  public static Optional<PamtPageSize> byValue(long value) {
    for (PamtPageSize candidate : values()) {
      if (candidate.value == value) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
