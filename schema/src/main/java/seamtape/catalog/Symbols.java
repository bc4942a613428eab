package seamtape.catalog;

import java.util.ArrayList;
import java.util.List;

/**
 * Names of the values of a field: of single values, or of bits that may be combined. Numbers
 * without a name are never lost.
 */
public final class Symbols {
  private final boolean flags;
  private final String prefix;
  private final List<String> names = new ArrayList<>();
  private final List<Long> numbers = new ArrayList<>();

  private Symbols(boolean flags, String prefix) {
    this.flags = flags;
    this.prefix = prefix;
  }

  /** Names of single values; all start with the prefix. */
  static Symbols values(String prefix) {
    return new Symbols(false, prefix);
  }

  /** Names of bits; all start with the prefix. */
  static Symbols flags(String prefix) {
    return new Symbols(true, prefix);
  }

  /** Names of consecutive values from 0. */
  static Symbols counted(String prefix, String... names) {
    Symbols symbols = values(prefix);
    for (int i = 0; i < names.length; i++) {
      symbols.put(i, names[i]);
    }
    return symbols;
  }

  Symbols put(long number, String name) {
    numbers.add(number);
    names.add(prefix + name);
    return this;
  }

  /** All names, in the order of the kernel's header. */
  public List<String> names() {
    return List.copyOf(names);
  }

  /** The number of {@link #names} element at a place. */
  public long number(int place) {
    return numbers.get(place);
  }

  /** {@code A}, {@code PREFIX_?(77)}; for flags {@code A|B|0x40} or {@code 0x0}. */
  public String text(long number) {
    return flags ? combined(number) : single(number);
  }

  private String single(long number) {
    int place = numbers.indexOf(number);
    return place >= 0 ? names.get(place) : prefix + "?(" + number + ")";
  }

  private String combined(long number) {
    List<String> parts = new ArrayList<>();
    long rest = number;
    for (int i = 0; i < names.size(); i++) {
      long bit = numbers.get(i);
      if ((rest & bit) == bit) {
        parts.add(names.get(i));
        rest &= ~bit;
      }
    }
    if (rest != 0 || parts.isEmpty()) {
      parts.add("0x" + Long.toHexString(rest));
    }
    return String.join("|", parts);
  }
}
