package seamtape.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Streams JSON to a StringBuilder, Writer or stream. The caller pairs begin and end and gives a
 * name before each member; commas, quotes and indents are made here.
 */
public final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final Appendable out;
  private final int indent;
  private int depth;
  private boolean first = true;
  private boolean named;

  public JsonWriter(Appendable out) {
    this(out, 0);
  }

  /**
   * Makes a writer that breaks lines.
   *
   * @param indent spaces a level; 0 writes one line
   */
  public JsonWriter(Appendable out, int indent) {
    this.out = out;
    this.indent = indent;
  }

  public JsonWriter beginObject() {
    return begin('{');
  }

  public JsonWriter endObject() {
    return end('}');
  }

  public JsonWriter beginArray() {
    return begin('[');
  }

  public JsonWriter endArray() {
    return end(']');
  }

  public JsonWriter name(String name) {
    element();
    string(name);
    put(indent > 0 ? ": " : ":");
    named = true;
    return this;
  }

  public JsonWriter value(String text) {
    element();
    if (text == null) {
      put("null");
    } else {
      string(text);
    }
    return this;
  }

  public JsonWriter value(long number) {
    element();
    put(Long.toString(number));
    return this;
  }

  public JsonWriter value(boolean truth) {
    element();
    put(truth ? "true" : "false");
    return this;
  }

  public JsonWriter value(double number) {
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException("JSON has no " + number);
    }
    element();
    put(Double.toString(number));
    return this;
  }

  /** A map, iterable, string, number, boolean or null; anything else as its text. */
  public JsonWriter value(Object value) {
    if (value instanceof Map<?, ?> map) {
      beginObject();
      for (Map.Entry<?, ?> member : map.entrySet()) {
        name(String.valueOf(member.getKey())).value(member.getValue());
      }
      return endObject();
    }
    if (value instanceof Iterable<?> elements) {
      beginArray();
      for (Object element : elements) {
        value(element);
      }
      return endArray();
    }
    if (value instanceof Boolean truth) {
      return value(truth.booleanValue());
    }
    if (value instanceof Double || value instanceof Float) {
      return value(((Number) value).doubleValue());
    }
    if (value instanceof Number number) {
      return value(number.longValue());
    }
    return value(value == null ? null : value.toString());
  }

  /** A member in one go. */
  public JsonWriter member(String name, Object value) {
    return name(name).value(value);
  }

  private JsonWriter begin(char bracket) {
    element();
    put(bracket);
    depth++;
    first = true;
    return this;
  }

  private JsonWriter end(char bracket) {
    depth--;
    if (!first) {
      newLine();
    }
    put(bracket);
    first = false;
    return this;
  }

  /** Comma and line break due before a name or an element. */
  private void element() {
    if (named) {
      named = false;
      return;
    }
    if (!first) {
      put(',');
    }
    if (depth > 0) {
      newLine();
    }
    first = false;
  }

  private void newLine() {
    if (indent > 0) {
      put('\n');
      for (int i = depth * indent; i > 0; i--) {
        put(' ');
      }
    }
  }

  private void string(String text) {
    put('"');
    for (int i = 0; i < text.length(); i++) {
      character(text.charAt(i));
    }
    put('"');
  }

  private void character(char c) {
    switch (c) {
      case '"' -> put("\\\"");
      case '\\' -> put("\\\\");
      case '\n' -> put("\\n");
      case '\r' -> put("\\r");
      case '\t' -> put("\\t");
      default -> {
        if (c < ' ' || c == 0x7f || c == 0x2028 || c == 0x2029 || Character.isSurrogate(c)) {
          unicode(c);
        } else {
          put(c);
        }
      }
    }
  }

  private void unicode(char c) {
    put("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      put(HEX[c >> shift & 15]);
    }
  }

  private void put(char c) {
    try {
      out.append(c);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(String text) {
    try {
      out.append(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
