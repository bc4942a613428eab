package seamtape.catalog;

/**
 * One field of a struct layout.
 *
 * @param name dotted for members of anonymous groups ("io.port"), "[]" for members of an array's
 *     elements ("redirtbl[].bits")
 * @param offset bytes from the start of the struct (of the element, behind "[]")
 * @param size bytes of all elements; 0 for a flexible array
 * @param type u8..u64, s16..s64, ptr, union, struct (anonymous groups), or the name of a struct
 * @param count elements; 1 for a scalar, 0 for a flexible array
 * @param bitOffset first bit of a bit field, -1 for others
 * @param bitSize bits of a bit field, 0 for others
 */
public record StructField(
    String name, int offset, int size, String type, int count, int bitOffset, int bitSize) {

  public boolean flexible() {
    return count == 0;
  }

  public boolean array() {
    return count != 1;
  }

  /** True for an anonymous union or struct, whose members follow by dotted name. */
  public boolean group() {
    return type.equals("union") || type.equals("struct");
  }

  /** Bytes of one element. */
  public int elementSize() {
    return switch (type) {
      case "u8" -> 1;
      case "u16", "s16" -> 2;
      case "u32", "s32" -> 4;
      case "u64", "s64", "ptr" -> 8;
      case "union", "struct" -> count == 0 ? 0 : size / count;
      default -> Structs.find(type).map(StructLayout::size).orElse(size);
    };
  }

  public boolean signed() {
    return type.startsWith("s") && Character.isDigit(type.charAt(type.length() - 1));
  }
}
