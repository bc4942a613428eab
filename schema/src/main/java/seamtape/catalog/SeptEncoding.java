package seamtape.catalog;

import java.util.Optional;

/** State bits of a secure EPT entry as module 1.5 keeps them. */
public enum SeptEncoding {
  FREE(0x0e),
  REMOVED(0x0c),
  MAPPED(0x60),
  BLOCKED(0x68),
  PENDING(0x70),
  PENDING_BLOCKED(0x78),
  BLOCKEDW(0x64),
  EXPORTED_BLOCKEDW(0x66),
  NL_MAPPED(0x00),
  NL_BLOCKED(0x08);

  private final int value;

  SeptEncoding(int value) {
    this.value = value;
  }

  public int value() {
    return value;
  }

  public static Optional<SeptEncoding> byValue(long value) {
    for (SeptEncoding candidate : values()) {
      if (candidate.value == value) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
