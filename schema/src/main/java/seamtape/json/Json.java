package seamtape.json;

/**
 * JSON as plain Java values: {@code Map<String, Object>} (in the order of the text), {@code
 * List<Object>}, String, Long, Double, Boolean, null.
 */
public final class Json {
  /** Objects and arrays within each other. */
  public static final int MAX_DEPTH = 128;

  /** Characters of one document. */
  public static final int MAX_CHARS = 64 << 20;

  private Json() {}

  /**
   * Parses one document.
   *
   * @throws JsonException naming line and column: not JSON, a name used twice in an object, a whole
   *     number that does not fit a long, or beyond {@link #MAX_DEPTH} or {@link #MAX_CHARS}
   */
  public static Object parse(String text) {
    return new JsonParser(text, false).document();
  }

  /**
   * As {@link #parse}, but a whole number between 2^63 and 2^64 is a BigInteger: what a kernel's
   * unsigned numbers need.
   */
  public static Object parseUnsigned(String text) {
    return new JsonParser(text, true).document();
  }

  /** One line, no spaces. Values as {@link JsonWriter#value(Object)} takes them. */
  public static String write(Object value) {
    StringBuilder text = new StringBuilder();
    new JsonWriter(text).value(value);
    return text.toString();
  }

  /** Two spaces an indent, for files that people read; no newline at the end. */
  public static String writeIndented(Object value) {
    StringBuilder text = new StringBuilder();
    new JsonWriter(text, 2).value(value);
    return text.toString();
  }
}
