package seamtape.replayer.query;

import java.util.Locale;

/**
 * A value in a filter: a number, a text, or both (a symbol such as an errno). Absent is {@code
 * null}.
 *
 * @param numeric whether {@code number} counts
 * @param unsigned whether {@code number} is an unsigned 64-bit word
 * @param text the value's text; null for a plain number
 * @param alias a second text that also equals it; null without one
 */
record FilterValue(boolean numeric, long number, boolean unsigned, String text, String alias) {
  static FilterValue signed(long number) {
    return new FilterValue(true, number, false, null, null);
  }

  static FilterValue unsigned(long number) {
    return new FilterValue(true, number, true, null, null);
  }

  static FilterValue text(String text) {
    return new FilterValue(false, 0, false, text, null);
  }

  static FilterValue symbol(long number, String text) {
    return new FilterValue(true, number, false, text, null);
  }

  static FilterValue named(String text, String alias) {
    return new FilterValue(false, 0, false, text, alias);
  }

  /** Texts, where both have one, else numbers; texts ignore case. */
  boolean equalTo(FilterValue other) {
    if (text != null && other.text != null) {
      return same(text, other.text)
          || same(text, other.alias)
          || same(alias, other.text)
          || (alias != null && same(alias, other.alias));
    }
    return numeric && other.numeric && compareNumber(other) == 0;
  }

  private static boolean same(String a, String b) {
    return a != null && a.equalsIgnoreCase(b);
  }

  /** Order of two values; null when they have none. */
  Integer compare(FilterValue other) {
    if (numeric && other.numeric) {
      return compareNumber(other);
    }
    return text != null && other.text != null ? text.compareToIgnoreCase(other.text) : null;
  }

  /** A word with its top bit set is larger than every number when it is unsigned, else negative. */
  private int compareNumber(FilterValue other) {
    boolean large = unsigned && number < 0;
    boolean otherLarge = other.unsigned && other.number < 0;
    if (large != otherLarge) {
      return large ? 1 : -1;
    }
    return Long.compare(number, other.number);
  }

  /** The text that {@code contains} and {@code matches} look at. */
  String shown() {
    if (text != null) {
      return text;
    }
    return unsigned ? "0x" + Long.toHexString(number) : Long.toString(number);
  }

  boolean containsText(String part) {
    return contains(shown(), part) || (alias != null && contains(alias, part));
  }

  private static boolean contains(String whole, String part) {
    return whole.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
  }

  /** What a value means where a condition is wanted: zero is false. */
  boolean isTrue() {
    return !numeric || number != 0;
  }
}
