package seamtape.catalog;

import java.util.Optional;

/** Operation states of a TD (TDCS.OP_STATE). */
public enum TdOpState {
  /** Before MNG.INIT. */
  UNINITIALIZED(0),
  /** After MNG.INIT. */
  INITIALIZED(1),
  /** After MR.FINALIZE. */
  RUNNABLE(2),
  LIVE_EXPORT(3),
  PAUSED_EXPORT(4),
  POST_EXPORT(5),
  MEMORY_IMPORT(6),
  STATE_IMPORT(7),
  POST_IMPORT(8),
  LIVE_IMPORT(9),
  FAILED_IMPORT(10);

  private final int value;

  TdOpState(int value) {
    this.value = value;
  }

  public int value() {
    return value;
  }

  public static Optional<TdOpState> byValue(long value) {
    for (TdOpState candidate : values()) {
      if (candidate.value == value) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
