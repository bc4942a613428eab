package seamtape.replayer.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import seamtape.catalog.StructField;
import seamtape.catalog.StructLayout;
import seamtape.catalog.Structs;

/** One number inside a struct; of a flexible array's elements the first few are there. */
record Leaf(String name, int offset, int size) {
  /** Elements of an array that get values. */
  static final int ELEMENTS = 4;

  private static final Map<String, List<Leaf>> BY_STRUCT = new ConcurrentHashMap<>();

  static List<Leaf> of(String struct) {
    return BY_STRUCT.computeIfAbsent(struct, name -> List.copyOf(flatten(Structs.of(name), 0)));
  }

  private static List<Leaf> flatten(StructLayout layout, int base) {
    List<Leaf> leaves = new ArrayList<>();
    for (StructField field : layout.fields()) {
      if (field.group() || field.name().contains("[]")) {
        continue;
      }
      int elements = field.array() ? ELEMENTS : 1;
      if (!field.flexible()) {
        elements = Math.min(elements, field.count());
      }
      for (int i = 0; i < elements; i++) {
        int offset = base + field.offset() + i * field.elementSize();
        StructLayout inner = Structs.find(field.type()).orElse(null);
        if (inner != null && !field.type().equals("u64")) {
          leaves.addAll(flatten(inner, offset));
        } else if (field.elementSize() <= 8) {
          leaves.add(new Leaf(field.name(), offset, field.elementSize()));
        }
      }
    }
    return leaves;
  }
}
