package seamtape.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A field of a struct with the members of its anonymous group, or of its elements, below it: the
 * layout's flat list of dotted names as a tree.
 *
 * @param field as the layout has it
 * @param name last part of the field's name
 * @param presence when it holds data
 * @param filler true for a field that only fills space
 * @param elementSize bytes of one element
 * @param inner layout of the struct that each element is; null for a number or a group
 * @param counter tells how many elements an array has; null where nothing does
 * @param text how its numbers are written
 */
public record StructNode(
    StructField field,
    String name,
    List<StructNode> members,
    StructMembers.Presence presence,
    boolean filler,
    int elementSize,
    StructLayout inner,
    StructSelector counter,
    FieldText text) {
  private static final Map<String, List<StructNode>> BY_STRUCT = new ConcurrentHashMap<>();

  /** The fields of a struct, in the order of the layout. */
  public static List<StructNode> of(StructLayout layout) {
    return BY_STRUCT.computeIfAbsent(layout.name(), name -> tree(layout));
  }

  private static List<StructNode> tree(StructLayout layout) {
    List<StructNode> roots = new ArrayList<>();
    Map<String, StructNode> byName = new LinkedHashMap<>();
    for (StructField field : layout.fields()) {
      int dot = field.name().lastIndexOf('.');
      StructNode node = node(layout, field, field.name().substring(dot + 1));
      byName.put(field.name(), node);
      if (dot < 0) {
        roots.add(node);
      } else {
        byName.get(owner(field.name().substring(0, dot))).members.add(node);
      }
    }
    return List.copyOf(roots);
  }

  private static StructNode node(StructLayout layout, StructField field, String name) {
    StructMembers.Presence presence = StructMembers.presence(layout.name(), field.name());
    return new StructNode(
        field,
        name,
        new ArrayList<>(),
        presence,
        StructFormats.fills(field),
        field.elementSize(),
        inner(field),
        StructMembers.countOf(layout.name(), field.name()),
        FieldText.of(layout.name(), field));
  }

  /** The table has "u64" for what the catalog calls a struct of one number. */
  private static StructLayout inner(StructField field) {
    return field.type().equals("u64") ? null : Structs.find(field.type()).orElse(null);
  }

  /** A number of the field as JSON carries it: a number, or a String. */
  public Object value(long number) {
    return text.value(number);
  }

  /** "redirtbl[]" is the array "redirtbl". */
  private static String owner(String prefix) {
    return prefix.endsWith("[]") ? prefix.substring(0, prefix.length() - 2) : prefix;
  }
}
