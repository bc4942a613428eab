package seamtape.replayer.oracle;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;

/** Reads what a case looks at after its last step. */
final class OracleObservation {
  /** Elements of a list that are read. */
  private static final int MAX_ELEMENTS = 1 << 16;

  /** What a source that is not checked reads as. */
  private static final Object UNCHECKED = new Object();

  private final OracleMemory memory;
  private final OracleNames names;

  OracleObservation(OracleMemory memory, OracleNames names) {
    this.memory = memory;
    this.names = names;
  }

  /** The observed values as the tree that {@code out} is: dots in keys make objects. */
  Map<String, Object> read(Map<String, Form> sources, Map<String, Object> expected) {
    Map<String, Object> tree = new LinkedHashMap<>();
    sources.forEach((key, source) -> put(tree, key, read(source), expected));
    return tree;
  }

  @SuppressWarnings("unchecked")
  private static void put(
      Map<String, Object> tree, String key, Object value, Map<String, Object> expected) {
    Map<String, Object> branch = tree;
    Object beside = expected;
    String[] parts = key.split("\\.");
    for (int i = 0; i < parts.length - 1; i++) {
      Object next = branch.computeIfAbsent(parts[i], part -> new LinkedHashMap<String, Object>());
      if (!(next instanceof Map)) {
        throw new Form.Malformed("\"observe\" has a value and an object at " + Form.shown(key));
      }
      branch = (Map<String, Object>) next;
      beside = beside instanceof Map<?, ?> map ? map.get(parts[i]) : null;
    }
    String last = parts[parts.length - 1];
    Object label = beside instanceof Map<?, ?> map ? map.get(last) : null;
    branch.put(last, value == UNCHECKED ? label : value);
  }

  private Object read(Form source) {
    if (source.has("fd")) {
      return (long) names.fd(source.text("fd"));
    }
    if (source.has("result")) {
      return names.result(source.text("result"));
    }
    if (source.has("text")) {
      return names.text(source.text("text"));
    }
    long address = memory.address(source.text("from"));
    if (source.has("where")) {
      return firstEntry(source, address);
    }
    if (source.has("list")) {
      return list(source, address);
    }
    int size = source.count("size", OracleMemory.MAX_BYTES);
    return form(source, address + source.number("at"), size);
  }

  private Object form(Form source, long at, int size) {
    byte[] bytes = memory.read(at, size);
    BigInteger value = OracleMemory.littleEndian(bytes);
    return switch (source.text("as")) {
      case "dec" -> decimal(value);
      case "dec_signed" -> decimal(signed(value, size));
      case "hex" -> "0x" + value.toString(16);
      case "hex_be" -> "0x" + new BigInteger(1, bytes).toString(16);
      case "nonzero" -> (long) value.signum();
      case "unchecked" -> UNCHECKED;
      default -> throw source.wrong("unknown form " + Form.shown(source.value("as")));
    };
  }

  private static BigInteger signed(BigInteger value, int size) {
    return size > 0 && value.testBit(8 * size - 1)
        ? value.subtract(BigInteger.ONE.shiftLeft(8 * size))
        : value;
  }

  /** As the JSON reader gives numbers: a long where it fits. */
  private static Object decimal(BigInteger value) {
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private long elements(Form source, long address, StructLayout layout, String countField) {
    StructLayout.Place count = OracleArguments.locate(layout, countField);
    long elements = memory.readNumber(address + count.offset(), count.size());
    if (elements < 0 || elements > MAX_ELEMENTS) {
      throw new Inexpressible("a list of " + Long.toUnsignedString(elements) + " elements");
    }
    return elements;
  }

  private List<Object> list(Form source, long address) {
    StructLayout layout = OracleArguments.layout(source);
    String name = source.text("list");
    StructField array =
        layout
            .field(name)
            .orElseThrow(() -> source.wrong("no field " + layout.name() + "." + name));
    List<Object> values = new ArrayList<>();
    long elements = elements(source, address, layout, source.text("count_field"));
    for (long i = 0; i < elements; i++) {
      long at = address + array.offset() + i * array.elementSize();
      values.add(form(source, at, array.elementSize()));
    }
    return values;
  }

  private Object firstEntry(Form source, long address) {
    StructLayout layout = OracleArguments.layout(source);
    long elements = elements(source, address, layout, "nent");
    for (long i = 0; i < elements; i++) {
      String entry = source.text("list") + "[" + i + "].";
      if (matches(source.form("where"), layout, address, entry)) {
        List<Object> values = new ArrayList<>();
        for (String field : source.words("fields")) {
          StructLayout.Place place = OracleArguments.locate(layout, entry + field);
          values.add(form(source, address + place.offset(), place.size()));
        }
        return values;
      }
    }
    return "no such entry";
  }

  private boolean matches(Form where, StructLayout layout, long address, String entry) {
    for (String field : where.members().keySet()) {
      StructLayout.Place place = OracleArguments.locate(layout, entry + field);
      long value = memory.readNumber(address + place.offset(), place.size());
      if (value != where.number(field)) {
        return false;
      }
    }
    return true;
  }
}
