package seamtape.catalog;

import java.util.Objects;

/**
 * One 64-bit field of a call.
 *
 * @param name unique among the fields of its direction; an ABI word (register, argument)
 * @param doc meaning and unit; may be empty where the name says it
 */
public record Field(String name, Format format, Role role, String doc) {
  public Field {
    Objects.requireNonNull(name);
    Objects.requireNonNull(format);
    Objects.requireNonNull(role);
    Objects.requireNonNull(doc);
  }

  public static Field stimulus(String name, Format format, String doc) {
    return new Field(name, format, Role.STIMULUS, doc);
  }

  public static Field outcome(String name, Format format, String doc) {
    return new Field(name, format, Role.OUTCOME, doc);
  }

  public static Field cost(String name, String doc) {
    return new Field(name, Format.DEC, Role.COST, doc);
  }
}
