package seamtape.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Layout of one struct of the Linux UAPI on x86-64.
 *
 * @param size bytes without a flexible array
 */
public record StructLayout(String name, int size, List<StructField> fields) {
  /** Place of a number inside a struct. */
  public record Place(int offset, int size, StructField field) {}

  /** Places found before, by struct and path: the same few are asked for at every event. */
  private static final Map<String, Map<String, Optional<Place>>> FOUND = new ConcurrentHashMap<>();

  /** Paths kept of one struct; they may come from outside and name any element. */
  private static final int MAX_FOUND = 1_000;

  public StructLayout {
    fields = List.copyOf(fields);
  }

  public Optional<StructField> field(String fieldName) {
    return fields.stream().filter(f -> f.name().equals(fieldName)).findFirst();
  }

  /** The flexible array at the end, if there is one. */
  public Optional<StructField> flexibleArray() {
    return fields.stream().filter(f -> f.flexible() && !f.group()).findFirst();
  }

  /**
   * Finds a field by path: names joined by dots, elements by {@code [i]}, as in {@code cs.base},
   * {@code args[0]}, {@code entries[2].function}, {@code chip.ioapic.redirtbl[4].bits}.
   *
   * @return empty when no such field exists; a flexible array has room for every index
   */
  public Optional<Place> locate(String path) {
    Map<String, Optional<Place>> known =
        FOUND.computeIfAbsent(name, key -> new ConcurrentHashMap<>());
    Optional<Place> place = known.get(path);
    if (place == null) {
      place = search(path);
      if (known.size() < MAX_FOUND) {
        known.put(path, place);
      }
    }
    return place;
  }

  private Optional<Place> search(String path) {
    for (StructField field : fields) {
      boolean plainGroup = field.group() && !field.array() && !field.name().contains("[]");
      Optional<Place> place = plainGroup ? group(field, path) : inField(field, path);
      if (place.isPresent()) {
        return place;
      }
    }
    return Optional.empty();
  }

  private static Optional<Place> group(StructField field, String path) {
    return path.equals(field.name())
        ? Optional.of(new Place(field.offset(), field.size(), field))
        : Optional.empty();
  }

  private Optional<Place> inField(StructField field, String path) {
    if (field.name().contains("[]")) {
      return inElementMember(field, path);
    }
    if (!path.startsWith(field.name())) {
      return Optional.empty();
    }
    String rest = path.substring(field.name().length());
    if (rest.isEmpty()) {
      return Optional.of(new Place(field.offset(), field.size(), field));
    }
    if (rest.startsWith("[") && field.array()) {
      return inElement(field, rest);
    }
    return rest.startsWith(".")
        ? inNested(field, field.offset(), rest.substring(1))
        : Optional.empty();
  }

  private static Optional<Place> inElement(StructField field, String rest) {
    int close = rest.indexOf(']');
    int index = close < 2 ? -1 : index(rest.substring(1, close));
    if (index < 0 || (!field.flexible() && index >= field.count())) {
      return Optional.empty();
    }
    int offset = field.offset() + index * field.elementSize();
    String after = rest.substring(close + 1);
    if (after.isEmpty()) {
      return Optional.of(new Place(offset, field.elementSize(), field));
    }
    return after.startsWith(".") ? inNested(field, offset, after.substring(1)) : Optional.empty();
  }

  private static Optional<Place> inNested(StructField field, int offset, String path) {
    return Structs.find(field.type())
        .flatMap(layout -> layout.locate(path))
        .map(place -> new Place(offset + place.offset(), place.size(), place.field()));
  }

  /** "redirtbl[4].bits" against the table's "redirtbl[].bits". */
  private Optional<Place> inElementMember(StructField member, String path) {
    int bracket = member.name().indexOf("[]");
    String array = member.name().substring(0, bracket);
    String tail = member.name().substring(bracket + 2);
    int close = path.indexOf(']');
    if (!path.startsWith(array + "[") || close < 0 || !path.substring(close + 1).equals(tail)) {
      return Optional.empty();
    }
    int index = index(path.substring(array.length() + 1, close));
    Optional<StructField> owner = field(array);
    if (index < 0 || owner.isEmpty() || index >= owner.get().count()) {
      return Optional.empty();
    }
    int offset = member.offset() + index * owner.get().elementSize();
    return Optional.of(new Place(offset, member.size(), member));
  }

  private static int index(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
