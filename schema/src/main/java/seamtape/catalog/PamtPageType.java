package seamtape.catalog;

import java.util.Optional;

/** Types of physical pages in the PAMT. */
public enum PamtPageType {
  /** Not a TDX page. */
  PT_NDA(0),
  /** Reserved. */
  PT_RSVD(1),
  /** TD private page. */
  PT_REG(3),
  /** TDR. */
  PT_TDR(4),
  /** TDCX/TDCS extension. */
  PT_TDCX(5),
  /** TDVPR. */
  PT_TDVPR(6),
  /** SEPT page. */
  PT_EPT(8);

  private final int value;

  PamtPageType(int value) {
    this.value = value;
  }

  public int value() {
    return value;
  }

  public static Optional<PamtPageType> byValue(long value) {
    for (PamtPageType candidate : values()) {
      if (candidate.value == value) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
