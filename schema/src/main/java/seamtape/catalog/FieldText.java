package seamtape.catalog;

import java.math.BigInteger;

/**
 * How the numbers of one field are written.
 *
 * @param symbols null for a field without
 * @param signed whether a set top bit is a sign
 */
record FieldText(Symbols symbols, Format format, boolean signed) {
  static FieldText of(String struct, StructField field) {
    Symbols symbols = StructSymbols.of(struct, field.name()).orElse(null);
    return new FieldText(symbols, StructFormats.of(struct, field), field.signed());
  }

  /** As {@link StructFormats#value}. */
  Object value(long number) {
    if (symbols != null) {
      return symbols.text(number);
    }
    boolean beyondLong = format == Format.DEC && number < 0 && !signed;
    return beyondLong ? new BigInteger(Long.toUnsignedString(number)) : format.value(number);
  }
}
