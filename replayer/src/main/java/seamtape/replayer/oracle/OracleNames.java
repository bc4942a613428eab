package seamtape.replayer.oracle;

import java.util.HashMap;
import java.util.Map;

/** The names that steps give to descriptors, results and link texts: a table each. */
final class OracleNames {
  private final Map<String, Integer> fds = new HashMap<>();
  private final Map<String, Long> results = new HashMap<>();
  private final Map<String, String> texts = new HashMap<>();

  void fd(String name, long fd) {
    fds.put(name, (int) fd);
  }

  void result(String name, long value) {
    results.put(name, value);
  }

  void text(String name, String text) {
    texts.put(name, text);
  }

  int fd(String name) {
    return known(fds, name, "descriptor");
  }

  /** A name, or {"number": n}. */
  int fd(Form form, String member) {
    if (form.value(member) instanceof Map) {
      Form literal = form.form(member);
      literal.holds(java.util.Set.of("number"), java.util.Set.of());
      return (int) literal.number("number");
    }
    return fd(form.text(member));
  }

  long result(String name) {
    return known(results, name, "result");
  }

  String text(String name) {
    return known(texts, name, "link text");
  }

  private static <T> T known(Map<String, T> table, String name, String what) {
    T value = table.get(name);
    if (value == null) {
      throw new Form.Malformed("no " + what + " is named " + Form.shown(name));
    }
    return value;
  }
}
