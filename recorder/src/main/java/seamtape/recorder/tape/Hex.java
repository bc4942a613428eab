package seamtape.recorder.tape;

import java.util.HexFormat;

/** Hexadecimal as manifests write it. */
final class Hex {
  private Hex() {}

  static String of(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** Sixteen digits. */
  static String of(long value) {
    return HexFormat.of().toHexDigits(value);
  }
}
