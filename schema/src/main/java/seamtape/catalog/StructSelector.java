package seamtape.catalog;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A number of a struct that tells of its other fields: which member of a union holds data, or how
 * many elements an array has. There is one instance for each.
 *
 * @param path {@code struct.field}
 * @param place null for {@link StructMembers#RETURNED}, which lies in no byte
 */
public record StructSelector(String path, StructLayout.Place place) {
  private static final Map<String, StructSelector> BY_PATH = new ConcurrentHashMap<>();

  /** Who knows the numbers of a struct. */
  public interface Numbers {
    /** Empty where its bytes are unknown. */
    OptionalLong number(StructSelector selector);
  }

  static StructSelector of(String struct, String field) {
    return BY_PATH.computeIfAbsent(struct + "." + field, path -> find(struct, field, path));
  }

  private static StructSelector find(String struct, String field, String path) {
    boolean nowhere = field.equals(StructMembers.RETURNED);
    return new StructSelector(
        path, nowhere ? null : Structs.of(struct).locate(field).orElseThrow());
  }
}
