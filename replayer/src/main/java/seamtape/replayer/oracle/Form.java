package seamtape.replayer.oracle;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object of an oracle file, read member by member. What is not as the grammar says is told
 * by name.
 *
 * @param where what it is, for messages: {@code step 3 (ioctl)}
 */
record Form(String where, Map<String, Object> members) {
  private static final int SHOWN = 40;

  /** What is outside the grammar. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  @SuppressWarnings("unchecked")
  static Form of(String where, Object value) {
    if (value instanceof Map<?, ?> map) {
      return new Form(where, (Map<String, Object>) map);
    }
    throw new Malformed(where + " is not an object but " + shown(value));
  }

  Malformed wrong(String message) {
    return new Malformed(where + ": " + message);
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  Object value(String name) {
    if (!has(name)) {
      throw wrong("no member \"" + name + "\"");
    }
    return members.get(name);
  }

  String text(String name) {
    if (value(name) instanceof String text) {
      return text;
    }
    throw wrong("\"" + name + "\" is not text but " + shown(value(name)));
  }

  Optional<String> optionalText(String name) {
    return has(name) ? Optional.of(text(name)) : Optional.empty();
  }

  boolean flag(String name) {
    if (!has(name) || value(name) instanceof Boolean) {
      return Boolean.TRUE.equals(members.get(name));
    }
    throw wrong("\"" + name + "\" is neither true nor false but " + shown(value(name)));
  }

  long number(String name) {
    return number(value(name), "\"" + name + "\"");
  }

  /** A number of bytes, milliseconds or times: from 0 to a limit. */
  int count(String name, int limit) {
    long count = number(name);
    if (count < 0 || count > limit) {
      throw wrong("\"" + name + "\" is " + shown(value(name)) + ", beyond 0 to " + limit);
    }
    return (int) count;
  }

  /** An integer, or text "0x..." of at most 64 bits. */
  long number(Object value, String name) {
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof BigInteger unsigned) {
      return unsigned.longValue();
    }
    if (value instanceof String text && text.matches("0x[0-9a-fA-F]{1,16}")) {
      return Long.parseUnsignedLong(text.substring(2), 16);
    }
    throw wrong(name + " is not a number of at most 64 bits but " + shown(value));
  }

  byte[] hex(String name) {
    String text = text(name);
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      throw wrong("\"" + name + "\" is not hexadecimal bytes but " + shown(text));
    }
  }

  /** The one byte that something is filled with. */
  byte hexByte(String name) {
    byte[] bytes = hex(name);
    if (bytes.length != 1) {
      throw wrong("\"" + name + "\" is not one hexadecimal byte but " + shown(text(name)));
    }
    return bytes[0];
  }

  Form form(String name) {
    return of(where + ", \"" + name + "\"", value(name));
  }

  List<?> list(String name) {
    if (value(name) instanceof List<?> list) {
      return list;
    }
    throw wrong("\"" + name + "\" is not a list but " + shown(value(name)));
  }

  List<String> words(String name) {
    List<String> words = new ArrayList<>();
    for (Object word : list(name)) {
      if (!(word instanceof String text)) {
        throw wrong("\"" + name + "\" holds " + shown(word) + " where a name belongs");
      }
      words.add(text);
    }
    return words;
  }

  /** All members are known and none is missing. */
  void holds(Set<String> required, Set<String> optional) {
    for (String name : required) {
      value(name);
    }
    for (String name : members.keySet()) {
      if (!required.contains(name) && !optional.contains(name)) {
        throw wrong("unknown member " + shown(name));
      }
    }
  }

  /** A value for a message, of bounded length. */
  static String shown(Object value) {
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "a list";
    }
    String text = String.valueOf(value);
    String head = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    return value instanceof String ? '"' + head.replaceAll("\\p{Cntrl}", "?") + '"' : head;
  }
}
