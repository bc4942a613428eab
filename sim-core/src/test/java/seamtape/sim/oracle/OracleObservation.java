package seamtape.sim.oracle;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;

/** Reads what a case looks at after its last step. */
final class OracleObservation {
  private final OracleMemory memory;
  private final Map<String, Integer> fds;
  private final Map<String, Long> results;
  private final Map<String, String> texts;

  OracleObservation(
      OracleMemory memory,
      Map<String, Integer> fds,
      Map<String, Long> results,
      Map<String, String> texts) {
    this.memory = memory;
    this.fds = fds;
    this.results = results;
    this.texts = texts;
  }

  /** The value of a source; {@code expected} where it is not to be checked. */
  Object read(Map<String, Object> source, Object expected) {
    if (source.get("fd") instanceof String name) {
      return (long) fds.get(name);
    }
    if (source.get("result") instanceof String name) {
      return results.get(name);
    }
    if (source.get("text") instanceof String name) {
      return texts.get(name);
    }
    long address = memory.address((String) source.get("from"));
    if (source.containsKey("where")) {
      return firstEntry(source, address);
    }
    if (source.containsKey("list")) {
      return list(source, address);
    }
    int size = (int) OracleCase.number(source.get("size"));
    long at = address + OracleCase.number(source.get("at"));
    return form((String) source.get("as"), at, size, expected);
  }

  private Object form(String form, long at, int size, Object expected) {
    return switch (form) {
      case "dec" -> memory.readNumber(at, size);
      case "dec_signed" -> memory.readNumber(at, size) << 64 - 8 * size >> 64 - 8 * size;
      case "hex" -> hex(memory.readNumber(at, size));
      case "hex_be" -> bigEndian(memory.read(at, size));
      case "nonzero" -> memory.readNumber(at, size) == 0 ? 0L : 1L;
      case "unchecked" -> expected;
      default -> throw new OracleCase.Malformed("no form " + form);
    };
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  private static String bigEndian(byte[] bytes) {
    String digits = HexFormat.of().formatHex(bytes).replaceFirst("^0+(?=.)", "");
    return "0x" + digits;
  }

  private List<Object> list(Map<String, Object> source, long address) {
    StructLayout layout = Structs.of((String) source.get("struct"));
    StructField array = layout.field((String) source.get("list")).orElseThrow();
    StructLayout.Place count = OracleArguments.locate(layout, (String) source.get("count_field"));
    List<Object> values = new ArrayList<>();
    long elements = memory.readNumber(address + count.offset(), count.size());
    for (long i = 0; i < elements; i++) {
      long at = address + array.offset() + i * array.elementSize();
      values.add(form((String) source.get("as"), at, array.elementSize(), null));
    }
    return values;
  }

  private Object firstEntry(Map<String, Object> source, long address) {
    StructLayout layout = Structs.of((String) source.get("struct"));
    Map<String, Object> where = OracleCase.object(source.get("where"));
    long elements = memory.readNumber(address, Integer.BYTES);
    for (long i = 0; i < elements; i++) {
      String entry = source.get("list") + "[" + i + "].";
      boolean matches =
          where.entrySet().stream()
              .allMatch(
                  e ->
                      field(layout, address, entry + e.getKey())
                          == OracleCase.number(e.getValue()));
      if (matches) {
        List<Object> values = new ArrayList<>();
        for (Object field : (List<?>) source.get("fields")) {
          values.add(hex(field(layout, address, entry + field)));
        }
        return values;
      }
    }
    return null;
  }

  private long field(StructLayout layout, long address, String path) {
    StructLayout.Place place = OracleArguments.locate(layout, path);
    return memory.readNumber(address + place.offset(), place.size());
  }
}
