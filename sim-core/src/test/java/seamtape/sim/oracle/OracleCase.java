package seamtape.sim.oracle;

import java.util.List;
import java.util.Map;
import seamtape.json.Json;

/** One case of the oracle: steps, of which one is judged, and what the real kernel answered. */
record OracleCase(
    String id,
    List<Map<String, Object>> steps,
    int call,
    Map<String, Object> observe,
    Map<String, Object> expect,
    boolean hostSpecific) {

  /** What is not as it should be in a case. */
  static final class Malformed extends RuntimeException {
    Malformed(String message) {
      super(message);
    }
  }

  static OracleCase parse(String line) {
    Map<String, Object> json = object(Json.parse(line));
    Object observe = json.get("observe");
    return new OracleCase(
        (String) json.get("id"),
        objects(json.get("steps")),
        Math.toIntExact((Long) json.get("call")),
        observe == null ? Map.of() : object(observe),
        object(json.get("expect")),
        Boolean.TRUE.equals(json.get("host_specific")));
  }

  /** The part of the id before the first dot. */
  String group() {
    int dot = id.indexOf('.');
    return dot < 0 ? id : id.substring(0, dot);
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(Object value) {
    if (!(value instanceof Map)) {
      throw new Malformed("not an object: " + value);
    }
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> objects(Object value) {
    return (List<Map<String, Object>>) value;
  }

  /** An integer, or text "0x...". */
  static long number(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof String text && text.startsWith("0x")) {
      return Long.parseUnsignedLong(text.substring(2), 16);
    }
    throw new Malformed("not a number: " + value);
  }
}
