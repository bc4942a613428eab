package seamtape.workload;

import java.util.List;
import seamtape.catalog.StructLayout;

/**
 * The argument of an ioctl: a number, or a struct stored in user memory.
 *
 * @param layout of the struct; null when {@code at} is the whole argument
 * @param at value, or address of the struct; null lets the runner choose an address
 * @param from symbol whose bytes the struct starts from; null for zeros
 * @param bytes raw content to start from; null for zeros
 * @param fields set after that
 * @param size bytes of the struct with the entries of its flexible array
 * @param pointed what a field of the struct points to; null for nothing
 */
public record Argument(
    StructLayout layout,
    Expression at,
    String from,
    byte[] bytes,
    List<Assignment> fields,
    int size,
    Pointed pointed) {
  /** Bytes of one argument. */
  public static final int MAX_SIZE = 0x40000;

  public static Argument value(Expression value) {
    return new Argument(null, value, null, null, List.of(), 0, null);
  }

  /** A struct of its own, stored behind the argument, whose address a field takes. */
  public record Pointed(StructLayout.Place place, Argument target) {}

  /** True where the runner stores a struct before the call. */
  public boolean stores() {
    return layout != null && (at == null || from != null || bytes != null || !fields.isEmpty());
  }

  /**
   * A field and its value: a number, or bytes (then number is null).
   *
   * @param path as the author wrote it, for messages
   */
  public record Assignment(
      Position position, String path, StructLayout.Place place, Expression number, byte[] bytes) {}
}
