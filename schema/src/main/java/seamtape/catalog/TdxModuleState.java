package seamtape.catalog;

import java.util.Optional;

/** Global states of the TDX module. */
public enum TdxModuleState {
  NONE(0),
  INITIALIZED(1),
  READY(2),
  SHUTDOWN(3);

  private final int value;

  TdxModuleState(int value) {
    this.value = value;
  }

  public int value() {
    return value;
  }

  public static Optional<TdxModuleState> byValue(long value) {
    for (TdxModuleState candidate : values()) {
      if (candidate.value == value) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
