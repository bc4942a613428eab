package seamtape.catalog;

import java.util.Optional;

/** Life cycle states of a TD, kept in its TDR. */
public enum TdLifecycleState {
  /** After TDH.MNG.CREATE. */
  TD_HKID_ASSIGNED(0),
  /** After TDH.MNG.KEY.CONFIG on all packages. */
  TD_KEYS_CONFIGURED(1),
  /** After MNG.VPFLUSHDONE. */
  TD_BLOCKED(2),
  /** After KEY.FREEID. */
  TD_TEARDOWN(3);

  private final int value;

  TdLifecycleState(int value) {
    this.value = value;
  }

  public int value() {
    return value;
  }

  public static Optional<TdLifecycleState> byValue(long value) {
    for (TdLifecycleState candidate : values()) {
      if (candidate.value == value) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
