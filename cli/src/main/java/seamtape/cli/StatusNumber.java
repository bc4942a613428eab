package seamtape.cli;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** A result or status word as people have it: hex with or without 0x, decimal, negative. */
final class StatusNumber {
  private static final int WIDEST_ERRNO = 4095;

  /** Sixteen digits are a word as logs print it; letters make fewer of them hex too. */
  private static final Pattern BARE_HEX = Pattern.compile("[0-9a-f]{16}|(?=.*[a-f])[0-9a-f]{8,15}");

  private StatusNumber() {}

  /** Empty for what is no number of 64 bits. */
  static OptionalLong parse(String text) {
    String digits = text.strip().toLowerCase(Locale.ROOT);
    boolean negative = digits.startsWith("-");
    String magnitude = negative ? digits.substring(1) : digits;
    try {
      long value;
      if (magnitude.startsWith("0x")) {
        value = Long.parseUnsignedLong(magnitude.substring(2), 16);
      } else if (BARE_HEX.matcher(magnitude).matches()) {
        value = Long.parseUnsignedLong(magnitude, 16);
      } else {
        value = Long.parseUnsignedLong(magnitude);
      }
      return OptionalLong.of(widened(negative ? -value : value));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** A negative errno in 32 bits, as a trace of an int prints it in hex. */
  private static long widened(long value) {
    int low = (int) value;
    boolean negativeInt = value >>> 32 == 0 && low < 0 && low >= -WIDEST_ERRNO;
    return negativeInt ? low : value;
  }
}
