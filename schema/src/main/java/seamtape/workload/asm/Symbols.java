package seamtape.workload.asm;

import java.util.LinkedHashMap;
import java.util.Map;

/** Labels and constants; a pass uses the addresses that the pass before it found. */
final class Symbols {
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, Integer> definedIn = new LinkedHashMap<>();
  private String scope = "";
  private int pass;
  private boolean moved;
  private long here;
  private long origin;

  void beginPass() {
    pass++;
    scope = "";
    moved = false;
    here = origin;
  }

  /** Some symbol has another value than in the pass before: one more pass is needed. */
  boolean moved() {
    return moved;
  }

  boolean firstPass() {
    return pass == 1;
  }

  long here() {
    return here;
  }

  void here(long address) {
    here = address;
  }

  long origin() {
    return origin;
  }

  void origin(long address) {
    origin = address;
    here = address;
  }

  /** A name that starts with a dot belongs to the last label without one. */
  private String full(String name) {
    return name.startsWith(".") ? scope + name : name;
  }

  void define(Token token, Value value) {
    String name = full(token.text());
    if (Register.named(token.lower()) != null) {
      throw token.error("'" + token.text() + "' is a register and cannot be a label");
    }
    Integer earlier = definedIn.put(name, pass);
    if (earlier != null && earlier == pass) {
      throw token.error("label '" + token.text() + "' is defined twice");
    }
    if (!token.text().startsWith(".") && value.labels() == 1) {
      scope = token.text();
    }
    Value before = values.put(name, value);
    moved |= !value.equals(before);
  }

  Value value(Token token) {
    Value value = values.get(full(token.text()));
    if (value == null && !firstPass()) {
      throw token.error("unknown name '" + token.text() + "'");
    }
    if (value == null) {
      moved = true;
      return Value.label(here);
    }
    return value;
  }

  /** Every label with its address, in the order of definition. */
  Map<String, Long> labels() {
    Map<String, Long> labels = new LinkedHashMap<>();
    values.forEach((name, value) -> labels.put(name, value.number()));
    return labels;
  }
}
