package seamtape.workload;

import java.util.Optional;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;

/** The bytes of a struct, read and written by field; little-endian. Grows for flexible arrays. */
public final class StructBytes {
  private final StructLayout layout;
  private final byte[] bytes;

  public StructBytes(StructLayout layout, byte[] bytes) {
    this.layout = layout;
    this.bytes = bytes;
  }

  public StructLayout layout() {
    return layout;
  }

  /** The bytes themselves, not a copy. */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * Value of a field of at most 8 bytes; empty when it does not exist or lies outside the bytes.
   */
  public Optional<Long> number(String path) {
    return layout
        .locate(path)
        .filter(place -> place.size() <= 8 && place.offset() + place.size() <= bytes.length)
        .map(place -> number(bytes, 0, place));
  }

  /** Reads a field of at most 8 bytes, sign-extended where its type is signed. */
  public static long number(byte[] source, int base, StructLayout.Place place) {
    long value = 0;
    for (int i = place.size() - 1; i >= 0; i--) {
      value = value << 8 | (source[base + place.offset() + i] & 0xff);
    }
    StructField field = place.field();
    if (field.bitSize() > 0) {
      return value >>> field.bitOffset() & mask(field);
    }
    int unused = 64 - 8 * place.size();
    return field.signed() && unused > 0 ? value << unused >> unused : value;
  }

  /** Writes the low bytes (or bits) of a value into a field of at most 8 bytes. */
  public static void put(byte[] target, int base, StructLayout.Place place, long value) {
    long bits = value;
    StructField field = place.field();
    if (field.bitSize() > 0) {
      StructField whole =
          new StructField(field.name(), field.offset(), field.size(), field.type(), 1, -1, 0);
      long old = number(target, base, new StructLayout.Place(place.offset(), place.size(), whole));
      long mask = mask(field) << field.bitOffset();
      bits = old & ~mask | value << field.bitOffset() & mask;
    }
    for (int i = 0; i < place.size(); i++) {
      target[base + place.offset() + i] = (byte) (bits >>> 8 * i);
    }
  }

  private static long mask(StructField field) {
    return field.bitSize() == 64 ? -1 : (1L << field.bitSize()) - 1;
  }
}
