package seamtape.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the struct layouts against structs.json, where a flexible array is [1] of size 0. */
class StructTableTest {
  @SuppressWarnings("unchecked")
  static Stream<Map<String, Object>> structs() {
    return ((List<Map<String, Object>>) Tables.json("structs.json")).stream();
  }

  @Test
  void everyStructOfTheTableHasALayoutAndNoMore() {
    assertEquals(114, structs().count());
    assertEquals(114 + 4, Structs.all().size(), "and u64, kvm_tdx_shm, and two of seamcall");
  }

  @ParameterizedTest
  @MethodSource("structs")
  @SuppressWarnings("unchecked")
  void layoutIsTheTables(Map<String, Object> struct) {
    StructLayout layout = Structs.of((String) struct.get("name"));
    assertEquals(struct.get("size"), layout.size());
    List<Map<String, Object>> fields = (List<Map<String, Object>>) struct.get("fields");
    assertEquals(
        fields.stream().map(field -> field.get("name")).toList(),
        layout.fields().stream().map(StructField::name).toList());
    for (int i = 0; i < fields.size(); i++) {
      compare(fields.get(i), layout.fields().get(i));
    }
  }

  private static void compare(Map<String, Object> expected, StructField field) {
    String name = field.name();
    assertEquals(expected.get("offset"), field.offset(), name);
    String type = (String) expected.get("type");
    boolean flexible = expected.get("size").equals(0) && type.endsWith("]");
    assertEquals(expected.get("size"), field.size(), name);
    assertEquals(flexible, field.flexible(), name);
    assertEquals(flexible ? 0 : elements(expected), field.count(), name);
    assertEquals(type(type, name), field.type(), name);
    assertEquals(expected.getOrDefault("bit_offset", -1), field.bitOffset(), name);
    assertEquals(expected.getOrDefault("bit_size", 0), field.bitSize(), name);
    if (expected.containsKey("element_size") && !field.group()) {
      assertEquals(elementSize(expected), field.elementSize(), name);
    }
  }

  /** The FPU's registers are rows of bytes in the table, one run of bytes in the layout. */
  private static boolean rowsOfBytes(Map<String, Object> field) {
    return ((String) field.get("type")).matches("__u8 \\[.*]\\[.*]");
  }

  private static Object elements(Map<String, Object> field) {
    return rowsOfBytes(field) ? field.get("size") : field.getOrDefault("count", 1);
  }

  private static Object elementSize(Map<String, Object> field) {
    return rowsOfBytes(field) ? 1 : field.get("element_size");
  }

  private static String type(String words, String name) {
    String type = words.replaceFirst("\\s*\\[.*", "").replace("struct kvm", "kvm");
    if (type.endsWith("*")) {
      return "ptr";
    }
    return switch (type) {
      case "anonymous union", "anonymous struct/union" -> "union";
      case "anonymous struct" -> "struct";
      case "unsigned long" -> "u64";
      case "char" -> "u8";
      default -> type.replace("__", "");
    };
  }

  @ParameterizedTest
  @MethodSource("structs")
  void everyFieldIsFoundByItsPathAndLiesInTheStruct(Map<String, Object> struct) {
    StructLayout layout = Structs.of((String) struct.get("name"));
    for (StructField field : layout.fields()) {
      String path = field.name().replace("[]", "[0]");
      StructLayout.Place place =
          layout.locate(path).orElseThrow(() -> new AssertionError(layout.name() + "." + path));
      assertEquals(field.offset(), place.offset(), path);
      assertTrue(place.offset() + place.size() <= layout.size(), path);
    }
  }
}
